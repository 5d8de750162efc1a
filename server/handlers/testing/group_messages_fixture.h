// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups in which people write, for tests of handlers: on one loop, or on three.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "server/handlers/testing/groups_fixture.h"

namespace kith::testing {

class GroupMessagesFixture : public GroupsFixture {
 protected:
  explicit GroupMessagesFixture(const HandlersWorldOptions& options = {}) : GroupsFixture(options) {}

  // And everybody knows of it.
  Outcome<wire::Empty> make(FollowedGroup& group, TestDevice& author, const wire::GroupChange& change) {
    auto outcome = GroupsFixture::make(group, author, change);
    world.loops.settle();
    return outcome;
  }
  MessageId new_id() { return world.random.id<MessageId>(); }
  // What a device that knows the group as it is has to name.
  Bytes digest(const FollowedGroup& group) {
    std::vector<AccountId> accounts;
    for (const auto& member : group.state->members()) accounts.push_back(*AccountId::from_bytes(member.account_id()));
    const auto lists = world.run(world.ports().accounts.list_revisions(accounts));
    std::vector<crypto::MemberList> all;
    for (const auto& list : *lists) all.push_back({list.account, list.revision});
    return crypto::group_lists_digest(all);
  }
  wire::Send to(const FollowedGroup& group, MessageId id, uint64_t number = 0, Bytes payload = "sealed") {
    wire::Send send;
    send.set_message_id(id.bytes());
    wire::ToGroup& to = *send.mutable_group();
    to.set_group_id(group.id.bytes());
    to.set_revision(group.state->revision());
    to.set_lists_digest(digest(group));
    to.set_payload(std::move(payload));
    to.set_receipt_number(number);
    return send;
  }
  wire::ServerFrame write(const TestDevice& from, wire::Send send) { return world.send(from.address, std::move(send)); }
  wire::ServerFrame write(const TestDevice& from, const FollowedGroup& group, uint64_t number = 0) {
    return write(from, to(group, new_id(), number));
  }
  static wire::ErrorCode code(const wire::ServerFrame& answer) {
    return answer.has_refused() ? answer.refused().code() : wire::kErrorUnspecified;
  }
  // Of Ana, with Ben and Cleo, whom nobody is told of any more.
  FollowedGroup of_three() {
    FollowedGroup group = new_group();
    EXPECT_TRUE(make(group, ana, group.creating(ana.address, {of(ben), of(cleo)})));
    return group;
  }
  MemoryGroupLog& log() { return world.ports().group_log; }
};

class GroupMessagesOnThreeLoops : public GroupMessagesFixture {
 protected:
  static HandlersWorldOptions options() {
    HandlersWorldOptions options;
    options.shards = 3;
    return options;
  }
  GroupMessagesOnThreeLoops() : GroupMessagesFixture(options()) {}
};

}  // namespace kith::testing
