// SPDX-License-Identifier: AGPL-3.0-or-later

// Sessions over real sockets: Hello, messages, receipts, and how connections end.
#include <gtest/gtest.h>

#include <thread>

#include "base/limits.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::Server;
using wire::ServerFrame;

wire::ClientFrame send_frame(const Server::Device& to, MessageId id, Bytes payload) {
  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(id.bytes());
  wire::ToAccount& account = *send.mutable_account();
  account.set_account_id(to.account());
  account.set_device_list_revision(1);
  account.set_receipt_number(7);
  wire::Envelope& envelope = *account.add_envelopes();
  envelope.set_device_id(to.address.device.value);
  envelope.set_payload(std::move(payload));
  return frame;
}
wire::ClientFrame confirm_frame(uint64_t position) {
  wire::ClientFrame frame;
  frame.mutable_confirm()->set_position(position);
  return frame;
}
wire::ClientFrame ping_frame(uint64_t nonce) {
  wire::ClientFrame frame;
  frame.mutable_ping()->set_nonce(nonce);
  return frame;
}
MessageId message_id(uint8_t number) {
  MessageId id;
  id.value.fill(number);
  return id;
}

// Open and past Hello.
class Device : public Client {
 public:
  Device(const Server& server, const Server::Device& device) : Client(server.port()) {
    EXPECT_TRUE(open_socket());
    EXPECT_TRUE(hello(device.token));
  }
};

TEST(Session, WelcomesADeviceTellsTheLimitsAndTheEndOfTheBacklog) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  ASSERT_TRUE(client.open_socket());
  wire::ClientFrame hello;
  hello.mutable_hello()->set_version_min(1);
  hello.mutable_hello()->set_version_max(3);
  hello.mutable_hello()->set_token(ana.token);
  client.send_frame(hello);
  const auto welcome = client.receive();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().version(), 1u);
  EXPECT_EQ(welcome->welcome().limits().frame_bytes_max(), kFrameBytesMax);
  EXPECT_EQ(welcome->welcome().device_list_revision(), 1u) << "that it has published";
  const auto end = client.receive();
  ASSERT_TRUE(end && end->has_backlog_end());
  EXPECT_TRUE(server.wait_for_sessions(1));
  client.close();
  EXPECT_TRUE(server.wait_for_sessions(0));
  EXPECT_TRUE(server.wait_for_connections(0));
}

// Both on one loop, and on two: the connection moves to the loop that owns the account wherever it was accepted.
class MessageTest : public ::testing::TestWithParam<std::pair<size_t, size_t>> {};

