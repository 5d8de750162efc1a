// SPDX-License-Identifier: AGPL-3.0-or-later

// A connection that remembers what it was told.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/session.h"

namespace kith::testing {

class RecordingSession final : public Session {
 public:
  void send(const wire::ServerFrame& frame) override {
    if (closed) return;
    frames.push_back(frame);
    if (frame.has_welcome()) welcomed = true;
    if (frame.has_backlog_end()) backlog_end = Position{frame.backlog_end().position()};
  }
  void deliver(std::span<const InboxEntry* const> delivered) override {
    if (closed) return;
    wire::ServerFrame frame;
    for (const InboxEntry* const entry : delivered) {
      wire::Entry& parsed = *frame.mutable_deliver()->add_entries();
      parsed.ParseFromString(Bytes(*entry->body));
      parsed.set_position(entry->position.value);
      entries.push_back(parsed);
    }
    if (backlog_end) entries_after_backlog += delivered.size();
    frames.push_back(frame);
  }
  void close(EndReason reason, ShownList list) override {
    if (closed) return;
    closed = reason;
    shown_list = std::move(list);
  }
  [[nodiscard]] size_t bytes_waiting() const override { return 0; }

  [[nodiscard]] Position last() const { return entries.empty() ? Position{} : Position{entries.back().position()}; }
  // The ids of the messages delivered, in order.
  [[nodiscard]] std::vector<MessageId> messages() const {
    std::vector<MessageId> ids;
    for (const wire::Entry& entry : entries) {
      if (entry.has_message()) ids.push_back(*MessageId::from_bytes(entry.message().message_id()));
    }
    return ids;
  }
  [[nodiscard]] std::vector<wire::DeliveryReceipt> receipts() const {
    std::vector<wire::DeliveryReceipt> receipts;
    for (const wire::Entry& entry : entries) {
      if (entry.has_delivery_receipt()) receipts.push_back(entry.delivery_receipt());
    }
    return receipts;
  }
  [[nodiscard]] std::vector<wire::PresenceNotice> presence() const {
    std::vector<wire::PresenceNotice> notices;
    for (const wire::ServerFrame& frame : frames) {
      if (frame.has_presence()) notices.push_back(frame.presence());
    }
    return notices;
  }

  std::vector<wire::ServerFrame> frames;
  std::vector<wire::Entry> entries;
  std::optional<Position> backlog_end;
  size_t entries_after_backlog = 0;
  std::optional<EndReason> closed;
  ShownList shown_list;
  bool welcomed = false;
};

}  // namespace kith::testing
