// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/websocket.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kith::wire {
namespace {

using Kind = WebSocketEvent::Kind;

constexpr WebSocketRules kServer{.masked = true, .text_allowed = false, .message_bytes_max = 1000};
constexpr WebSocketRules kServerWithText{.masked = true, .text_allowed = true, .message_bytes_max = 1000};
constexpr uint8_t kKey[4] = {0x37, 0xfa, 0x21, 0x3d};

// A masked frame, bit by bit as the test wants it.
Bytes frame(uint8_t first, BytesView payload, const uint8_t* key = kKey) {
  Bytes out;
  append_frame_header(out, Opcode::kBinary, payload.size(), key);
  out[0] = static_cast<char>(first);
  const size_t at = out.size();
  out.append(payload);
  if (key != nullptr) apply_mask(std::span(out).subspan(at), key);
  return out;
}

struct Told {
  Kind kind;
  uint16_t code;
  bool is_text;
  Bytes payload;
  friend bool operator==(const Told&, const Told&) = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << "kind " << static_cast<int>(told.kind) << " code " << told.code << " payload " << told.payload.size();
}

// Everything a reader tells when the bytes come in pieces of `piece` bytes.
std::vector<Told> read_in_pieces(Bytes bytes, size_t piece, const WebSocketRules& rules, bool* holds = nullptr) {
  WebSocketReader reader;
  std::vector<Told> told;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    Bytes part = bytes.substr(at, piece);  // a place of its own, as a receive buffer is
    std::span<char> input(part);
    for (;;) {
      const WebSocketEvent event = reader.next(input, rules);
      if (event.kind == Kind::kNeedMore) break;
      told.push_back({event.kind, static_cast<uint16_t>(event.code), event.is_text, Bytes(event.payload)});
      if (event.kind == Kind::kError || event.kind == Kind::kClose) return told;
    }
    EXPECT_TRUE(input.empty()) << "kNeedMore means that all is used";
  }
  if (holds != nullptr) *holds = reader.holds_bytes();
  return told;
}
std::vector<Told> read(Bytes bytes, const WebSocketRules& rules = kServer) {
  return read_in_pieces(std::move(bytes), SIZE_MAX / 2, rules);
}

Told message(Bytes payload, bool is_text = false) { return {Kind::kMessage, 1005, is_text, std::move(payload)}; }
Told error(CloseCode code) { return {Kind::kError, static_cast<uint16_t>(code), false, ""}; }

