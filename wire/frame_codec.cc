// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/frame_codec.h"

#include "base/limits.h"
#include "base/varint.h"
#include "wire/frames.pb.h"
#include "wire/versions.h"
#include "wire/websocket.h"

namespace kith::wire {
namespace {

constexpr uint32_t kLengthDelimited = 2;
constexpr char kDeliverTag = static_cast<char>(ServerFrame::kDeliverFieldNumber << 3 | kLengthDelimited);
constexpr char kPositionTag = static_cast<char>(Entry::kPositionFieldNumber << 3);  // a varint
constexpr char kEntryTag = static_cast<char>(Deliver::kEntriesFieldNumber << 3 | kLengthDelimited);

size_t field_size(size_t payload) { return 1 + varint_size(payload) + payload; }
size_t entry_size(const EntryParts& entry) { return 1 + varint_size(entry.position) + entry.body.size(); }

}  // namespace

bool parse_client_frame(BytesView bytes, ClientFrame& frame) {
  return frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void append_server_frame(Bytes& out, const ServerFrame& frame) {
  const size_t size = frame.ByteSizeLong();
  append_frame_header(out, Opcode::kBinary, size);
  const size_t at = out.size();
  out.resize(at + size);
  frame.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out.data() + at));
}

void append_deliver(Bytes& out, std::span<const EntryParts> entries) {
  while (!entries.empty()) {
    size_t count = 0;
    size_t size = 0;  // of the Deliver
    while (count < entries.size()) {
      const size_t with_next = size + field_size(entry_size(entries[count]));
      if (count > 0 && field_size(with_next) > kFrameBytesMax) break;
      size = with_next;
      ++count;
    }
    append_frame_header(out, Opcode::kBinary, field_size(size));
    out.push_back(kDeliverTag);
    append_varint(out, size);
    for (const EntryParts& entry : entries.first(count)) {
      out.push_back(kEntryTag);
      append_varint(out, entry_size(entry));
      out.push_back(kPositionTag);
      append_varint(out, entry.position);
      out.append(entry.body);
    }
    entries = entries.subspan(count);
  }
}

}  // namespace kith::wire
