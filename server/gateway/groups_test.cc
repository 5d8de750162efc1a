// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups over real sockets, in both forms of bodies.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/group_signatures.h"
#include "crypto/hash.h"
#include "crypto/sessions.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"
#include "server/handlers/testing/signed_group_change.h"
#include "server/ports/contract_runner.h"
#include "wire/api.pb.h"

namespace kith::gateway {
namespace {

using kith::testing::digest_of;
using kith::testing::follow;
using kith::testing::FollowedGroup;
using kith::testing::sign_change;
using testing::Client;
using testing::Server;

class GroupRoutes : public ::testing::Test {
 protected:
  struct Member {
    Server::Device device;
    crypto::IdentityKeyPair identity;
  };

  // With a device list that names a real key, by which it signs.
  Member add(const std::string& phone) {
    Member member{server.add_device(phone), crypto::Sessions::make_identity(random)};
    wire::DeviceList list;
    list.set_account_id(member.device.account());
    list.set_revision(2);
    list.add_devices()->set_device_id(1);
    list.mutable_devices(0)->set_identity_key(member.identity.public_key);
    ContractRunner runner;
    EXPECT_TRUE(runner.run(server.ports.accounts.set_device_list(member.device.address.account,
                                                                 {{2}, list.SerializeAsString(), "signature", {{1}}})));
    return member;
  }
  static Client::Fields fields_of(const Member& member, const char* type = "application/json") {
    return {{"Content-Type", type}, {"Authorization", member.device.bearer()}};
  }
  template <class Message>
  static Bytes json_of(const Message& message) {
    Bytes json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
    return json;
  }
  template <class Message>
  static Message from_json(const Client::Response& response) {
    Message message;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &message).ok()) << response.body;
    return message;
  }
  Client::Response post(const Member& member, const wire::SignedGroupChange& change) {
    return client.request("POST", path, fields_of(member), json_of(change));
  }
  wire::SignedGroupChange sign(const Member& member, const wire::GroupChange& change) {
    return sign_change(group, change, member.identity, random);
  }

  Server server;
  Client client{server.port()};
  crypto::SystemRandom random;
  Member ana = add("+491700000001");
  Member ben = add("+491700000002");
  Member cleo = add("+491700000003");
  FollowedGroup group{random.id<GroupId>()};
  const std::string path = "/v1/groups/" + group.id.hex();
};

TEST_F(GroupRoutes, AGroupIsMadeChangedReadAndListed_GROUP_1) {
  const auto makes = sign(ana, group.creating(ana.device.address, {ben.device.address.account}));
  auto response = client.request("POST", path, fields_of(ana, "application/x-protobuf"), makes.SerializeAsString());
  ASSERT_EQ(response.status, 200) << response.body;
  follow(group, makes);
  EXPECT_EQ(post(ana, makes).status, 200) << "the answer was lost";
  const auto names = sign(ana, group.naming(ana.device.address, "sealed"));
  ASSERT_EQ(post(ana, names).status, 200);
  const FollowedGroup before = group;
  follow(group, names);

  response = client.request("POST", path + "/read", fields_of(ben), R"({"afterRevision": "1"})");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto answer = from_json<wire::GroupAnswer>(response);
  EXPECT_EQ(answer.revision(), 2u);
  ASSERT_EQ(answer.changes_size(), 1);
  EXPECT_EQ(digest_of(answer.changes(0)), group.last);

  const auto own = from_json<wire::OwnGroups>(client.request("GET", "/v1/groups", fields_of(ben)));
  ASSERT_EQ(own.groups_size(), 1);
  EXPECT_EQ(own.groups(0).group_id(), group.id.bytes());
  EXPECT_EQ(own.groups(0).revision(), 2u);

  const auto late = sign_change(before, before.naming(ana.device.address, "at once"), ana.identity, random);
  response = post(ana, late);
  EXPECT_EQ(response.status, 409);
  const auto error = from_json<wire::ApiError>(response);
  EXPECT_EQ(error.code(), wire::kInvalidRevision);
  ASSERT_EQ(error.group().newer().changes_size(), 1);
  EXPECT_EQ(digest_of(error.group().newer().changes(0)), group.last);
}