TEST_P(MessageTest, IsDeliveredConfirmedAcceptedAndItsReceiptComesBack) {
  Server server;
  const auto ana = server.add_device("+491700000001", GetParam().first);
  const auto bob = server.add_device("+491700000002", GetParam().second);
  Device a(server, ana);
  Device b(server, bob);
  for (uint8_t number = 1; number <= 20; ++number) {
    a.send_frame(send_frame(bob, message_id(number), "payload " + std::to_string(number)));
    const auto deliver = b.receive(ServerFrame::kDeliver);
    ASSERT_TRUE(deliver);
    ASSERT_EQ(deliver->deliver().entries_size(), 1);
    const wire::Entry& entry = deliver->deliver().entries(0);
    EXPECT_EQ(entry.message().payload(), "payload " + std::to_string(number));
    EXPECT_EQ(entry.message().from_account(), ana.account());
    b.send_frame(confirm_frame(entry.position()));

    bool accepted = false;
    bool receipt = false;
    while (!accepted || !receipt) {
      const auto frame = a.receive();
      ASSERT_TRUE(frame) << "message " << int{number};
      if (frame->has_accepted()) {
        accepted = true;
        EXPECT_EQ(frame->accepted().message_id(), message_id(number).bytes());
        EXPECT_EQ(frame->accepted().server_time_us(), entry.message().server_time_us());
      } else if (frame->has_deliver()) {
        receipt = true;
        EXPECT_EQ(frame->deliver().entries(0).delivery_receipt().from_account(), bob.account());
        a.send_frame(confirm_frame(frame->deliver().entries(0).position()));
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Loops, MessageTest, ::testing::Values(std::pair{0, 0}, std::pair{0, 1}, std::pair{1, 0}));

TEST(Session, AMessageToAnAbsentDeviceIsAcceptedAndWaits) {
  Server server;
  const auto ana = server.add_device("+491700000001", 0);
  const auto bob = server.add_device("+491700000002", 1);
  Device a(server, ana);
  a.send_frame(send_frame(bob, message_id(1), "for later"));
  const auto accepted = a.receive(ServerFrame::kAccepted);
  ASSERT_TRUE(accepted);
  Device b(server, bob);
  const auto deliver = b.receive();
  ASSERT_TRUE(deliver && deliver->has_deliver()) << "the backlog comes before its end";
  EXPECT_EQ(deliver->deliver().entries(0).message().payload(), "for later");
  const auto end = b.receive();
  ASSERT_TRUE(end && end->has_backlog_end());
  EXPECT_EQ(end->backlog_end().position(), deliver->deliver().entries(0).position());
}

TEST(Session, FramesThatComeTogetherWithHelloAreHandledAfterIt) {
  Server server;
  const auto ana = server.add_device("+491700000001", 1);
  Client client(server.port());
  ASSERT_TRUE(client.open_socket());
  wire::ClientFrame hello;
  hello.mutable_hello()->set_version_min(1);
  hello.mutable_hello()->set_version_max(1);
  hello.mutable_hello()->set_token(ana.token);
  // One write: Hello, and right behind it two pings, the second one cut.
  Bytes bytes;
  for (const auto& frame : {hello, ping_frame(11), ping_frame(12)}) {
    const Bytes payload = frame.SerializeAsString();
    const uint8_t key[4] = {0, 0, 0, 0};
    wire::append_frame_header(bytes, wire::Opcode::kBinary, payload.size(), key);
    bytes += payload;
  }
  client.send_bytes(bytes.substr(0, bytes.size() - 1));
  const auto welcome = client.receive();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  const auto pong = client.receive(ServerFrame::kPong);
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->pong().nonce(), 11u);
  client.send_bytes(bytes.substr(bytes.size() - 1));
  EXPECT_EQ(client.receive(ServerFrame::kPong)->pong().nonce(), 12u);
}

TEST(Session, AnswersPingsOfBothKinds) {
  Server server;
  Device client(server, server.add_device("+491700000001"));
  client.send_raw(0x89, "are you there");
  EXPECT_EQ(client.receive_pong(), "are you there");
  client.send_frame(ping_frame(7));
  const auto pong = client.receive(ServerFrame::kPong);
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->pong().nonce(), 7u);
  EXPECT_GT(pong->pong().server_time_us(), 1'600'000'000'000'000u);
}

TEST(Session, TheSameDeviceAgainReplacesTheOlderConnection) {  // [DEVICE-4]
  Server server;
  const auto ana = server.add_device("+491700000001");
  Device first(server, ana);
  Device second(server, ana);
  const auto error = first.receive(ServerFrame::kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error().code(), wire::kReplaced);
  EXPECT_EQ(first.receive_close(), 1008);
  EXPECT_TRUE(first.is_closed_by_server());
  second.send_frame(ping_frame(1));
  EXPECT_TRUE(second.receive(ServerFrame::kPong));
  EXPECT_EQ(server.sessions(), 1u);
}

TEST(Session, RefusesAWrongTokenAnUnknownVersionAndAFirstFrameThatIsNoHello) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  const auto refused_with = [&](const wire::ClientFrame& frame, uint16_t close_code = 1008) {
    Client client(server.port());
    EXPECT_TRUE(client.open_socket());
    client.send_frame(frame);
    const auto error = client.receive(ServerFrame::kError);
    EXPECT_TRUE(error);
    EXPECT_EQ(client.receive_close(), close_code);
    EXPECT_TRUE(client.is_closed_by_server());
    return error ? error->error().code() : wire::kErrorUnspecified;
  };
  wire::ClientFrame hello;
  hello.mutable_hello()->set_version_min(1);
  hello.mutable_hello()->set_version_max(1);
  hello.mutable_hello()->set_token("short");
  EXPECT_EQ(refused_with(hello), wire::kUnauthenticated);
  Bytes wrong = ana.token;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  hello.mutable_hello()->set_token(wrong);
  EXPECT_EQ(refused_with(hello), wire::kUnauthenticated);
  wrong.front() = static_cast<char>(wrong.front() ^ 1);
  hello.mutable_hello()->set_token(wrong);
  EXPECT_EQ(refused_with(hello, 1013), wire::kUnknownDevice);
  hello.mutable_hello()->set_server_id(Bytes(16, 'x'));
  EXPECT_EQ(refused_with(hello, 1013), wire::kOtherServer);
  hello.mutable_hello()->clear_server_id();
  hello.mutable_hello()->set_token(ana.token);
  hello.mutable_hello()->set_version_min(2);
  hello.mutable_hello()->set_version_max(2);
  EXPECT_EQ(refused_with(hello), wire::kUnsupportedVersion);
  EXPECT_EQ(refused_with(ping_frame(1)), wire::kMalformed);
  EXPECT_EQ(server.sessions(), 0u);
}

TEST(Session, ClosesMalformedFramesWithTheRightCode) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  const auto closed_with = [&](uint8_t first, BytesView payload) {
    Device client(server, ana);
    client.send_raw(first, payload);
    const uint16_t code = client.receive_close();
    EXPECT_TRUE(client.is_closed_by_server());
    return code;
  };
  EXPECT_EQ(closed_with(0x81, "text"), 1003);
  EXPECT_EQ(closed_with(0x82, "\xff\xff"), 1007) << "no ClientFrame";
  EXPECT_EQ(closed_with(0x82, Bytes(kFrameBytesMax + 1, 'x')), 1009);
  EXPECT_EQ(closed_with(0xc2, "reserved bit"), 1002);
  EXPECT_EQ(closed_with(0x83, "reserved opcode"), 1002);
  EXPECT_EQ(closed_with(0x80, "nothing to continue"), 1002);
  EXPECT_EQ(closed_with(0x88, Bytes("\x03\xe8", 2)), 1000) << "a Close is answered with its code";
  EXPECT_TRUE(server.wait_for_sessions(0));
}

