// SPDX-License-Identifier: AGPL-3.0-or-later

// RFC 6455 conformance over a real socket, case by case: docs/websocket-conformance.md is the table. Sections are those
// of the Autobahn suite.
//
// Where that suite expects an echo, the server here answers a ClientFrame Ping of the same size with a Pong of the same
// nonce.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"
#include "wire/versions.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::Server;
using wire::CloseCode;
using wire::Opcode;

constexpr uint8_t kFin = 0x80;
constexpr uint8_t kKey[4] = {0xA1, 0x0B, 0xFF, 0x00};

uint8_t fin(Opcode opcode) { return kFin | static_cast<uint8_t>(opcode); }
uint8_t more(Opcode opcode) { return static_cast<uint8_t>(opcode); }

Bytes masked(uint8_t first, Bytes payload) {
  Bytes frame;
  wire::append_frame_header(frame, Opcode::kBinary, payload.size(), kKey);
  frame[0] = static_cast<char>(first);
  wire::apply_mask(payload, kKey);
  return frame + payload;
}
Bytes close_payload(uint16_t code, BytesView reason = {}) {
  Bytes payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}
// A ClientFrame Ping that is so many bytes long: what is missing is a field that the server does not know, and ignores.
Bytes echo_request(size_t size, uint64_t nonce) {
  wire::ClientFrame ping;
  ping.mutable_ping()->set_nonce(nonce);
  Bytes bytes = ping.SerializeAsString();
  if (size < bytes.size() + 5) return bytes;
  const size_t filler = size - bytes.size();
  for (size_t width = 1; width <= 4; ++width) {  // of the filler's length, a varint that may have leading zeros
    const size_t payload = filler - 1 - width;
    if (payload >> (7 * width) != 0) continue;
    bytes.push_back(0x7A);  // field 15, length-delimited
    for (size_t i = 0; i < width; ++i)
      bytes.push_back(static_cast<char>((payload >> (7 * i) & 0x7F) | (i + 1 < width ? 0x80 : 0)));
    return bytes.append(payload, 'x');
  }
  return bytes;
}

class Rfc6455 : public ::testing::Test {
 protected:
  // A session that is open, past Hello.
  std::unique_ptr<Client> open() {
    auto client = std::make_unique<Client>(server_.port());
    EXPECT_TRUE(client->open_socket());
    EXPECT_TRUE(client->hello(device_.token));
    EXPECT_TRUE(client->receive(wire::ServerFrame::kBacklogEnd));
    return client;
  }
  static void in_pieces(Client& client, BytesView bytes, size_t piece) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
      client.send_bytes(bytes.substr(0, piece));
  }
  static void expect_echo(Client& client, uint64_t nonce) {
    const auto answer = client.receive(wire::ServerFrame::kPong);
    ASSERT_TRUE(answer.has_value()) << "closed with " << client.close_code();
    EXPECT_EQ(answer->pong().nonce(), nonce);
  }
  static void expect_alive(Client& client) {
    client.send_bytes(masked(fin(Opcode::kBinary), echo_request(0, 4711)));
    expect_echo(client, 4711);
  }
  // These bytes end the connection with this code, and the server closes it.
  void expect_close(const Bytes& bytes, uint16_t code, size_t piece = SIZE_MAX) {
    const auto client = open();
    in_pieces(*client, bytes, piece);
    EXPECT_EQ(client->receive_close(), code);
    client->shut_down_output();
    EXPECT_TRUE(client->is_closed_by_server());
  }
  static uint16_t code(CloseCode code) { return static_cast<uint16_t>(code); }

  Server server_;
  Server::Device device_ = server_.add_device("+491700000001");
};

// ---- 1 Framing

