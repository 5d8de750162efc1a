// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/frame_codec.h"
#include "base/limits.h"

#include <gtest/gtest.h>

#include <vector>

#include "wire/frames.pb.h"
#include "wire/versions.h"
#include "wire/websocket.h"

namespace kith::wire {
namespace {

// The ServerFrames in a stream of unmasked messages.
std::vector<ServerFrame> frames_of(Bytes bytes) {
  constexpr WebSocketRules client{.masked = false, .text_allowed = false, .message_bytes_max = 4 << 20};
  WebSocketReader reader;
  std::span<char> input(bytes);
  std::vector<ServerFrame> frames;
  for (;;) {
    const WebSocketEvent event = reader.next(input, client);
    if (event.kind != WebSocketEvent::Kind::kMessage) {
      EXPECT_EQ(event.kind, WebSocketEvent::Kind::kNeedMore);
      return frames;
    }
    EXPECT_TRUE(frames.emplace_back().ParseFromArray(event.payload.data(), static_cast<int>(event.payload.size())));
  }
}

Bytes body_of(size_t payload) {
  Entry entry;
  entry.mutable_message()->set_payload(Bytes(payload, 'p'));
  return entry.SerializeAsString();
}

TEST(FrameCodec, ServerFramesComeOutAsTheyWentIn) {
  ServerFrame pong;
  pong.mutable_pong()->set_nonce(7);
  ServerFrame big;
  big.mutable_error()->set_detail(Bytes(70'000, 'd'));
  Bytes out = "";
  append_server_frame(out, pong);
  append_server_frame(out, big);
  const auto frames = frames_of(out);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].SerializeAsString(), pong.SerializeAsString());
  EXPECT_EQ(frames[1].SerializeAsString(), big.SerializeAsString());
}

TEST(FrameCodec, DeliversEntriesInOrderAndEveryFrameWithinTheLimit) {
  for (const size_t payload : {0, 1, 100, 127, 128, 16'300, 40'000, 393'000}) {
    constexpr uint64_t kBase = uint64_t{480'000} << 32;  // a position is as long as its epoch makes it
    const Bytes body = body_of(payload);
    std::vector<EntryParts> entries;
    for (uint64_t i = 1; i <= 20; ++i) entries.push_back({kBase + i, body});
    Bytes out;
    append_deliver(out, entries);
    uint64_t expected = kBase;
    for (const ServerFrame& frame : frames_of(out)) {
      ASSERT_TRUE(frame.has_deliver());
      EXPECT_LE(frame.ByteSizeLong(), kFrameBytesMax) << payload;
      for (const Entry& entry : frame.deliver().entries()) {
        EXPECT_EQ(entry.position(), ++expected);
        EXPECT_EQ(entry.message().payload().size(), payload);
      }
    }
    EXPECT_EQ(expected, kBase + 20);
  }
}

TEST(FrameCodec, DeliversAnEntryBeyondTheLimitByItself) {
  const Bytes small = body_of(10);
  const Bytes large = body_of(kFrameBytesMax);
  const std::vector<EntryParts> entries = {{1, small}, {2, large}, {3, small}};
  Bytes out;
  append_deliver(out, entries);
  const auto frames = frames_of(out);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].deliver().entries(0).position(), 2u);
}

TEST(FrameCodec, NothingToDeliverIsNoFrame) {
  Bytes out;
  append_deliver(out, {});
  EXPECT_TRUE(out.empty());
}

TEST(FrameCodec, TakesUnknownFieldsAndRefusesWhatIsNoMessage) {
  ClientFrame frame;
  frame.mutable_ping()->set_nonce(3);
  Bytes bytes = frame.SerializeAsString();
  bytes += Bytes("\xf8\x07\x01", 3);  // field 127, a varint
  ASSERT_TRUE(parse_client_frame(bytes, frame));
  EXPECT_EQ(frame.ping().nonce(), 3u);
  EXPECT_TRUE(parse_client_frame(Bytes("\xfa\x07\x00", 3), frame));
  EXPECT_EQ(frame.kind_case(), ClientFrame::KIND_NOT_SET) << "the frame before is forgotten";
  EXPECT_FALSE(parse_client_frame("\x0a\x05xx", frame));
  EXPECT_FALSE(parse_client_frame("\xff", frame));
}

TEST(Versions, TheHighestCommonOneIsSpoken) {
  EXPECT_EQ(common_version(1, 1), 1u);
  EXPECT_EQ(common_version(1, 9), kVersionMax);
  EXPECT_FALSE(common_version(kVersionMax + 1, kVersionMax + 2));
  EXPECT_FALSE(common_version(0, 0));
  EXPECT_FALSE(common_version(2, 1));
}

}  // namespace
}  // namespace kith::wire
