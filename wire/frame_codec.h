// SPDX-License-Identifier: AGPL-3.0-or-later

// ClientFrame and ServerFrame (proto/wire/frames.proto) as WebSocket messages.
#pragma once

#include <span>

#include "base/bytes.h"

namespace kith::wire {

class ClientFrame;
class ServerFrame;

// False for bytes that are no ClientFrame. Unknown fields and kinds are no error (the kind is then not set). Replaces
// `frame`.
[[nodiscard]] bool parse_client_frame(BytesView bytes, ClientFrame& frame);

// Appends the frame as an unmasked binary WebSocket message.
void append_server_frame(Bytes& out, const ServerFrame& frame);

// One entry of an inbox: its position, and its kind as it is serialized in a wire.Entry (tag, size, message).
struct EntryParts {
  uint64_t position = 0;
  BytesView body;
};

// Appends a Deliver of entries, as one message, or as several of at most
// kFrameBytesMax bytes each; an entry that exceeds this by itself goes alone. Nothing for no entries.
void append_deliver(Bytes& out, std::span<const EntryParts> entries);

}  // namespace kith::wire