TEST_F(Rfc6455, Case_1_1_TextMessagesOfAnyLengthAreRefusedWith1003) {
  for (const size_t size : {0, 125, 126, 127, 128, 65535, 65536}) {
    SCOPED_TRACE(size);
    expect_close(masked(fin(Opcode::kText), Bytes(size, '*')), code(CloseCode::kUnsupportedData));
  }
}
TEST_F(Rfc6455, Case_1_2_BinaryMessagesOfEveryFormOfLength) {
  const auto client = open();
  client->send_bytes(masked(fin(Opcode::kBinary), ""));  // an empty ClientFrame: ignored
  uint64_t nonce = 0;
  for (const size_t size : {16, 124, 125, 126, 127, 128, 65535, 65536}) {
    SCOPED_TRACE(size);
    const Bytes request = echo_request(size, ++nonce);
    ASSERT_EQ(request.size(), size);
    client->send_bytes(masked(fin(Opcode::kBinary), request));
    expect_echo(*client, nonce);
  }
  in_pieces(*client, masked(fin(Opcode::kBinary), echo_request(65536, ++nonce)), 997);
  expect_echo(*client, nonce);
}
TEST_F(Rfc6455, Case_1_3_FramesThatAreNotMaskedAreRefused_5_1) {
  Bytes frame;
  wire::append_frame(frame, Opcode::kBinary, echo_request(0, 1));
  expect_close(frame, code(CloseCode::kProtocolError));
}
TEST_F(Rfc6455, Case_1_4_LengthsThatAreNotInTheirShortestFormAreRefused_5_2) {
  expect_close(Bytes("\x82\xFE\x00\x10", 4), code(CloseCode::kProtocolError));
  expect_close(Bytes("\x82\xFF\x00\x00\x00\x00\x00\x00\x01\x00", 10), code(CloseCode::kProtocolError));
  expect_close(Bytes("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00", 10), code(CloseCode::kProtocolError));
}

// ---- 2 Pings and pongs

TEST_F(Rfc6455, Case_2_1_to_2_4_PingsAreAnsweredWithTheirPayload) {
  const auto client = open();
  for (const Bytes& payload :
       {Bytes(), Bytes("Hello, world!"), Bytes("\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF", 8), Bytes(125, '\xFE')}) {
    client->send_bytes(masked(fin(Opcode::kPing), payload));
    EXPECT_EQ(client->receive_pong(), payload);
  }
}
TEST_F(Rfc6455, Case_2_5_APingOfMoreThan125BytesIsRefused) {
  expect_close(masked(fin(Opcode::kPing), Bytes(126, '\xFE')), code(CloseCode::kProtocolError));
}
TEST_F(Rfc6455, Case_2_6_APingByteByByte) {
  const auto client = open();
  in_pieces(*client, masked(fin(Opcode::kPing), Bytes(125, '\xFE')), 1);
  EXPECT_EQ(client->receive_pong(), Bytes(125, '\xFE'));
}
TEST_F(Rfc6455, Case_2_7_to_2_9_PongsNobodyAskedForChangeNothing) {
  const auto client = open();
  client->send_bytes(masked(fin(Opcode::kPong), "") + masked(fin(Opcode::kPong), "unsolicited"));
  client->send_bytes(masked(fin(Opcode::kPing), "ping"));
  EXPECT_EQ(client->receive_pong(), "ping");
}
TEST_F(Rfc6455, Case_2_10_and_2_11_TenPingsHaveTenPongsInOrder) {
  for (const size_t piece : {SIZE_MAX, size_t{1}}) {
    const auto client = open();
    Bytes pings;
    for (int i = 0; i < 10; ++i) pings += masked(fin(Opcode::kPing), "payload-" + std::to_string(i));
    in_pieces(*client, pings, piece);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(client->receive_pong(), "payload-" + std::to_string(i));
  }
}

// ---- 3 Reserved bits

