// SPDX-License-Identifier: AGPL-3.0-or-later

// Linking a device, and ending one, over real sockets.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "server/delivery/shard.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"
#include "server/ports/contract_runner.h"
#include "wire/api.pb.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::Server;
using wire::ServerFrame;

const Client::Fields kJson = {{"Content-Type", "application/json"}};
const Client::Fields kProtobuf = {{"Content-Type", "application/x-protobuf"}};

Client::Fields with_token(const Bytes& token) {
  Client::Fields fields = kJson;
  fields.emplace_back("Authorization", "Bearer " + to_base64url(token));
  return fields;
}
template <class Message>
Message from_json(const Client::Response& response) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &message).ok()) << response.body;
  return message;
}

TEST(Linking, AMailboxIsForWhoeverKnowsItsId_LINK_1) {
  Server server;
  Client client(server.port());
  LinkId link;
  link.value.fill(0xa7);
  const std::string path = "/v1/links/" + link.hex();
  const auto slots_at = [&client](const std::string& place) {
    const auto response = client.request("GET", place, kJson);
    EXPECT_EQ(response.status, 200) << response.body;
    std::vector<uint32_t> slots;
    const auto messages = from_json<wire::LinkMessages>(response);
    for (const wire::LinkMessage& message : messages.messages()) slots.push_back(message.slot());
    return slots;
  };
  EXPECT_TRUE(slots_at(path).empty());
  EXPECT_EQ(client.request("POST", path, kJson, R"({"slot": 3, "payload": "b3BlbmVk"})").status, 200);
  wire::LinkMessage largest;
  largest.set_slot(1);
  largest.set_payload(Bytes(kLinkPayloadBytesMax, '\xff'));
  EXPECT_EQ(
      client.request("POST", "/v1/links/" + to_base64url(link.bytes()), kProtobuf, largest.SerializeAsString()).status,
      200);
  Bytes json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(largest, &json).ok());
  EXPECT_EQ(client.request("POST", path, kJson, json).status, 200) << "the same bytes";
  EXPECT_EQ(slots_at(path), (std::vector<uint32_t>{1, 3}));
  const auto taken = client.request("POST", path, kJson, R"({"slot": 3, "payload": "b3RoZXI="})");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(from_json<wire::ApiError>(taken).code(), wire::kLinkSlotTaken);
  LinkId other = link;
  other.value[7] ^= 1;
  EXPECT_TRUE(slots_at("/v1/links/" + other.hex()).empty());
  EXPECT_EQ(client.request("DELETE", path, kJson).status, 200);
  EXPECT_TRUE(slots_at(path).empty());
  EXPECT_EQ(client.request("GET", "/v1/links/" + link.hex() + "00").status, 404);
  EXPECT_EQ(client.request("GET", "/v1/links/", kJson).status, 404);
  EXPECT_EQ(client.request("PUT", path, kJson).status, 405);
}

TEST(Linking, AnActiveDeviceMakesOneAndIsToldOfItsOwn_LINK_4) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  auto response = client.request("POST", "/v1/devices", with_token(ana.token), "{}");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto made = from_json<wire::NewDeviceResponse>(response);
  EXPECT_EQ(made.device_id(), 2u);
  EXPECT_EQ(made.device_list_revision(), 2u);
  ASSERT_EQ(made.token().size(), 52u);
  response = client.request("GET", "/v1/devices", with_token(ana.token));
  ASSERT_EQ(response.status, 200) << response.body;
  ASSERT_EQ(from_json<wire::OwnDevices>(response).devices_size(), 1);
  EXPECT_EQ(from_json<wire::OwnDevices>(response).devices(0).device_id(), 1u);
  EXPECT_EQ(client.request("POST", "/v1/devices", with_token(made.token()), "{}").status, 401) << "it is not active";
  EXPECT_EQ(client.request("GET", "/v1/devices", with_token(made.token())).status, 401);
  EXPECT_EQ(client.request("PUT", "/v1/keys", with_token(made.token()), "{}").status, 422) << "all that it may do";
  EXPECT_EQ(client.request("POST", "/v1/devices", kJson, "{}").status, 401);
}

TEST(Linking, ADeviceThatIsEndedIsShownTheListThatNamesItNoMore_DEVICE_8) {
  Server server;
  const auto devices = server.add_devices("+491700000001", 2);
  const AccountId account = devices[0].address.account;
  Client ended(server.port());
  ASSERT_TRUE(ended.open_socket());
  ASSERT_TRUE(ended.hello(devices[1].token));
  const auto is_shown = [&](const wire::SignedDeviceList& list) {
    EXPECT_EQ(list.device_list(), "list of one");
    EXPECT_EQ(list.signature(), "signature");
  };
  auto record = ContractRunner().run(
      server.ports.accounts.set_device_list(account, {{2}, "list of one", "signature", {devices[0].address.device}}));
  ASSERT_TRUE(record);
  Shard& shard = server.shards->of(account);
  shard.executor().post([&shard, newer = *record] { shard.apply(newer); });
  auto error = ended.receive(ServerFrame::kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error().code(), wire::kUnauthenticated);
  is_shown(error->error().device_list());
  EXPECT_EQ(ended.receive_close(), 1008);

  Client again(server.port());
  ASSERT_TRUE(again.open_socket());
  EXPECT_FALSE(again.hello(devices[1].token));
  Client asking(server.port());
  const auto refused = asking.request("GET", "/v1/profile",
                                      {{"Accept", "application/x-protobuf"}, {"Authorization", devices[1].bearer()}});
  EXPECT_EQ(refused.status, 401);
  wire::ApiError api_error;
  ASSERT_TRUE(api_error.ParseFromString(refused.body));
  EXPECT_EQ(api_error.code(), wire::kUnauthenticated);
  is_shown(api_error.device_list());
}

}  // namespace
}  // namespace kith::gateway