TEST(Session, BeforeHelloAMessageIsShort) {  // [LIMIT-3]
  Server server;
  for (const size_t fragments : {size_t{1}, size_t{5}}) {
    Client client(server.port());
    ASSERT_TRUE(client.open_socket());
    const Bytes part(5000 / fragments, 'x');
    for (size_t i = 0; i < fragments; ++i) {
      const uint8_t fin = i + 1 == fragments ? 0x80 : 0;
      client.send_raw(static_cast<uint8_t>(fin | (i == 0 ? 2 : 0)), part);
    }
    EXPECT_EQ(client.receive_close(), 1009);
  }
}

TEST(Session, TakesTheLargestFrameWholeAndInFragments) {
  Server server;
  Device client(server, server.add_device("+491700000001"));
  wire::ClientFrame frame = ping_frame(9);
  Bytes bytes = frame.SerializeAsString();
  // An unknown field fills it up to the limit.
  const size_t fill = kFrameBytesMax - bytes.size() - 6;
  bytes += Bytes("\xfa\x07", 2);
  for (size_t rest = fill;; rest >>= 7) {
    bytes.push_back(static_cast<char>(rest >= 128 ? (rest & 127) | 128 : rest));
    if (rest < 128) break;
  }
  bytes += Bytes(fill, 'u');
  bytes.resize(std::min<size_t>(bytes.size(), kFrameBytesMax));
  client.send_raw(0x82, bytes);
  auto pong = client.receive(ServerFrame::kPong);
  ASSERT_TRUE(pong);
  client.send_raw(0x02, bytes.substr(0, 150'000));
  client.send_raw(0x00, bytes.substr(150'000, 150'000));
  client.send_raw(0x89, "between");
  client.send_raw(0x80, bytes.substr(300'000));
  pong = client.receive(ServerFrame::kPong);
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->pong().nonce(), 9u);
}

TEST(Session, ATextOfTheLargestSizeReachesAllFiveDevicesOfAnAccount) {  // [LIMIT-1]
  Server server;
  Device sender(server, server.add_device("+491700000001"));
  const auto devices = server.add_devices("+491700000002", kDevicesMax);
  std::vector<std::unique_ptr<Device>> receivers;
  for (const auto& device : devices) receivers.push_back(std::make_unique<Device>(server, device));
  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(message_id(1).bytes());
  wire::ToAccount& to = *send.mutable_account();
  to.set_account_id(devices[0].account());
  to.set_device_list_revision(UINT64_MAX);
  to.set_receipt_number(UINT64_MAX);
  for (const auto& device : devices) {
    wire::Envelope& envelope = *to.add_envelopes();
    envelope.set_device_id(device.address.device.value);
    envelope.set_payload(Bytes(kEnvelopeBytesMax, static_cast<char>('a' + device.address.device.value)));
  }
  ASSERT_LE(frame.ByteSizeLong(), kFrameBytesMax);
  sender.send_frame(frame);
  for (size_t i = 0; i < devices.size(); ++i) {
    const auto delivered = receivers[i]->receive(ServerFrame::kDeliver);
    ASSERT_TRUE(delivered);
    EXPECT_EQ(delivered->deliver().entries(0).message().payload(), to.envelopes(static_cast<int>(i)).payload());
  }
  EXPECT_TRUE(sender.receive(ServerFrame::kAccepted));
}

TEST(Session, ASecondHelloClosesTheConnection) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Device client(server, ana);
  wire::ClientFrame again;
  again.mutable_hello()->set_token(ana.token);
  client.send_frame(again);
  const auto error = client.receive(ServerFrame::kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error().code(), wire::kMalformed);
  EXPECT_NE(client.receive_close(), 0);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Session, MoreThanTheBoundCanNotBeWithheld) {  // [LIMIT-1] [TICK-1]
  Server server;
  Device device(server, server.add_device("+491700000001"));
  wire::ClientFrame confirm = confirm_frame(0);
  for (uint64_t i = 1; i <= kWithheldMax; ++i) confirm.mutable_confirm()->add_withheld(i);
  device.send_frame(confirm);
  device.send_frame(ping_frame(1));
  EXPECT_TRUE(device.receive(ServerFrame::kPong));
  confirm.mutable_confirm()->add_withheld(kWithheldMax + 1);
  device.send_frame(confirm);
  const auto error = device.receive(ServerFrame::kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error().code(), wire::kTooLarge);
  EXPECT_EQ(device.receive_close(), 1009);
}

TEST(Session, UnknownKindsOfFramesAreIgnored) {
  Server server;
  Device client(server, server.add_device("+491700000001"));
  client.send_raw(0x82, "");
  client.send_raw(0x82, Bytes("\xfa\x07\x01x", 4));
  client.send_frame(ping_frame(3));
  EXPECT_TRUE(client.receive(ServerFrame::kPong));
}

TEST(Session, AConnectionThatSaysNothingIsClosedAndOneThatPingsStays) {
  GatewaySettings settings;
  settings.handshake_timeout_ms = 400;
  settings.idle_timeout_ms = 900;
  settings.http_keepalive_ms = 400;
  Server server(settings);
  Client silent(server.port());  // nothing at all
  Client half(server.port());
  half.send_bytes("GET / HTTP/1.1\r\nHos");  // half a request
  Client no_hello(server.port());
  ASSERT_TRUE(no_hello.open_socket());
  Client slow_frame(server.port());
  ASSERT_TRUE(slow_frame.open_socket());
  slow_frame.send_bytes("\x82\xfe");  // half a frame
  Device idle(server, server.add_device("+491700000001"));
  Device pinging(server, server.add_device("+491700000002"));
  for (int i = 0; i < 12; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    pinging.send_frame(ping_frame(1));
    ASSERT_TRUE(pinging.receive(ServerFrame::kPong)) << i;
  }
  EXPECT_TRUE(silent.is_closed_by_server());
  EXPECT_EQ(half.read_response().status, 408);
  EXPECT_EQ(no_hello.receive_close(), 1008);
  EXPECT_EQ(slow_frame.receive_close(), 1008);
  EXPECT_EQ(idle.receive_close(), 1001);
  EXPECT_EQ(server.sessions(), 1u);
}

TEST(Session, RefusesSendsBeyondTheRateAndSaysWhenToTryAgain) {
  GatewaySettings settings;
  settings.sends_per_second = 2;
  settings.sends_burst = 3;
  Server server(settings);
  const auto bob = server.add_device("+491700000002");
  Device a(server, server.add_device("+491700000001"));
  for (uint8_t number = 1; number <= 5; ++number) a.send_frame(send_frame(bob, message_id(number), "x"));
  int accepted = 0;
  int refused = 0;
  while (accepted + refused < 5) {
    const auto frame = a.receive();
    ASSERT_TRUE(frame);
    accepted += frame->has_accepted();
    if (frame->has_refused()) {
      ++refused;
      EXPECT_EQ(frame->refused().code(), wire::kRateLimited);
      EXPECT_GT(frame->refused().retry_after_ms(), 0u);
      EXPECT_LE(frame->refused().retry_after_ms(), 500u);
    }
  }
  EXPECT_EQ(accepted, 3);
  EXPECT_EQ(refused, 2);
}

TEST(Session, ADeviceThatFloodsIsClosed) {
  GatewaySettings settings;
  settings.frames_per_second = 10;
  settings.frames_burst = 20;
  Server server(settings);
  Device client(server, server.add_device("+491700000001"));
  for (int i = 0; i < 100; ++i) client.send_frame(ping_frame(1));
  const auto error = client.receive(ServerFrame::kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error().code(), wire::kRateLimited);
  EXPECT_EQ(client.receive_close(), 1008);
}

TEST(Session, ASlowReaderIsClosedOnceTooMuchWaits) {
  GatewaySettings settings;
  settings.output_max = 100'000;
  settings.frames_per_second = 0;
  settings.closing_timeout_ms = 300;
  Server server(settings);
  Device slow(server, server.add_device("+491700000001"));
  slow.read_nothing_more();
  // Pongs that nobody reads: the kernel's buffers fill up, then the server's.
  const Bytes payload(120, 'p');
  for (int i = 0; i < 200'000 && server.sessions() == 1; ++i) slow.send_raw(0x89, payload);
  EXPECT_TRUE(server.wait_for_sessions(0));
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Session, WhenAllDevicesComeBackAtOnceSomeStartAndTheOthersWaitTheirTurn) {
  constexpr size_t kDevices = 100;
  Server server({}, 1);
  std::vector<Server::Device> devices;
  for (size_t i = 0; i < kDevices; ++i) devices.push_back(server.add_device("+491700000" + std::to_string(100 + i)));
  server.ports.accounts.faults.hold();  // the store is slow
  std::vector<std::unique_ptr<Client>> clients;
  for (const Server::Device& device : devices) {
    clients.push_back(std::make_unique<Client>(server.port()));
    ASSERT_TRUE(clients.back()->open_socket());
    wire::ClientFrame hello;
    hello.mutable_hello()->set_version_min(1);
    hello.mutable_hello()->set_version_max(1);
    hello.mutable_hello()->set_token(device.token);
    clients.back()->send_frame(hello);
  }
  const auto starting = [&] {
    const std::string metrics = Client(server.port()).request("GET", "/metrics").body;
    return metrics.find("kith_sessions_starting " + std::to_string(kDevices) + "\n") != std::string::npos;
  };
  for (int i = 0; i < 1000 && !starting(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(starting());
  EXPECT_EQ(server.ports.accounts.faults.waiting(), 64u);
  clients.pop_back();  // one leaves before its turn has come
  server.ports.accounts.faults.release();
  for (const auto& client : clients) {
    const auto welcome = client->receive();
    ASSERT_TRUE(welcome && welcome->has_welcome());
  }
  EXPECT_TRUE(server.wait_for_connections(kDevices - 1));
  EXPECT_TRUE(server.wait_for_sessions(kDevices - 1));
}

TEST(Session, SendsInFlightAreBounded) {
  Server server;
  const auto bob = server.add_device("+491700000002", 1);
  Device a(server, server.add_device("+491700000001", 0));
  server.ports.inboxes.write_faults.hold();  // nothing becomes durable
  for (uint8_t number = 1; number <= 70; ++number) a.send_frame(send_frame(bob, message_id(number), "x"));
  for (int i = 0; i < 6; ++i) {
    const auto refused = a.receive(ServerFrame::kRefused);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->refused().code(), wire::kRateLimited);
  }
  server.ports.inboxes.write_faults.release();
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(a.receive(ServerFrame::kAccepted));
}

TEST(Session, AConnectionThatBreaksWhileItsSendsWaitLeavesNothingBehind) {
  Server server;
  const auto bob = server.add_device("+491700000002", 1);
  const auto ana = server.add_device("+491700000001", 0);
  server.ports.inboxes.write_faults.hold();
  {
    Device a(server, ana);
    for (uint8_t number = 1; number <= 10; ++number) a.send_frame(send_frame(bob, message_id(number), "x"));
    a.send_frame(ping_frame(1));
    ASSERT_TRUE(a.receive(ServerFrame::kPong));
  }
  EXPECT_TRUE(server.wait_for_sessions(0));
  EXPECT_TRUE(server.wait_for_connections(0));
  server.ports.inboxes.write_faults.release();
}

TEST(Session, DrainTellsDevicesFinishesWhatIsInFlightAndCloses) {
  Server server;
  const auto bob = server.add_device("+491700000002", 1);
  Device a(server, server.add_device("+491700000001", 0));
  server.ports.inboxes.write_faults.hold();
  a.send_frame(send_frame(bob, message_id(1), "in flight"));
  a.send_frame(ping_frame(1));
  ASSERT_TRUE(a.receive(ServerFrame::kPong));
  server.begin_drain();
  const auto draining = a.receive(ServerFrame::kDraining);
  ASSERT_TRUE(draining);
  EXPECT_EQ(draining->draining().reconnect_within_ms(), GatewaySettings{}.reconnect_within_ms);
  a.send_frame(send_frame(bob, message_id(2), "too late"));
  const auto refused = a.receive(ServerFrame::kRefused);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refused().code(), wire::kUnavailable);
  EXPECT_FALSE(server.drained());
  server.ports.inboxes.write_faults.release();
  EXPECT_TRUE(a.receive(ServerFrame::kAccepted));
  EXPECT_EQ(a.receive_close(), 1012);
  a.close();
  Client late(server.port());
  EXPECT_EQ(late.request("GET", "/healthz").status, 0) << "nothing is accepted any more";
}

TEST(Session, DrainEndsWithinItsBoundWhateverPeersDo) {
  GatewaySettings settings;
  settings.drain_ms = 300;
  settings.closing_timeout_ms = 60'000;
  Server server(settings);
  Device stubborn(server, server.add_device("+491700000001"));  // never closes its end
  Client half(server.port());
  half.send_bytes("GET / HT");
  const auto began = std::chrono::steady_clock::now();
  server.drain();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_EQ(server.gateway->counts().connections, 0u);
}

}  // namespace
}  // namespace kith::gateway