TEST_F(Rfc6455, Case_3_1_to_3_7_ReservedBitsAreRefusedOnEveryKindOfFrame) {
  for (int bits = 1; bits <= 7; ++bits) {
    for (const Opcode opcode : {Opcode::kBinary, Opcode::kText, Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
      SCOPED_TRACE(bits);
      const auto first = static_cast<uint8_t>(fin(opcode) | bits << 4);
      const Bytes payload = opcode == Opcode::kClose ? close_payload(1000) : Bytes("x");
      expect_close(masked(fin(Opcode::kBinary), echo_request(0, 1)) + masked(first, payload),
                   code(CloseCode::kProtocolError), bits == 4 ? 1 : SIZE_MAX);
    }
  }
}

// ---- 4 Opcodes

TEST_F(Rfc6455, Case_4_1_and_4_2_ReservedOpcodesAreRefused) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    SCOPED_TRACE(opcode);
    const auto first = static_cast<uint8_t>(kFin | opcode);
    expect_close(masked(first, ""), code(CloseCode::kProtocolError));
    expect_close(
        masked(fin(Opcode::kBinary), echo_request(0, 1)) + masked(first, "payload") + masked(fin(Opcode::kPing), ""),
        code(CloseCode::kProtocolError), 1);
  }
}

// ---- 5 Fragmentation

TEST_F(Rfc6455, Case_5_1_and_5_2_ControlFramesAreNotFragmented) {
  for (const Opcode opcode : {Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
    expect_close(masked(more(opcode), "fragment1") + masked(fin(Opcode::kContinuation), "fragment2"),
                 code(CloseCode::kProtocolError));
  }
}
TEST_F(Rfc6455, Case_5_3_to_5_8_AMessageInTwoFragmentsWithAndWithoutAPingBetween) {
  const Bytes request = echo_request(40, 7);
  for (const bool ping : {false, true}) {
    for (const size_t piece : {SIZE_MAX, size_t{11}, size_t{1}}) {
      const auto client = open();
      in_pieces(*client,
                masked(more(Opcode::kBinary), request.substr(0, 20)) +
                    (ping ? masked(fin(Opcode::kPing), "between") : Bytes()) +
                    masked(fin(Opcode::kContinuation), request.substr(20)),
                piece);
      if (ping) {
        EXPECT_EQ(client->receive_pong(), "between");
      }
      expect_echo(*client, 7);
    }
  }
}
TEST_F(Rfc6455, Case_5_9_to_5_14_AContinuationOfNothingIsRefused) {
  for (const uint8_t first : {fin(Opcode::kContinuation), more(Opcode::kContinuation)}) {
    for (const size_t piece : {SIZE_MAX, size_t{1}}) {
      expect_close(masked(first, "non-continuation payload") + masked(fin(Opcode::kBinary), echo_request(0, 1)),
                   code(CloseCode::kProtocolError), piece);
    }
  }
}
TEST_F(Rfc6455, Case_5_15_to_5_17_AContinuationAfterTheLastFragmentIsRefused) {
  const Bytes request = echo_request(40, 7);
  expect_close(masked(more(Opcode::kBinary), request.substr(0, 20)) +
                   masked(fin(Opcode::kContinuation), request.substr(20)) + masked(more(Opcode::kContinuation), "more"),
               code(CloseCode::kProtocolError));
}
TEST_F(Rfc6455, Case_5_18_ANewMessageInsideAnUnfinishedOneIsRefused) {
  expect_close(masked(more(Opcode::kBinary), "one") + masked(fin(Opcode::kBinary), "two"),
               code(CloseCode::kProtocolError));
}
TEST_F(Rfc6455, Case_5_19_and_5_20_FiveFragmentsWithPingsAndEmptyFragmentsBetween) {
  const Bytes request = echo_request(50, 9);
  const auto client = open();
  Bytes frames = masked(more(Opcode::kBinary), request.substr(0, 10));
  for (size_t at = 10; at < 50; at += 10) {
    frames += masked(fin(Opcode::kPing), "ping") + masked(more(Opcode::kContinuation), "");
    frames += masked(at == 40 ? fin(Opcode::kContinuation) : more(Opcode::kContinuation), request.substr(at, 10));
  }
  in_pieces(*client, frames, 3);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client->receive_pong(), "ping");
  expect_echo(*client, 9);
}

