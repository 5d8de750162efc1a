// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/outbox_table.h"

#include <utility>

#include "base/bytes.h"

namespace kith::core {
namespace {

// The columns that read() takes, in its order.
#define KITH_OUTBOX_COLUMNS                                                                                     \
  "sequence, message_id, target_kind, target, kind, content, envelopes, revision, only_device, carries, held, " \
  "receipt_number, lists_digest"

Bytes joined(const std::vector<OutboxEnvelope>& envelopes) {
  Bytes bytes;
  for (const OutboxEnvelope& envelope : envelopes) {
    append_u32(bytes, envelope.device.value);
    append_u32(bytes, static_cast<uint32_t>(envelope.payload.size()));
    bytes += envelope.payload;
  }
  return bytes;
}

// Absent when the bytes are no envelopes.
std::optional<std::vector<OutboxEnvelope>> apart(BytesView bytes) {
  constexpr size_t kHeader = 8;
  std::vector<OutboxEnvelope> envelopes;
  while (!bytes.empty()) {
    if (bytes.size() < kHeader) return std::nullopt;
    const DeviceId device{read_u32(bytes.data())};
    const size_t size = read_u32(bytes.data() + 4);
    bytes.remove_prefix(kHeader);
    if (bytes.size() < size) return std::nullopt;
    envelopes.push_back({device, Bytes(bytes.substr(0, size))});
    bytes.remove_prefix(size);
  }
  return envelopes;
}

}  // namespace

OutboxRow OutboxTable::read(const Statement& row) {
  OutboxRow item;
  item.sequence = row.integer(0);
  item.message_id = row.id<MessageId>(1);
  item.target.kind = static_cast<TargetKind>(row.integer(2));
  item.target.id = row.id<decltype(item.target.id)>(3);
  item.kind = static_cast<OutboxKind>(row.integer(4));
  item.content = row.blob(5);
  item.sealed = !row.is_null(6);
  if (auto envelopes = apart(row.blob_view(6))) {
    item.envelopes = std::move(*envelopes);
  } else {
    database_.found_damage();
  }
  item.revision = Revision{static_cast<uint64_t>(row.integer(7))};
  item.only_device = DeviceId{static_cast<uint32_t>(row.integer(8))};
  if (!row.is_null(9)) item.carries = row.id<MessageId>(9);
  item.held = row.integer(10) != 0;
  item.receipt_number = static_cast<uint64_t>(row.integer(11));
  item.lists_digest = row.blob(12);
  return item;
}

int64_t OutboxTable::add(const OutboxRow& item) {
  const Bytes envelopes = joined(item.envelopes);
  auto statement = database_.prepare(
      "INSERT INTO outbox (message_id, target_kind, target, kind, content, envelopes, revision, only_device, "
      "receipt_number, carries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  statement.bind_id(item.message_id)
      .bind(static_cast<int64_t>(item.target.kind))
      .bind_id(item.target.id)
      .bind(static_cast<int64_t>(item.kind))
      .bind_blob(item.content);
  if (item.sealed) {
    statement.bind_blob(envelopes);
  } else {
    statement.bind_null();
  }
  statement.bind(static_cast<int64_t>(item.revision.value))
      .bind(item.only_device.value)
      .bind(static_cast<int64_t>(item.receipt_number));
  if (item.carries) {
    statement.bind_id(*item.carries);
  } else {
    statement.bind_null();
  }
  statement.run();
  if (database_.failed() || database_.changed_rows() == 0) return 0;
  return database_.inserted_row();
}

std::optional<OutboxRow> OutboxTable::find(int64_t sequence) {
  auto row = database_.prepare("SELECT " KITH_OUTBOX_COLUMNS " FROM outbox WHERE sequence = ?");
  row.bind(sequence);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

std::optional<OutboxRow> OutboxTable::find(const MessageId& message_id, const Target& target) {
  auto row = database_.prepare("SELECT " KITH_OUTBOX_COLUMNS
                               " FROM outbox WHERE message_id = ? AND target_kind = ? AND target = ?");
  row.bind_id(message_id).bind(static_cast<int64_t>(target.kind)).bind_id(target.id);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

std::vector<OutboxRow> OutboxTable::list(int64_t after_sequence, int64_t limit) {
  std::vector<OutboxRow> items;
  auto row =
      database_.prepare("SELECT " KITH_OUTBOX_COLUMNS " FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?");
  row.bind(after_sequence).bind(limit);
  while (row.step()) items.push_back(read(row));
  return items;
}

std::optional<OutboxRow> OutboxTable::find_unsealed(const Target& target, OutboxKind kind) {
  auto row = database_.prepare("SELECT " KITH_OUTBOX_COLUMNS
                               " FROM outbox WHERE target_kind = ? AND target = ? AND kind = ? AND envelopes IS NULL "
                               "ORDER BY sequence DESC LIMIT 1");
  row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(static_cast<int64_t>(kind));
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

void OutboxTable::set_content(int64_t sequence, BytesView content) {
  database_.prepare("UPDATE outbox SET content = ? WHERE sequence = ?").bind_blob(content).bind(sequence).run();
}

void OutboxTable::set_receipt_number(int64_t sequence, uint64_t receipt_number) {
  database_.prepare("UPDATE outbox SET receipt_number = ? WHERE sequence = ?")
      .bind(static_cast<int64_t>(receipt_number))
      .bind(sequence)
      .run();
}

void OutboxTable::seal(const OutboxRow& item) {
  const Bytes envelopes = joined(item.envelopes);
  database_
      .prepare("UPDATE outbox SET envelopes = ?, revision = ?, receipt_number = ?, lists_digest = ? WHERE sequence = ?")
      .bind_blob(envelopes)
      .bind(static_cast<int64_t>(item.revision.value))
      .bind(static_cast<int64_t>(item.receipt_number))
      .bind_blob(item.lists_digest)
      .bind(item.sequence)
      .run();
}

void OutboxTable::hold_all(const Target& target) {
  database_
      .prepare(
          "UPDATE outbox SET envelopes = NULL, revision = 0, held = 1, receipt_number = 0 WHERE target_kind = ? AND "
          "target = ?")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .run();
}

void OutboxTable::release_all(const Target& target) {
  database_.prepare("UPDATE outbox SET held = 0 WHERE target_kind = ? AND target = ? AND held = 1")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .run();
}

int64_t OutboxTable::held_count(const Target& target) {
  auto row = database_.prepare("SELECT count(*) FROM outbox WHERE target_kind = ? AND target = ? AND held = 1");
  row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id);
  return row.step() ? row.integer(0) : 0;
}

void OutboxTable::remove(int64_t sequence) {
  database_.prepare("DELETE FROM outbox WHERE sequence = ?").bind(sequence).run();
}

void OutboxTable::reset() {
  database_.prepare("DELETE FROM outbox WHERE kind <> ?").bind(static_cast<int64_t>(OutboxKind::kMessage)).run();
  database_.prepare("UPDATE outbox SET envelopes = NULL, revision = 0, receipt_number = 0").run();
}

int64_t OutboxTable::count() {
  auto row = database_.prepare("SELECT count(*) FROM outbox");
  return row.step() ? row.integer(0) : 0;
}

}  // namespace kith::core