TEST(WebSocket, ReadsTheExamplesOfTheRfc) {
  // RFC 6455, section 5.7: "Hello" masked, unmasked, fragmented; a Ping and its Pong; 256 bytes and 64 KiB.
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", kServerWithText), std::vector{message("Hello", true)});
  constexpr WebSocketRules client{.masked = false, .text_allowed = true, .message_bytes_max = 1 << 20};
  EXPECT_EQ(read("\x81\x05Hello", client), std::vector{message("Hello", true)});
  EXPECT_EQ(read(Bytes("\x01\x03Hel\x80\x02lo", 9), client), std::vector{message("Hello", true)});
  EXPECT_EQ(read("\x89\x05Hello", client), (std::vector{Told{Kind::kPing, 1005, false, "Hello"}}));
  EXPECT_EQ(read("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
            (std::vector{Told{Kind::kPong, 1005, false, "Hello"}}));
  EXPECT_EQ(read(Bytes("\x82\x7e\x01\x00", 4) + Bytes(256, 'x'), client), std::vector{message(Bytes(256, 'x'))});
  EXPECT_EQ(read(Bytes("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10) + Bytes(65'536, 'x'), client),
            std::vector{message(Bytes(65'536, 'x'))});
}

TEST(WebSocket, WritesLengthsInTheirShortestForm) {
  const auto header = [](size_t size) {
    Bytes out;
    append_frame_header(out, Opcode::kBinary, size);
    return to_hex(out);
  };
  EXPECT_EQ(header(0), "8200");
  EXPECT_EQ(header(125), "827d");
  EXPECT_EQ(header(126), "827e007e");
  EXPECT_EQ(header(65'535), "827effff");
  EXPECT_EQ(header(65'536), "827f0000000000010000");
}

TEST(WebSocket, UnmasksPayloadsOfEveryLengthAndAlignment) {
  for (size_t size = 0; size <= 300; ++size) {
    Bytes payload;
    for (size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>(i * 7 + 1));
    EXPECT_EQ(read(frame(0x82, payload)), std::vector{message(payload)}) << size;
  }
}

TEST(WebSocket, RefusesReservedBitsAndOpcodes) {
  for (const uint8_t bit : {0x40, 0x20, 0x10})
    EXPECT_EQ(read(frame(0x82 | bit, "x")), std::vector{error(CloseCode::kProtocolError)});
  for (const uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(read(frame(0x80 | opcode, "")), std::vector{error(CloseCode::kProtocolError)}) << int{opcode};
  }
}

TEST(WebSocket, RefusesMaskingOfTheWrongSide) {
  EXPECT_EQ(read(frame(0x82, "x", nullptr)), std::vector{error(CloseCode::kProtocolError)});
  constexpr WebSocketRules client{.masked = false};
  EXPECT_EQ(read(frame(0x82, "x"), client), std::vector{error(CloseCode::kProtocolError)});
}

TEST(WebSocket, RefusesLengthsThatAreNotMinimal) {
  EXPECT_EQ(read(Bytes("\x82\xfe\x00\x7d", 4)), std::vector{error(CloseCode::kProtocolError)});
  EXPECT_EQ(read(Bytes("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10)), std::vector{error(CloseCode::kProtocolError)});
  EXPECT_EQ(read(Bytes("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10)), std::vector{error(CloseCode::kProtocolError)})
      << "the highest bit";
}

TEST(WebSocket, RefusesControlFramesThatAreLongOrFragmented) {
  EXPECT_EQ(read(frame(0x89, Bytes(125, 'p'))).at(0).payload.size(), 125u);
  EXPECT_EQ(read(frame(0x89, Bytes(126, 'p'))), std::vector{error(CloseCode::kProtocolError)});
  for (const uint8_t opcode : {0x08, 0x09, 0x0a})
    EXPECT_EQ(read(frame(opcode, "")), std::vector{error(CloseCode::kProtocolError)});
}

TEST(WebSocket, PutsFragmentsTogetherWithControlFramesBetweenThem) {
  const Bytes bytes = frame(0x02, "one ") + frame(0x89, "ping") + frame(0x00, "two ") + frame(0x00, "") +
                      frame(0x8a, "pong") + frame(0x80, "three") + frame(0x82, "next");
  EXPECT_EQ(read(bytes), (std::vector{Told{Kind::kPing, 1005, false, "ping"}, Told{Kind::kPong, 1005, false, "pong"},
                                      message("one two three"), message("next")}));
}

TEST(WebSocket, RefusesFragmentsOutOfOrder) {
  EXPECT_EQ(read(frame(0x80, "x")), std::vector{error(CloseCode::kProtocolError)}) << "nothing to continue";
  EXPECT_EQ(read(frame(0x00, "x")), std::vector{error(CloseCode::kProtocolError)});
  EXPECT_EQ(read(frame(0x02, "x") + frame(0x82, "y")), std::vector{error(CloseCode::kProtocolError)})
      << "a message within a message";
  EXPECT_EQ(read(frame(0x02, "x") + frame(0x80, "y") + frame(0x80, "z")),
            (std::vector{message("xy"), error(CloseCode::kProtocolError)}));
}

TEST(WebSocket, HoldsMessagesToTheirMaximumAndTellsBeforeThePayload) {
  EXPECT_EQ(read(frame(0x82, Bytes(1000, 'x'))), std::vector{message(Bytes(1000, 'x'))});
  EXPECT_EQ(read(frame(0x82, Bytes(1001, 'x')).substr(0, 4)), std::vector{error(CloseCode::kTooBig)});
  EXPECT_EQ(read(frame(0x02, Bytes(600, 'x')) + frame(0x80, Bytes(401, 'x'))), std::vector{error(CloseCode::kTooBig)})
      << "over fragments";
  EXPECT_EQ(read(Bytes("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10)), std::vector{error(CloseCode::kTooBig)});
}

TEST(WebSocket, RefusesTextWhereOnlyBinaryIsSpoken) {
  EXPECT_EQ(read(frame(0x81, "text")), std::vector{error(CloseCode::kUnsupportedData)});
  EXPECT_EQ(read(frame(0x81, "t\xC3\xBCt"), kServerWithText), std::vector{message("t\xC3\xBCt", true)});
  EXPECT_EQ(read(frame(0x81, "\xC3"), kServerWithText), std::vector{error(CloseCode::kInvalidPayload)});
  EXPECT_EQ(read(frame(0x01, "\xC3") + frame(0x80, "\xBC"), kServerWithText), std::vector{message("\xC3\xBC", true)})
      << "cut within a character";
}

TEST(WebSocket, ChecksCloseFrames) {
  const auto close = [](BytesView payload) { return read(frame(0x88, payload)); };
  EXPECT_EQ(close(""), (std::vector{Told{Kind::kClose, 1005, false, ""}}));
  EXPECT_EQ(close("\x03\xe8"
                  "bye"),
            (std::vector{Told{Kind::kClose, 1000, false, "bye"}}));
  EXPECT_EQ(close("\x03"), std::vector{error(CloseCode::kProtocolError)});
  EXPECT_EQ(close("\x03\xe8\xff"), std::vector{error(CloseCode::kInvalidPayload)});
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65'535}) {
    Bytes payload{static_cast<char>(code >> 8), static_cast<char>(code & 255)};
    EXPECT_EQ(close(payload), std::vector{error(CloseCode::kProtocolError)}) << code;
  }
  for (const uint16_t code : {1000, 1001, 1002, 1003, 1007, 1008, 1011, 1014, 3000, 4999}) {
    Bytes payload{static_cast<char>(code >> 8), static_cast<char>(code & 255)};
    EXPECT_EQ(close(payload), (std::vector{Told{Kind::kClose, code, false, ""}})) << code;
  }
}

TEST(WebSocket, WritesCloseFramesThatItReadsAgain) {
  constexpr WebSocketRules client{.masked = false};
  Bytes out;
  append_close(out, CloseCode::kServiceRestart, "draining");
  EXPECT_EQ(read(out, client), (std::vector{Told{Kind::kClose, 1012, false, "draining"}}));
  out.clear();
  append_close(out, CloseCode::kPolicyViolation, Bytes(122, 'a') + "\xC3\xBC");
  EXPECT_EQ(read(out, client), (std::vector{Told{Kind::kClose, 1008, false, Bytes(122, 'a')}}))
      << "cut, but not within a character";
}

TEST(WebSocket, TellsTheSameHoweverTheBytesAreCut) {
  std::mt19937 random(20'240'501);
  for (int round = 0; round < 60; ++round) {
    Bytes bytes;
    bool in_message = false;
    size_t message_size = 0;
    for (int i = 0; i < 12; ++i) {
      const size_t size = random() % 4 == 0 ? random() % 400 : random() % 5;
      Bytes payload(size, static_cast<char>('a' + i));
      switch (random() % 4) {
        case 0: bytes += frame(0x89, payload.substr(0, 125)); break;
        case 1: bytes += frame(0x8a, payload.substr(0, 125)); break;
        default: {
          const bool fin = random() % 2 == 0;
          message_size = in_message ? message_size + size : size;
          bytes += frame(static_cast<uint8_t>((fin ? 0x80 : 0) | (in_message ? 0 : 2)), payload);
          in_message = !fin;
        }
      }
    }
    if (round % 3 == 0) bytes += frame(0x83, "wrong");
    const auto whole = read(bytes, kServer);
    for (const size_t piece : {1, 2, 3, 5, 7, 64, 127})
      EXPECT_EQ(read_in_pieces(bytes, piece, kServer), whole) << "pieces of " << piece;
  }
}

TEST(WebSocket, HoldsNoMemoryBetweenMessages) {
  bool holds = true;
  read_in_pieces(frame(0x82, Bytes(500, 'x')) + frame(0x02, "frag") + frame(0x80, "ment"), 3, kServer, &holds);
  EXPECT_FALSE(holds);
  read_in_pieces(frame(0x82, "whole") + frame(0x82, "cut").substr(0, 5), 100, kServer, &holds);
  EXPECT_TRUE(holds);
}

TEST(WebSocket, NeverReadsBeyondWhatItHasWhateverItIsFed) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty() && round % 2 == 0) bytes[0] = static_cast<char>(0x82);
    EXPECT_EQ(read_in_pieces(bytes, 1, kServer), read(bytes));
  }
}

}  // namespace
}  // namespace kith::wire
