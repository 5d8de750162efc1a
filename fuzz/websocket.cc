// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>
#include <span>
#include <string>

#include "fuzz/targets.h"
#include "wire/websocket.h"

namespace kith::fuzz {
namespace {

using wire::WebSocketEvent;

struct Seen {
  WebSocketEvent::Kind kind;
  wire::CloseCode code;
  bool is_text;
  Bytes payload;
  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> read(BytesView input, const wire::WebSocketRules& rules, size_t piece) {
  wire::WebSocketReader reader;
  std::vector<Seen> seen;
  Bytes bytes(input);
  std::span<char> rest(bytes);
  while (!rest.empty()) {
    std::span<char> now = rest.first(std::min(piece, rest.size()));
    rest = rest.subspan(now.size());
    for (;;) {
      const WebSocketEvent event = reader.next(now, rules);
      if (event.kind == WebSocketEvent::Kind::kNeedMore) {
        check(now.empty(), "kNeedMore leaves no input");
        break;
      }
      seen.push_back({event.kind, event.code, event.is_text, Bytes(event.payload)});
      check(event.payload.size() <= rules.message_bytes_max, "no message is above the limit");
      if (event.kind == WebSocketEvent::Kind::kMessage && event.is_text) check(is_utf8(event.payload), "text is UTF-8");
      if (event.kind == WebSocketEvent::Kind::kError || event.kind == WebSocketEvent::Kind::kClose) return seen;
    }
  }
  return seen;
}

}  // namespace

void websocket(BytesView input) {
  if (input.empty()) return;
  const auto choice = static_cast<uint8_t>(input.front());
  input.remove_prefix(1);
  const wire::WebSocketRules rules{
      .masked = (choice & 1) == 0, .text_allowed = (choice & 2) != 0, .message_bytes_max = size_t{300}};
  const auto whole = read(input, rules, input.size());
  check(whole == read(input, rules, 1 + choice / 4), "where the input is cut changes nothing");
  check(whole == read(input, rules, 1), "byte by byte is the same");
}

}  // namespace kith::fuzz