TEST_F(GroupRoutes, AMessageGoesFromSocketToSocketsAndItsReceiptComesBack_GROUP_3_GROUP_5) {
  const auto makes = sign(ana, group.creating(ana.device.address, {ben.device.address.account}));
  ASSERT_EQ(post(ana, makes).status, 200);
  follow(group, makes);
  Client at_ana(server.port()), at_ben(server.port());
  ASSERT_TRUE(at_ana.open_socket() && at_ana.hello(ana.device.token));
  ASSERT_TRUE(at_ben.open_socket() && at_ben.hello(ben.device.token));
  const auto told = at_ben.receive(wire::ServerFrame::kDeliver);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->deliver().entries(0).group_changed().group_id(), group.id.bytes());

  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(random.id<MessageId>().bytes());
  wire::ToGroup& to = *send.mutable_group();
  to.set_group_id(group.id.bytes());
  to.set_revision(1);
  to.set_payload("sealed");
  to.set_receipt_number(1);
  std::vector<crypto::MemberList> lists{{ana.device.address.account, {1}}, {ben.device.address.account, {2}}};
  std::ranges::sort(lists, {}, &crypto::MemberList::account);
  to.set_lists_digest(crypto::group_lists_digest(lists));
  at_ana.send_frame(frame);
  auto answer = at_ana.receive(wire::ServerFrame::kRefused);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refused().code(), wire::kStaleDevices);
  for (auto& list : lists) list.revision = {2};
  to.set_lists_digest(crypto::group_lists_digest(lists));
  at_ana.send_frame(frame);
  answer = at_ana.receive(wire::ServerFrame::kAccepted);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->accepted().group(), group.id.bytes());

  const auto delivered = at_ben.receive(wire::ServerFrame::kDeliver);
  ASSERT_TRUE(delivered);
  const wire::Entry& entry = delivered->deliver().entries(0);
  EXPECT_EQ(entry.message().payload(), "sealed");
  EXPECT_EQ(entry.message().group_id(), group.id.bytes());
  EXPECT_EQ(entry.message().group_revision(), 1u);
  wire::ClientFrame confirm;
  confirm.mutable_confirm()->set_position(entry.position());
  at_ben.send_frame(confirm);
  const auto receipt = at_ana.receive(wire::ServerFrame::kDeliver);
  ASSERT_TRUE(receipt);
  const wire::GroupReceipt& said = receipt->deliver().entries(0).group_receipt();
  ASSERT_EQ(said.runs_size(), 1);
  EXPECT_EQ(said.runs(0).accounts(), ben.device.account());
}

TEST_F(GroupRoutes, RefusalsHaveTheirStatusAndSayOfWhom) {
  const auto makes = sign(ana, group.creating(ana.device.address, {ben.device.address.account}));
  ASSERT_EQ(post(ana, makes).status, 200);
  follow(group, makes);
  EXPECT_EQ(post(ben, sign(ben, group.naming(ben.device.address, "x"))).status, 403);
  EXPECT_EQ(post(ana, sign(ben, group.naming(ana.device.address, "x"))).status, 422);
  wire::SignedGroupChange large;
  large.set_change(Bytes(kGroupChangeBytesMax + 1, 'x'));
  EXPECT_EQ(post(ana, large).status, 413);
  const AccountId nobody = random.id<AccountId>();
  const auto response = post(ana, sign(ana, group.adding(ana.device.address, {nobody})));
  EXPECT_EQ(response.status, 404);
  const auto error = from_json<wire::ApiError>(response);
  EXPECT_EQ(error.code(), wire::kNoSuchAccount);
  ASSERT_EQ(error.group().accounts_size(), 1);
  EXPECT_EQ(error.group().accounts(0), nobody.bytes());
  ASSERT_EQ(client
                .request("PUT", "/v1/privacy", fields_of(cleo),
                         R"({"replaceBlocked": true, "blocked": [")" + to_base64url(ana.device.account()) + R"("]})")
                .status,
            200);
  EXPECT_EQ(
      from_json<wire::ApiError>(post(ana, sign(ana, group.adding(ana.device.address, {cleo.device.address.account}))))
          .code(),
      wire::kCannotBeAdded);
}

TEST_F(GroupRoutes, AStrangerIsAnsweredTheSameOfAGroupAsOfNone) {
  const auto makes = sign(ana, group.creating(ana.device.address));
  ASSERT_EQ(post(ana, makes).status, 200);
  follow(group, makes);
  const auto answers = [this](const std::string& at, const GroupId& id) {
    FollowedGroup known = group;
    known.id = id;
    const auto change = sign_change(known, known.naming(cleo.device.address, "x"), cleo.identity, random);
    return std::vector<Client::Response>{client.request("POST", at + "/read", fields_of(cleo), "{}"),
                                         client.request("POST", at, fields_of(cleo), json_of(change))};
  };
  const GroupId none = random.id<GroupId>();
  const auto there = answers(path, group.id);
  const auto not_there = answers("/v1/groups/" + none.hex(), none);
  for (size_t i = 0; i < there.size(); ++i) {
    EXPECT_EQ(there[i].status, 404);
    EXPECT_EQ(there[i].body, not_there[i].body);
    EXPECT_EQ(there[i].fields.size(), not_there[i].fields.size());
  }
}

TEST_F(GroupRoutes, NobodyComesWithoutADevice) {
  EXPECT_EQ(client.request("GET", "/v1/groups", {{"Content-Type", "application/json"}}).status, 401);
  EXPECT_EQ(client.request("POST", path, {{"Content-Type", "application/json"}}, "{}").status, 401);
  EXPECT_EQ(client.request("POST", path + "/read", {{"Content-Type", "application/json"}}, "{}").status, 401);
  EXPECT_EQ(client.request("GET", path, fields_of(ana)).status, 405);
  EXPECT_EQ(client.request("POST", "/v1/groups/short", fields_of(ana), "{}").status, 404);
}

}  // namespace
}  // namespace kith::gateway
