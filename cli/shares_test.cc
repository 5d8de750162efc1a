// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::cli {
namespace {

using client_api::Request;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Request available(bool is) {
  Request request;
  request.mutable_set_available()->set_available(is);
  return request;
}

Request watching(const std::vector<std::string>& conversations) {
  Request request;
  request.mutable_watch_presence();
  for (const std::string& conversation : conversations)
    request.mutable_watch_presence()->add_conversations(conversation);
  return request;
}

Request joined(Shares& shares, uint32_t user, Request request) {
  shares.join(user, request);
  return request;
}

TEST(Shares, ADeviceIsAvailableWhileOneOfItsProgramsIs) {
  Shares shares;
  EXPECT_TRUE(joined(shares, 0, available(true)).set_available().available());
  EXPECT_TRUE(joined(shares, 1, available(true)).set_available().available());
  EXPECT_TRUE(joined(shares, 0, available(false)).set_available().available());
  const auto left = shares.leave(1);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_FALSE(left[0].set_available().available());
}

TEST(Shares, WhatAnyProgramShowsIsWatched) {
  Shares shares;
  joined(shares, 0, watching({"a", "b"}));
  EXPECT_THAT(joined(shares, 1, watching({"b", "c"})).watch_presence().conversations(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(joined(shares, 0, watching({})).watch_presence().conversations(), ElementsAre("b", "c"));
  const auto left = shares.leave(1);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_THAT(left[0].watch_presence().conversations(), IsEmpty());
}

TEST(Shares, TheConnectionEndsWithTheLastProgramThatWantedOne) {
  Shares shares;
  Request connect;
  connect.mutable_connect();
  shares.join(1, connect);
  shares.join(2, connect);
  EXPECT_THAT(shares.leave(1), IsEmpty());
  const auto left = shares.leave(2);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_TRUE(left[0].has_disconnect());
  EXPECT_THAT(shares.leave(2), IsEmpty());
}

TEST(Shares, AnotherCoreIsToldWhatAProgramHasToldTheFirst) {
  Shares shares;
  Request connect;
  connect.mutable_connect();
  shares.join(0, connect);
  joined(shares, 0, available(true));
  joined(shares, 0, watching({"a"}));
  const auto told = shares.told_by(0);
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_TRUE(told[0].has_connect());
  EXPECT_TRUE(told[1].set_available().available());
  EXPECT_THAT(told[2].watch_presence().conversations(), ElementsAre("a"));
  EXPECT_THAT(shares.told_by(7), IsEmpty());
}

}  // namespace
}  // namespace kith::cli