// ---- 6 UTF-8. Kith has no text messages; text in a Close is checked, and wire/websocket checks text wherever it is
// allowed.

TEST_F(Rfc6455, Case_6_1_to_6_4_TextIsRefusedAtItsHeaderWhateverItHolds) {
  expect_close(masked(more(Opcode::kText), ""), code(CloseCode::kUnsupportedData));
  expect_close(masked(more(Opcode::kText), "\xCE\xBA\xE1") + masked(fin(Opcode::kContinuation), "\xBD\xB9"),
               code(CloseCode::kUnsupportedData));
  expect_close(masked(fin(Opcode::kText), "\xED\xA0\x80"), code(CloseCode::kUnsupportedData));
  expect_close(Bytes("\x81", 1), code(CloseCode::kUnsupportedData));  // its first byte is enough
}
TEST_F(Rfc6455, Case_6_5_to_6_23_WellFormedAndIllFormedTextOfEveryClass) {
  const std::vector<Bytes> well_formed = {"",
                                          "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!!",
                                          "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",
                                          Bytes(1, '\0'),
                                          "\xC2\x80",
                                          "\xE0\xA0\x80",
                                          "\xF0\x90\x80\x80",
                                          "\x7F",
                                          "\xDF\xBF",
                                          "\xEF\xBF\xBF",
                                          "\xF4\x8F\xBF\xBF",
                                          "\xED\x9F\xBF",
                                          "\xEE\x80\x80",
                                          "\xEF\xBF\xBD",
                                          "\xEF\xBF\xBE",
                                          "\xF0\x9F\xBF\xBE"};
  const std::vector<Bytes> ill_formed = {
      "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"
      "edited",
      "\xF4\x90\x80\x80",
      "\xF8\x88\x80\x80\x80",
      "\xFC\x84\x80\x80\x80\x80",
      "\xF7\xBF\xBF\xBF",
      "\xFB\xBF\xBF\xBF\xBF",
      "\xFD\xBF\xBF\xBF\xBF\xBF",
      "\x80",
      "\xBF",
      "\x80\xBF\x80",
      "\xC0 ",
      "\xC1 ",
      "\xE0 ",
      "\xF0 ",
      "\xC0",
      "\xE0\x80",
      "\xF0\x80\x80",
      "\xDF",
      "\xEF\xBF",
      "\xF4\x8F\xBF",
      "\xFE",
      "\xFF",
      "\xC0\xAF",
      "\xE0\x80\xAF",
      "\xF0\x80\x80\xAF",
      "\xC1\xBF",
      "\xE0\x9F\xBF",
      "\xF0\x8F\xBF\xBF",
      "\xC0\x80",
      "\xED\xA0\x80",
      "\xED\xAD\xBF",
      "\xED\xBF\xBF",
      "\xED\xA0\x80\xED\xB0\x80"};
  const auto read = [](const Bytes& text, size_t cut) {
    Bytes bytes = masked(more(Opcode::kText), text.substr(0, cut)) +
                  masked(fin(Opcode::kContinuation), text.substr(std::min(cut, text.size())));
    wire::WebSocketReader reader;
    std::span<char> input(bytes);
    const wire::WebSocketEvent event =
        reader.next(input, {.masked = true, .text_allowed = true, .message_bytes_max = 1000});
    return event.kind == wire::WebSocketEvent::Kind::kMessage ? CloseCode::kNoStatus : event.code;
  };
  for (const Bytes& text : well_formed) {
    for (size_t cut = 0; cut <= text.size(); ++cut) EXPECT_EQ(read(text, cut), CloseCode::kNoStatus) << to_hex(text);
  }
  for (const Bytes& text : ill_formed) {
    for (size_t cut = 0; cut <= text.size(); ++cut)
      EXPECT_EQ(read(text, cut), CloseCode::kInvalidPayload) << to_hex(text);
    expect_close(masked(fin(Opcode::kClose), close_payload(1000, text)), code(CloseCode::kInvalidPayload));
  }
}

