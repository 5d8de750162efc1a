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

Bytes entry_of(uint64_t position, size_t payload) {
  Entry entry;
  entry.set_position(position);
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
    std::vector<Bytes> entries;
    for (uint64_t position = 1; position <= 20; ++position) entries.push_back(entry_of(position, payload));
    const std::vector<BytesView> views(entries.begin(), entries.end());
    Bytes out;
    append_deliver(out, views);
    uint64_t expected = 0;
    for (const ServerFrame& frame : frames_of(out)) {
      ASSERT_TRUE(frame.has_deliver());
      EXPECT_LE(frame.ByteSizeLong(), kFrameBytesMax) << payload;
      for (const Entry& entry : frame.deliver().entries()) {
        EXPECT_EQ(entry.position(), ++expected);
        EXPECT_EQ(entry.message().payload().size(), payload);
      }
    }
    EXPECT_EQ(expected, 20u);
  }
}

TEST(FrameCodec, DeliversAnEntryBeyondTheLimitByItself) {
  const std::vector<Bytes> entries = {entry_of(1, 10), entry_of(2, kFrameBytesMax), entry_of(3, 10)};
  const std::vector<BytesView> views(entries.begin(), entries.end());
  Bytes out;
  append_deliver(out, views);
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
