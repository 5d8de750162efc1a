// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/removed_devices.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/limits.h"

namespace kith {
namespace {

const std::string kKey = "\x05" + std::string(32, 'k');

// Device 1, and 2 and 3, which were removed by lists 4 and 5.
wire::DeviceList list_with_two() {
  wire::DeviceList list;
  list.set_revision(5);
  list.add_devices()->set_device_id(1);
  for (uint32_t id = 2; id <= 3; ++id) {
    wire::DeviceList::Removed& removed = *list.add_removed();
    removed.set_device_id(id);
    removed.set_identity_key(kKey);
    removed.set_removed_us(100 * id);
    removed.set_revision(id + 2);
  }
  return list;
}

TEST(RemovedDevices, AreReadInTheListsOrder_DEVICE_10) {
  const auto removed = read_removed(list_with_two());
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(*removed, (std::vector<RemovedDevice>{{{2}, kKey, {200}, {4}}, {{3}, kKey, {300}, {5}}}));
  EXPECT_TRUE(read_removed(wire::DeviceList())->empty());
}

TEST(RemovedDevices, WhatCanNotBeIsNamed_DEVICE_10) {
  using List = wire::DeviceList;
  struct Case {
    const char* field;
    std::function<void(List&)> change;
  };
  const Case cases[] = {
      {"device_list.removed.device_id", [](List& list) { list.mutable_removed(0)->set_device_id(0); }},
      {"device_list.removed.device_id", [](List& list) { list.mutable_removed(1)->set_device_id(2); }},
      {"device_list.removed.device_id", [](List& list) { list.mutable_removed(1)->set_device_id(1); }},
      {"device_list.removed.identity_key", [](List& list) { list.mutable_removed(0)->set_identity_key("\x05k"); }},
      {"device_list.removed.identity_key",
       [](List& list) { list.mutable_removed(0)->set_identity_key(std::string(33, 'k')); }},
      {"device_list.removed.revision", [](List& list) { list.mutable_removed(0)->set_revision(0); }},
      {"device_list.removed.revision", [](List& list) { list.mutable_removed(1)->set_revision(3); }},
      {"device_list.removed.revision", [](List& list) { list.mutable_removed(1)->set_revision(6); }},
      {"device_list.removed",
       [](List& list) {
         while (list.removed_size() <= static_cast<int>(kRemovedDevicesMax)) *list.add_removed() = list.removed(1);
       }},
  };
  for (const Case& each : cases) {
    List list = list_with_two();
    each.change(list);
    const auto removed = read_removed(list);
    ASSERT_FALSE(removed.has_value()) << each.field;
    EXPECT_STREQ(removed.error(), each.field);
  }
}

}  // namespace
}  // namespace kith
