// SPDX-License-Identifier: AGPL-3.0-or-later

// Four people and what they do with groups at the server, for tests.
#pragma once

#include <gtest/gtest.h>

#include "server/handlers/testing/handlers_world.h"
#include "server/handlers/testing/signed_group_change.h"
#include "server/handlers/testing/test_device.h"

namespace kith::testing {

class GroupsFixture : public ::testing::Test {
 protected:
  explicit GroupsFixture(const HandlersWorldOptions& options = {}) : world(options) {
    for (TestDevice* device : {&ana, &ben, &cleo, &dora}) EXPECT_TRUE(device->become_active());
  }

  static AccountId of(const TestDevice& device) { return device.address.account; }
  Outcome<DeviceAddress> hello(const TestDevice& device, RecordingSession& session) {
    wire::Hello hello = HandlersWorld::hello_of(device.address);
    hello.set_token(device.token);
    return world.run_on(of(device), handlers::hello(world.services(), std::move(hello), session));
  }
  FollowedGroup new_group() { return FollowedGroup{world.random.id<GroupId>()}; }
  wire::SignedGroupChange sign(const FollowedGroup& group, TestDevice& author, const wire::GroupChange& change) {
    return sign_change(group, change, author.store.identity(), world.random);
  }
  Outcome<wire::Empty> send(const FollowedGroup& group, const TestDevice& author, wire::SignedGroupChange request) {
    return world.run(handlers::change_group(world.services(), author.address, group.id, std::move(request)));
  }
  Outcome<wire::Empty> make(FollowedGroup& group, TestDevice& author, const wire::GroupChange& change) {
    const wire::SignedGroupChange request = sign(group, author, change);
    auto outcome = send(group, author, request);
    if (outcome) follow(group, request);
    return outcome;
  }
  // What the server says to a change that it does not take; kErrorUnspecified: it did.
  wire::ErrorCode refusal(const FollowedGroup& group, TestDevice& author, const wire::GroupChange& change) {
    const auto outcome = send(group, author, sign(group, author, change));
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  static wire::ErrorCode code_of(const Outcome<wire::Empty>& outcome) {
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  static std::vector<AccountId> accounts_of(const Outcome<wire::Empty>& outcome) {
    std::vector<AccountId> accounts;
    if (outcome || !outcome.error().group) return accounts;
    for (const Bytes& each : outcome.error().group->accounts()) accounts.push_back(*AccountId::from_bytes(each));
    return accounts;
  }

  wire::GroupChange joining(const FollowedGroup& group, const TestDevice& author,
                            const crypto::GroupLinkKeyPair& with) {
    wire::GroupChange change = group.joining(author.address);
    change.mutable_join()->set_link_signature(crypto::sign_with_group_link(with, join_statement(change)));
    return change;
  }
  Bytes shown_by(const FollowedGroup& group, const TestDevice& reader) {
    return crypto::sign_with_group_link(link, read_statement(group.id, of(reader)));
  }
  // Of Ana, with Ben.
  FollowedGroup made() {
    FollowedGroup group = new_group();
    EXPECT_TRUE(make(group, ana, group.creating(ana.address, {of(ben)})));
    return group;
  }

  Outcome<wire::GroupAnswer> read(const FollowedGroup& group, const TestDevice& reader, uint64_t after = 0,
                                  uint64_t at_most = 0, Bytes link_signature = "") {
    wire::ReadGroupRequest request;
    request.set_after_revision(after);
    request.set_checkpoint_at_most(at_most);
    request.set_link_signature(std::move(link_signature));
    return world.run(handlers::read_group(world.services(), reader.address, group.id, std::move(request)));
  }
  std::vector<std::pair<std::string, uint64_t>> groups_of(const TestDevice& device) {
    const auto groups = world.run(handlers::own_groups(world.services(), device.address));
    EXPECT_TRUE(groups);
    std::vector<std::pair<std::string, uint64_t>> all;
    for (const auto& own : groups->groups()) all.emplace_back(own.group_id(), own.revision());
    return all;
  }
  void block(const TestDevice& who, const TestDevice& whom) {
    wire::Privacy privacy;
    privacy.set_replace_blocked(true);
    privacy.add_blocked(of(whom).bytes());
    ASSERT_TRUE(world.run(handlers::put_privacy(world.services(), who.address, privacy)));
  }

  HandlersWorld world;
  TestDevice ana{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};
  TestDevice cleo{world, "+491700000003"};
  TestDevice dora{world, "+491700000004"};
  const crypto::GroupLinkKeyPair link = crypto::make_group_link_key(world.random);
};

}  // namespace kith::testing
