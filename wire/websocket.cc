// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/websocket.h"

#include <algorithm>
#include <cstring>

namespace kith::wire {
namespace {

using Kind = WebSocketEvent::Kind;

constexpr size_t kControlBytesMax = 125;

WebSocketEvent error(CloseCode code) { return {Kind::kError, code, false, {}}; }

bool is_control(Opcode opcode) { return static_cast<uint8_t>(opcode) >= 8; }

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

// The header of one frame, as far as it can be told from the bytes that are there.
struct FrameHeader {
  bool fin = true;
  Opcode opcode = Opcode::kBinary;
  bool masked = false;
  uint8_t header_bytes = 0;  // 0: more bytes are needed
  uint8_t key[4] = {};
  uint64_t payload_bytes = 0;
};

// Codes that may stand in a Close frame: those of the standard and the registry, and those of libraries and
// applications.
bool may_be_received(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

// Reads the header at the front of `bytes`. What is wrong is told as soon as the bytes show it.
// The result's code is kNoStatus when nothing is wrong.
CloseCode read_header(std::span<const char> bytes, const WebSocketRules& rules, FrameHeader& header) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  header.header_bytes = 0;
  if (bytes.empty()) return CloseCode::kNoStatus;
  if ((byte(0) & 0x70) != 0 || !is_known(byte(0) & 15)) return CloseCode::kProtocolError;
  header.fin = (byte(0) & 0x80) != 0;
  header.opcode = static_cast<Opcode>(byte(0) & 15);
  if (is_control(header.opcode) && !header.fin) return CloseCode::kProtocolError;
  if (header.opcode == Opcode::kText && !rules.text_allowed) return CloseCode::kUnsupportedData;
  if (bytes.size() < 2) return CloseCode::kNoStatus;
  header.masked = (byte(1) & 0x80) != 0;
  if (header.masked != rules.masked) return CloseCode::kProtocolError;
  header.payload_bytes = byte(1) & 127;
  if (is_control(header.opcode) && header.payload_bytes > kControlBytesMax) return CloseCode::kProtocolError;

  size_t at = 2;
  if (header.payload_bytes >= 126) {
    const size_t width = header.payload_bytes == 126 ? 2 : 8;
    if (bytes.size() < at + width) return CloseCode::kNoStatus;
    uint64_t length = 0;
    for (size_t i = 0; i < width; ++i) length = length << 8 | byte(at + i);
    if (length < (width == 2 ? 126u : 65'536u) || length >> 63 != 0) return CloseCode::kProtocolError;
    header.payload_bytes = length;
    at += width;
  }
  if (header.payload_bytes > rules.message_bytes_max && !is_control(header.opcode)) return CloseCode::kTooBig;
  if (header.masked) {
    if (bytes.size() < at + 4) return CloseCode::kNoStatus;
    std::memcpy(header.key, bytes.data() + at, 4);
    at += 4;
  }
  header.header_bytes = static_cast<uint8_t>(at);
  return CloseCode::kNoStatus;
}

WebSocketEvent on_close(BytesView payload) {
  if (payload.empty()) return {Kind::kClose, CloseCode::kNoStatus, false, {}};
  if (payload.size() == 1) return error(CloseCode::kProtocolError);
  const auto code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
  if (!may_be_received(code)) return error(CloseCode::kProtocolError);
  if (!is_utf8(payload.substr(2))) return error(CloseCode::kInvalidPayload);
  return {Kind::kClose, static_cast<CloseCode>(code), false, payload.substr(2)};
}

WebSocketEvent on_message(BytesView payload, bool is_text) {
  if (is_text && !is_utf8(payload)) return error(CloseCode::kInvalidPayload);
  return {Kind::kMessage, CloseCode::kNoStatus, is_text, payload};
}

}  // namespace

struct WebSocketReader::Kept {
  Bytes frame;              // the incomplete frame, or the one that the last event points into
  bool frame_told = false;  // frame was told by the last event
  Bytes message;            // fragments so far, unmasked
  bool in_message = false;
  bool is_text = false;
};

WebSocketReader::WebSocketReader() = default;
WebSocketReader::~WebSocketReader() = default;
WebSocketReader::WebSocketReader(WebSocketReader&&) noexcept = default;
WebSocketReader& WebSocketReader::operator=(WebSocketReader&&) noexcept = default;

WebSocketReader::Kept& WebSocketReader::kept() {
  if (kept_ == nullptr) kept_ = std::make_unique<Kept>();
  return *kept_;
}

WebSocketEvent WebSocketReader::next(std::span<char>& input, const WebSocketRules& rules) {
  for (;;) {
    if (const auto event = next_frame(input, rules)) return *event;
  }
}

std::optional<WebSocketEvent> WebSocketReader::next_frame(std::span<char>& input, const WebSocketRules& rules) {
  if (kept_ != nullptr) {
    if (kept_->frame_told) {
      kept_->frame.clear();
      kept_->frame_told = false;
    }
    if (!kept_->frame.empty()) return gather_frame(input, rules);
    if (!kept_->in_message) kept_.reset();
  }
  if (input.empty()) return WebSocketEvent{};
  FrameHeader header;
  if (const CloseCode wrong = read_header(input, rules, header); wrong != CloseCode::kNoStatus) return error(wrong);
  if (header.header_bytes == 0 || input.size() - header.header_bytes < header.payload_bytes)
    return gather_frame(input, rules);
  const std::span<char> payload = input.subspan(header.header_bytes, header.payload_bytes);
  input = input.subspan(header.header_bytes + header.payload_bytes);
  if (header.masked) apply_mask(payload, header.key);
  return on_frame(header.opcode, header.fin, {payload.data(), payload.size()}, rules);
}

// A frame that is cut by the end of an input: first its header is gathered, then its payload, and nothing of the next
// frame.
std::optional<WebSocketEvent> WebSocketReader::gather_frame(std::span<char>& input, const WebSocketRules& rules) {
  Bytes& frame = kept().frame;
  FrameHeader header;
  for (;;) {
    if (const CloseCode wrong = read_header(frame, rules, header); wrong != CloseCode::kNoStatus) return error(wrong);
    if (header.header_bytes != 0) break;
    if (input.empty()) return WebSocketEvent{};
    frame.push_back(input.front());
    input = input.subspan(1);
  }
  const size_t whole = header.header_bytes + header.payload_bytes;
  const size_t taken = std::min(whole - frame.size(), input.size());
  frame.append(input.data(), taken);
  input = input.subspan(taken);
  if (frame.size() < whole) return WebSocketEvent{};
  kept_->frame_told = true;
  const std::span<char> payload = std::span<char>(frame).subspan(header.header_bytes);
  if (header.masked) apply_mask(payload, header.key);
  return on_frame(header.opcode, header.fin, {payload.data(), payload.size()}, rules);
}

std::optional<WebSocketEvent> WebSocketReader::on_frame(Opcode opcode, bool fin, BytesView payload,
                                                        const WebSocketRules& rules) {
  const bool in_message = kept_ != nullptr && kept_->in_message;
  switch (opcode) {
    case Opcode::kClose: return on_close(payload);
    case Opcode::kPing: return WebSocketEvent{Kind::kPing, CloseCode::kNoStatus, false, payload};
    case Opcode::kPong: return WebSocketEvent{Kind::kPong, CloseCode::kNoStatus, false, payload};
    case Opcode::kText:
    case Opcode::kBinary: {
      if (in_message) return error(CloseCode::kProtocolError);
      const bool is_text = opcode == Opcode::kText;
      if (fin) return on_message(payload, is_text);
      kept().in_message = true;
      kept_->is_text = is_text;
      break;
    }
    case Opcode::kContinuation:
      if (!in_message) return error(CloseCode::kProtocolError);
      break;
  }
  if (kept_->message.size() + payload.size() > rules.message_bytes_max) return error(CloseCode::kTooBig);
  kept_->message.append(payload);
  if (!fin) return std::nullopt;
  kept_->in_message = false;
  return on_message(kept_->message, kept_->is_text);
}

void apply_mask(std::span<char> payload, const uint8_t key[4]) {
  uint32_t word;
  std::memcpy(&word, key, 4);
  const uint64_t wide = static_cast<uint64_t>(word) << 32 | word;
  char* at = payload.data();
  size_t left = payload.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t value;
    std::memcpy(&value, at, 8);
    value ^= wide;
    std::memcpy(at, &value, 8);
  }
  for (size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ static_cast<char>(key[i & 3]));
}

void append_frame_header(Bytes& out, Opcode opcode, size_t payload_bytes, const uint8_t* key) {
  char header[kFrameHeaderBytesMax];
  const char mask = key != nullptr ? '\x80' : '\0';
  size_t size = 0;
  header[size++] = static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
  if (payload_bytes < 126) {
    header[size++] = static_cast<char>(payload_bytes | static_cast<uint8_t>(mask));
  } else {
    const int width = payload_bytes < 65'536 ? 2 : 8;
    header[size++] = static_cast<char>((width == 2 ? 126 : 127) | static_cast<uint8_t>(mask));
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      header[size++] = static_cast<char>(static_cast<uint64_t>(payload_bytes) >> shift & 255);
    }
  }
  if (key != nullptr) {
    std::memcpy(header + size, key, 4);
    size += 4;
  }
  out.append(header, size);
}

void append_frame(Bytes& out, Opcode opcode, BytesView payload) {
  append_frame_header(out, opcode, payload.size());
  out.append(payload);
}

void append_close(Bytes& out, CloseCode code, std::string_view reason) {
  reason = reason.substr(0, kControlBytesMax - 2);
  while (!is_utf8(reason)) reason.remove_suffix(1);
  append_frame_header(out, Opcode::kClose, 2 + reason.size());
  out.push_back(static_cast<char>(static_cast<uint16_t>(code) >> 8));
  out.push_back(static_cast<char>(static_cast<uint16_t>(code) & 255));
  out.append(reason);
}

}  // namespace kith::wire
