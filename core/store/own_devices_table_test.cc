// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/own_devices_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

class OwnDevicesTableTest : public testing::StoreTest {};

TEST_F(OwnDevicesTableTest, KeepsWhatIsKnownOfEachDevice) {
  store_.own_devices.set({DeviceId{2}, UnixMicros{5}, UnixMicros{}});
  store_.own_devices.set({DeviceId{1}, UnixMicros{}, UnixMicros{}});
  store_.own_devices.set({DeviceId{2}, UnixMicros{6}, UnixMicros{7}});
  const auto rows = store_.own_devices.all();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].device, DeviceId{1});
  EXPECT_EQ(rows[1].last_active, UnixMicros{6});
  EXPECT_EQ(rows[1].warned_at, UnixMicros{7});
  store_.own_devices.remove(DeviceId{1});
  EXPECT_EQ(store_.own_devices.all().size(), 1u);
}

TEST_F(OwnDevicesTableTest, HasOneNoticeOfAKindForEachDeviceAndTheNewestOfThem) {
  for (uint32_t device = 1; device <= OwnDevicesTable::kNoticesMax + 2; ++device)
    store_.own_devices.add_notice({1, DeviceId{device}, "Device", UnixMicros{device}});
  store_.own_devices.add_notice({1, DeviceId{5}, "Again", UnixMicros{99}});
  const auto notices = store_.own_devices.notices();
  ASSERT_EQ(notices.size(), static_cast<size_t>(OwnDevicesTable::kNoticesMax));
  EXPECT_EQ(notices.front().device, DeviceId{3});
  EXPECT_EQ(notices.back().name, "Again");
  EXPECT_EQ(notices.back().time, UnixMicros{99});
  store_.own_devices.remove_notice(1, DeviceId{3});
  EXPECT_EQ(store_.own_devices.notices().front().device, DeviceId{4});
  store_.own_devices.remove_notices();
  EXPECT_TRUE(store_.own_devices.notices().empty());
}

}  // namespace
}  // namespace kith::core