// ---- 7 Close

TEST_F(Rfc6455, Case_7_1_1_ACloseAfterAMessageIsAnsweredAfterIt) {
  const auto client = open();
  client->send_bytes(masked(fin(Opcode::kBinary), echo_request(0, 3)) +
                     masked(fin(Opcode::kClose), close_payload(1000)));
  expect_echo(*client, 3);
  EXPECT_EQ(client->receive_close(), 1000);
}
TEST_F(Rfc6455, Case_7_1_2_to_7_1_4_NothingIsAnsweredAfterAClose) {
  for (const Bytes& after : {masked(fin(Opcode::kClose), close_payload(1000)), masked(fin(Opcode::kPing), "late"),
                             masked(fin(Opcode::kBinary), echo_request(0, 5))}) {
    const auto client = open();
    client->send_bytes(masked(fin(Opcode::kClose), close_payload(1000)) + after);
    EXPECT_EQ(client->receive_close(), 1000);
    EXPECT_EQ(client->receive_pong(), std::nullopt);
    EXPECT_TRUE(client->is_closed_by_server());
  }
}
TEST_F(Rfc6455, Case_7_1_5_ACloseInsideAFragmentedMessage) {
  const auto client = open();
  client->send_bytes(masked(more(Opcode::kBinary), "fragment") + masked(fin(Opcode::kClose), close_payload(1000)) +
                     masked(fin(Opcode::kContinuation), "rest"));
  EXPECT_EQ(client->receive_close(), 1000);
}
TEST_F(Rfc6455, Case_7_1_6_ACloseBehindTheLargestMessage) {
  const auto client = open();
  client->send_bytes(masked(fin(Opcode::kBinary), echo_request(kFrameBytesMax, 6)) +
                     masked(fin(Opcode::kClose), close_payload(1000)));
  expect_echo(*client, 6);
  EXPECT_EQ(client->receive_close(), 1000);
}
TEST_F(Rfc6455, Case_7_3_FormsOfClose) {
  // 7.3.1: no code, answered with 1000
  expect_close(masked(fin(Opcode::kClose), ""), 1000);
  expect_close(masked(fin(Opcode::kClose), "\x03"), code(CloseCode::kProtocolError));     // 7.3.2: half a code
  expect_close(masked(fin(Opcode::kClose), close_payload(1000)), 1000);                   // 7.3.3
  expect_close(masked(fin(Opcode::kClose), close_payload(1000, "Hello World!")), 1000);   // 7.3.4
  expect_close(masked(fin(Opcode::kClose), close_payload(1000, Bytes(123, '*'))), 1000);  // 7.3.5
  // 7.3.6
  expect_close(masked(fin(Opcode::kClose), close_payload(1000, Bytes(124, '*'))), code(CloseCode::kProtocolError));
}
TEST_F(Rfc6455, Case_7_5_AReasonThatIsNoUtf8IsRefusedWith1007) {
  expect_close(masked(fin(Opcode::kClose), close_payload(1000, "\xCE\xBA\xED\xA0\x80")),
               code(CloseCode::kInvalidPayload));
}
TEST_F(Rfc6455, Case_7_7_CodesThatMayBeSentAreAnswered) {
  for (const uint16_t value :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    SCOPED_TRACE(value);
    expect_close(masked(fin(Opcode::kClose), close_payload(value)), value);
  }
}
TEST_F(Rfc6455, Case_7_9_and_7_13_CodesThatMayNotBeSentAreRefused) {
  for (const uint16_t value : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    SCOPED_TRACE(value);
    expect_close(masked(fin(Opcode::kClose), close_payload(value)), code(CloseCode::kProtocolError));
  }
}

