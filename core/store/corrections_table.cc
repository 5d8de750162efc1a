// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/corrections_table.h"

namespace kith::core {

namespace {

#define KITH_CORRECTION_COLUMNS "message, account, at_us, device, text, rest, item, conversation, group_revision"

CorrectionRow read_correction(const Statement& row) {
  CorrectionRow read;
  read.message = row.id<MessageId>(0);
  read.account = row.id<AccountId>(1);
  read.at = UnixMicros{static_cast<uint64_t>(row.integer(2))};
  read.device = DeviceId{static_cast<uint32_t>(row.integer(3))};
  if (!row.is_null(4)) read.text = row.text(4);
  read.rest = row.blob(5);
  read.item = MessageId::from_bytes(row.blob(6));
  read.conversation = ConversationId::from_bytes(row.blob(7));
  read.group_revision = Revision{static_cast<uint64_t>(row.integer(8))};
  return read;
}

}  // namespace

bool CorrectionsTable::add(const CorrectionRow& row, Waits waits) {
  auto insert = database_.prepare("INSERT OR IGNORE INTO corrections (" KITH_CORRECTION_COLUMNS
                                  ", waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind_id(row.message).bind_id(row.account).bind(static_cast<int64_t>(row.at.value)).bind(row.device.value);
  row.text ? insert.bind_text(*row.text) : insert.bind_null();
  insert.bind_blob(row.rest);
  row.item ? insert.bind_id(*row.item) : insert.bind_null();
  row.conversation ? insert.bind_id(*row.conversation) : insert.bind_null();
  insert.bind(static_cast<int64_t>(row.group_revision.value)).bind(static_cast<int64_t>(waits)).run();
  if (database_.failed() || database_.changed_rows() != 1) return false;
  if (waits != Waits::kNot) {
    database_
        .prepare(
            "DELETE FROM corrections WHERE waits = ?1 AND waits > 0 AND sequence <= (SELECT sequence FROM corrections "
            "WHERE waits = ?1 AND waits > 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)")
        .bind(static_cast<int64_t>(waits))
        .bind(kWaitingMax)
        .run();
  } else if (row.text) {
    database_
        .prepare(
            "DELETE FROM corrections WHERE message = ?1 AND waits = 0 AND at_us > 0 AND text IS NOT NULL AND (at_us, "
            "device) <= (SELECT at_us, device FROM corrections WHERE message = ?1 AND waits = 0 AND text IS NOT NULL "
            "ORDER BY at_us DESC, device DESC LIMIT 1 OFFSET ?2)")
        .bind_id(row.message)
        .bind(kVersionsMax - 1)
        .run();
  }
  return true;
}

std::vector<CorrectionRow> CorrectionsTable::read_all(Statement& row) {
  std::vector<CorrectionRow> found;
  while (row.step()) found.push_back(read_correction(row));
  return found;
}

std::vector<CorrectionRow> CorrectionsTable::versions(const MessageId& message) {
  auto row = database_.prepare("SELECT " KITH_CORRECTION_COLUMNS
                               " FROM corrections WHERE message = ? AND waits = 0 AND text IS NOT NULL ORDER BY at_us "
                               "DESC, device DESC");
  row.bind_id(message);
  return read_all(row);
}

std::optional<CorrectionRow> CorrectionsTable::newest(const MessageId& message) {
  auto row = database_.prepare("SELECT " KITH_CORRECTION_COLUMNS
                               " FROM corrections WHERE message = ? AND waits = 0 AND text IS NOT NULL ORDER BY at_us "
                               "DESC, device DESC LIMIT 1");
  row.bind_id(message);
  return row.step() ? std::optional(read_correction(row)) : std::nullopt;
}

std::optional<CorrectionRow> CorrectionsTable::original(const MessageId& message) {
  auto row = database_.prepare("SELECT " KITH_CORRECTION_COLUMNS
                               " FROM corrections WHERE message = ? AND waits = 0 AND text IS NOT NULL AND at_us = 0");
  row.bind_id(message);
  return row.step() ? std::optional(read_correction(row)) : std::nullopt;
}

std::vector<CorrectionRow> CorrectionsTable::take_waiting(const MessageId& message) {
  std::vector<CorrectionRow> found;
  {
    auto row = database_.prepare("SELECT " KITH_CORRECTION_COLUMNS
                                 " FROM corrections WHERE message = ? AND waits > 0 ORDER BY at_us, device, account");
    row.bind_id(message);
    found = read_all(row);
  }
  if (!found.empty())
    database_.prepare("DELETE FROM corrections WHERE message = ? AND waits > 0").bind_id(message).run();
  return found;
}

std::vector<CorrectionRow> CorrectionsTable::under(const MessageId& item) {
  auto row = database_.prepare("SELECT " KITH_CORRECTION_COLUMNS " FROM corrections WHERE item = ? ORDER BY sequence");
  row.bind_id(item);
  return read_all(row);
}

void CorrectionsTable::remove(const CorrectionRow& row) {
  database_.prepare("DELETE FROM corrections WHERE message = ? AND account = ? AND at_us = ? AND device = ?")
      .bind_id(row.message)
      .bind_id(row.account)
      .bind(static_cast<int64_t>(row.at.value))
      .bind(row.device.value)
      .run();
}

void CorrectionsTable::remove_versions(const MessageId& message) {
  database_.prepare("DELETE FROM corrections WHERE message = ? AND waits = 0 AND text IS NOT NULL")
      .bind_id(message)
      .run();
}

}  // namespace kith::core
