// SPDX-License-Identifier: AGPL-3.0-or-later

// Most tests need no more than two people with a device each.
#pragma once

#include <gtest/gtest.h>

#include "server/delivery/testing/delivery_world.h"

namespace kith::testing {

class TwoAccounts : public ::testing::Test {
 protected:
  DeliveryWorld world;
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  const DeviceAddress ana_1{ana, {1}};
  const DeviceAddress ben_1{ben, {1}};
};

}  // namespace kith::testing