// ---- 9 Limits and many messages

TEST_F(Rfc6455, Case_9_1_to_9_6_TheLargestMessageWholeInFragmentsAndInPieces) {
  const Bytes request = echo_request(kFrameBytesMax, 8);
  ASSERT_EQ(request.size(), kFrameBytesMax);
  const auto client = open();
  client->send_bytes(masked(fin(Opcode::kBinary), request));
  expect_echo(*client, 8);
  for (const size_t fragment : {size_t{64}, size_t{1024}, size_t{65536}}) {
    Bytes frames;
    for (size_t at = 0; at < request.size(); at += fragment) {
      const bool last = at + fragment >= request.size();
      const Opcode opcode = at == 0 ? Opcode::kBinary : Opcode::kContinuation;
      frames += masked(last ? fin(opcode) : more(opcode), request.substr(at, fragment));
    }
    client->send_bytes(frames);
    expect_echo(*client, 8);
  }
  in_pieces(*client, masked(fin(Opcode::kBinary), request), 64);
  expect_echo(*client, 8);
}
TEST_F(Rfc6455, Case_9_LargerMessagesAreRefusedWith1009BeforeTheyAreThere) {
  const Bytes header("\x82\xFF\x00\x00\x00\x00\x00\x06\x00\x01", 10);  // 393,217 bytes
  expect_close(header, code(CloseCode::kTooBig));
  const Bytes half(kFrameBytesMax / 2 + 1, 'x');
  expect_close(masked(more(Opcode::kBinary), half) + masked(fin(Opcode::kContinuation), half),
               code(CloseCode::kTooBig));
}
TEST_F(Rfc6455, Case_9_7_and_9_8_AThousandMessagesOfEachSizeAreAnsweredInOrder) {
  const auto client = open();
  for (const size_t size : {size_t{0}, size_t{16}, size_t{64}, size_t{256}, size_t{1024}, size_t{4096}}) {
    Bytes frames;
    for (uint64_t i = 0; i < 1000; ++i) frames += masked(fin(Opcode::kBinary), echo_request(size, i + 1));
    client->send_bytes(frames);
    for (uint64_t i = 0; i < 1000; ++i) expect_echo(*client, i + 1);
  }
}

// ---- 10 Miscellaneous

TEST_F(Rfc6455, Case_10_1_AMessageCutIntoFragmentsOf1300Bytes) {
  const Bytes request = echo_request(65536, 10);
  const auto client = open();
  Bytes frames = masked(more(Opcode::kBinary), request.substr(0, 1300));
  for (size_t at = 1300; at < request.size(); at += 1300) {
    frames += masked(at + 1300 >= request.size() ? fin(Opcode::kContinuation) : more(Opcode::kContinuation),
                     request.substr(at, 1300));
  }
  client->send_bytes(frames);
  expect_echo(*client, 10);
  expect_alive(*client);
}

// ---- 12 and 13 Compression

TEST_F(Rfc6455, Case_12_and_13_CompressionIsNotNegotiatedAndItsBitIsRefused) {
  Client client(server_.port());
  const auto response = client.request("GET", "/v1/socket",
                                       {{"Upgrade", "websocket"},
                                        {"Connection", "Upgrade"},
                                        {"Sec-WebSocket-Version", "13"},
                                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                        {"Sec-WebSocket-Protocol", "kith.v1"},
                                        {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"}});
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.field("Sec-WebSocket-Extensions"), "");
  EXPECT_TRUE(client.hello(device_.token));
  client.send_bytes(masked(static_cast<uint8_t>(fin(Opcode::kBinary) | 0x40), "x"));
  EXPECT_EQ(client.receive_close(), code(CloseCode::kProtocolError));
}

}  // namespace
}  // namespace kith::gateway
