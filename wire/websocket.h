// SPDX-License-Identifier: AGPL-3.0-or-later

// WebSocket framing without I/O (RFC 6455).
//
// A frame on the wire (section 5.2), numbers big-endian:
//
//   byte 0   FIN 1 bit | RSV1..3, zero: no extension is negotiated | opcode 4 bits
//   byte 1   MASK 1 bit | length 7 bits: 0..125 itself, 126: the next 2 bytes, 127: the next 8 bytes; always the
//            shortest form
//   0, 2, 8  extended length
//   0, 4     masking key, with MASK: always from client to server, never back
//   …        payload, masked: byte i is XORed with byte i mod 4 of the key
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"

namespace kith::wire {

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

// Close codes (section 7.4, and the IANA registry).
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never sent: the Close had no code
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
};

// What is expected of the peer.
struct WebSocketRules {
  bool masked = true;                         // a server expects masked frames, a client unmasked ones
  bool text_allowed = false;                  // Kith's messages are binary
  size_t message_bytes_max = kFrameBytesMax;  // over all fragments of a message
};

struct WebSocketEvent {
  enum class Kind : uint8_t {
    kNeedMore,  // the input is used up
    kMessage,   // a whole message: payload, is_text
    kPing,      // answer with a Pong of the same payload
    kPong,
    kClose,  // the peer closes: code (kNoStatus when it gave none) and payload, its reason
    kError,  // the peer broke a rule: close with `code`; nothing more can be read
  };
  Kind kind = Kind::kNeedMore;
  CloseCode code = CloseCode::kNoStatus;
  bool is_text = false;
  // Valid until the next call and as long as the input.
  BytesView payload;
};

// Takes a connection's bytes apart. Holds memory only while a frame or a message is incomplete: then the bytes received
// of it, never more than was received.
class WebSocketReader {
 public:
  WebSocketReader();
  ~WebSocketReader();
  WebSocketReader(WebSocketReader&&) noexcept;
  WebSocketReader& operator=(WebSocketReader&&) noexcept;

  // The next event of the bytes received. `input` is what has arrived and was not given before; it is unmasked in
  // place, and what was used is taken off its front. Call again until kNeedMore (input is empty then), kClose or
  // kError. The cut between two inputs may be anywhere.
  WebSocketEvent next(std::span<char>& input, const WebSocketRules& rules);

  // Whether a frame or message is incomplete.
  [[nodiscard]] bool holds_bytes() const { return kept_ != nullptr; }

 private:
  struct Kept;
  // Absent: a fragment was kept, go on.
  std::optional<WebSocketEvent> next_frame(std::span<char>& input, const WebSocketRules& rules);
  std::optional<WebSocketEvent> gather_frame(std::span<char>& input, const WebSocketRules& rules);
  std::optional<WebSocketEvent> on_frame(Opcode opcode, bool fin, BytesView payload, const WebSocketRules& rules);
  Kept& kept();

  std::unique_ptr<Kept> kept_;
};

// XORs the masking key over the payload, in place.
void apply_mask(std::span<char> payload, const uint8_t key[4]);

// Appends the header of a frame that is sent whole. `key`: masks (clients), or null; the caller masks the payload.
void append_frame_header(Bytes& out, Opcode opcode, size_t payload_bytes, const uint8_t* key = nullptr);
// Appends a whole unmasked frame. Control frames hold at most 125 bytes.
void append_frame(Bytes& out, Opcode opcode, BytesView payload);
// Appends an unmasked Close. The reason is cut to what a control frame holds.
void append_close(Bytes& out, CloseCode code, std::string_view reason = {});

// Bytes of the longest frame header.
inline constexpr size_t kFrameHeaderBytesMax = 14;

}  // namespace kith::wire
