// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/history_table.h"

#include "core/store/message_row.h"

namespace kith::core {

namespace {

uint64_t number_in(const Statement& row, int column) { return static_cast<uint64_t>(row.integer(column)); }
int64_t stored(uint64_t number) { return static_cast<int64_t>(number); }

// Of `messages` what can be given (history_table.h): not those that stand for what could not be decrypted
// (MessageKind::kUndecryptable), nor changes of groups (kGroupEvent), nor own ones that are not sent (Tick::kPending,
// kFailed).
#define KITH_CAN_BE_GIVEN "kind NOT IN (3, 6) AND tick NOT IN (1, 5) AND ifnull(length(raw), 0) <= 66000"
static_assert(GivenHistoryTable::kRawBytesMax == 66'000);
static_assert(static_cast<int>(MessageKind::kUndecryptable) == 3 && static_cast<int>(MessageKind::kGroupEvent) == 6 &&
              static_cast<int>(Tick::kPending) == 1 && static_cast<int>(Tick::kFailed) == 5);

// The columns that read_given() takes, in its order.
#define KITH_GIVEN_COLUMNS "device, history, since_us, promised_us, stage, number, taken, last, total, held, restarts"

GivenHistory read_given(const Statement& row) {
  GivenHistory given;
  given.device = DeviceId{static_cast<uint32_t>(row.integer(0))};
  given.history = row.id<HistoryId>(1);
  given.since = {number_in(row, 2)};
  given.promised = {number_in(row, 3)};
  given.stage = static_cast<HistoryStage>(row.integer(4));
  given.number = number_in(row, 5);
  given.taken = number_in(row, 6);
  given.last = number_in(row, 7);
  given.total = number_in(row, 8);
  given.held = number_in(row, 9);
  given.restarts = static_cast<uint32_t>(row.integer(10));
  return given;
}

// The same for read_conversation().
#define KITH_GIVEN_CONVERSATION_COLUMNS \
  "place, conversation, begun, done, repeats, given, newest_us, newest_id, oldest_us, oldest_id"

GivenConversation read_conversation(const Statement& row) {
  GivenConversation given;
  given.place = row.integer(0);
  given.conversation = row.id<ConversationId>(1);
  given.begun = row.integer(2) != 0;
  given.done = number_in(row, 3);
  given.repeats = static_cast<uint32_t>(row.integer(4));
  given.given = number_in(row, 5);
  if (!row.is_null(7)) given.newest = MessageCursor{{number_in(row, 6)}, row.id<MessageId>(7)};
  if (!row.is_null(9)) given.oldest = MessageCursor{{number_in(row, 8)}, row.id<MessageId>(9)};
  return given;
}

void bind_cursor(Statement& statement, const std::optional<MessageCursor>& cursor) {
  statement.bind(cursor ? stored(cursor->order.value) : 0);
  if (cursor) {
    statement.bind_id(cursor->id);
  } else {
    statement.bind_null();
  }
}

}  // namespace

std::vector<GivenHistory> GivenHistoryTable::list() {
  std::vector<GivenHistory> rows;
  auto row = database_.prepare("SELECT " KITH_GIVEN_COLUMNS " FROM history_given ORDER BY device");
  while (row.step()) rows.push_back(read_given(row));
  return rows;
}

std::optional<GivenHistory> GivenHistoryTable::find(DeviceId device) {
  auto row = database_.prepare("SELECT " KITH_GIVEN_COLUMNS " FROM history_given WHERE device = ?");
  row.bind(device.value);
  return row.step() ? std::optional(read_given(row)) : std::nullopt;
}

void GivenHistoryTable::set(const GivenHistory& given) {
  database_
      .prepare("INSERT OR REPLACE INTO history_given (" KITH_GIVEN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(given.device.value)
      .bind_id(given.history)
      .bind(stored(given.since.value))
      .bind(stored(given.promised.value))
      .bind(static_cast<int64_t>(given.stage))
      .bind(stored(given.number))
      .bind(stored(given.taken))
      .bind(stored(given.last))
      .bind(stored(given.total))
      .bind(stored(given.held))
      .bind(given.restarts)
      .run();
}

void GivenHistoryTable::remove(DeviceId device) {
  remove_conversations(device);
  remove_batches(device, INT64_MAX);
  database_.prepare("DELETE FROM history_given WHERE device = ?").bind(device.value).run();
}

uint64_t GivenHistoryTable::take_stock(DeviceId device, UnixMicros since) {
  remove_conversations(device);
  database_
      .prepare(
          "INSERT INTO history_conversations (device, place, conversation) SELECT ?1, row_number() OVER (ORDER BY "
          "newest DESC, id), id FROM (SELECT c.id AS id, (SELECT order_us FROM messages WHERE conversation = c.id "
          "AND " KITH_CAN_BE_GIVEN
          " ORDER BY order_us DESC LIMIT 1) AS newest FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM handles h "
          "WHERE h.account = c.peer AND c.kind <> 3 AND h.provisional = 1)) WHERE newest >= ?2")
      .bind(device.value)
      .bind(stored(since.value))
      .run();
  auto row = database_.prepare(
      "SELECT count(*) FROM history_conversations h JOIN messages m ON m.conversation = h.conversation AND m.order_us "
      ">= ? AND " KITH_CAN_BE_GIVEN " WHERE h.device = ?");
  row.bind(stored(since.value)).bind(device.value);
  return row.step() ? number_in(row, 0) : 0;
}

std::optional<GivenConversation> GivenHistoryTable::next(DeviceId device) {
  auto row = database_.prepare("SELECT " KITH_GIVEN_CONVERSATION_COLUMNS
                               " FROM history_conversations WHERE device = ? AND done = 0 ORDER BY begun, place LIMIT "
                               "1");
  row.bind(device.value);
  return row.step() ? std::optional(read_conversation(row)) : std::nullopt;
}

std::optional<GivenConversation> GivenHistoryTable::find(DeviceId device, const ConversationId& conversation) {
  auto row = database_.prepare("SELECT " KITH_GIVEN_CONVERSATION_COLUMNS
                               " FROM history_conversations WHERE device = ? AND conversation = ?");
  row.bind(device.value).bind_id(conversation);
  return row.step() ? std::optional(read_conversation(row)) : std::nullopt;
}

void GivenHistoryTable::update(DeviceId device, const GivenConversation& given) {
  auto statement = database_.prepare(
      "UPDATE history_conversations SET begun = ?, done = ?, repeats = ?, given = ?, newest_us = ?, newest_id = ?, "
      "oldest_us = ?, oldest_id = ? WHERE device = ? AND place = ?");
  statement.bind(given.begun ? 1 : 0).bind(stored(given.done)).bind(given.repeats).bind(stored(given.given));
  bind_cursor(statement, given.newest);
  bind_cursor(statement, given.oldest);
  statement.bind(device.value).bind(given.place).run();
}

uint64_t GivenHistoryTable::given(DeviceId device) {
  auto row = database_.prepare("SELECT sum(given) FROM history_conversations WHERE device = ?");
  row.bind(device.value);
  return row.step() ? number_in(row, 0) : 0;
}

void GivenHistoryTable::remove_conversations(DeviceId device) {
  database_.prepare("DELETE FROM history_conversations WHERE device = ?").bind(device.value).run();
}

bool GivenHistoryTable::each_older(const ConversationId& conversation, const std::optional<MessageCursor>& cursor,
                                   UnixMicros since, const std::function<bool(const MessageRow&, bool unread)>& take) {
  // Nothing has this order time: it stands for "after everything".
  const MessageCursor from = cursor.value_or(MessageCursor{UnixMicros{INT64_MAX}, {}});
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               ", unread FROM messages WHERE conversation = ? AND (order_us, id) < (?, ?) AND order_us "
                               ">= ? AND " KITH_CAN_BE_GIVEN " ORDER BY order_us DESC, id DESC");
  row.bind_id(conversation).bind(stored(from.order.value)).bind_id(from.id).bind(stored(since.value));
  while (row.step()) {
    if (!take(read_message(row), row.integer(kMessageColumns) != 0)) return false;
  }
  return !database_.failed();
}

void GivenHistoryTable::add_batch(DeviceId device, uint64_t number, BytesView content) {
  database_.prepare("INSERT OR REPLACE INTO history_batches (device, number, content) VALUES (?, ?, ?)")
      .bind(device.value)
      .bind(stored(number))
      .bind_blob(content)
      .run();
}

void GivenHistoryTable::remove_batches(DeviceId device, uint64_t up_to) {
  database_.prepare("DELETE FROM history_batches WHERE device = ? AND number <= ?")
      .bind(device.value)
      .bind(stored(up_to))
      .run();
}

std::vector<GivenHistoryTable::Batch> GivenHistoryTable::batches(DeviceId device, int64_t limit) {
  std::vector<Batch> found;
  auto row = database_.prepare("SELECT number, content FROM history_batches WHERE device = ? ORDER BY number LIMIT ?");
  row.bind(device.value).bind(limit);
  while (row.step()) found.push_back({number_in(row, 0), row.blob(1)});
  return found;
}

std::optional<TakenHistory> TakenHistoryTable::find() {
  auto row = database_.prepare("SELECT giver, history, stage, number, total, held FROM history_taken");
  if (!row.step()) return std::nullopt;
  TakenHistory taken;
  taken.giver = DeviceId{static_cast<uint32_t>(row.integer(0))};
  taken.history = row.id<HistoryId>(1);
  taken.stage = static_cast<HistoryStage>(row.integer(2));
  taken.number = number_in(row, 3);
  taken.total = number_in(row, 4);
  taken.held = number_in(row, 5);
  return taken;
}

void TakenHistoryTable::set(const TakenHistory& taken) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO history_taken (id, giver, history, stage, number, total, held) VALUES (1, ?, ?, ?, "
          "?, ?, ?)")
      .bind(taken.giver.value)
      .bind_id(taken.history)
      .bind(static_cast<int64_t>(taken.stage))
      .bind(stored(taken.number))
      .bind(stored(taken.total))
      .bind(stored(taken.held))
      .run();
}

void TakenHistoryTable::remove() {
  remove_counts();
  database_.prepare("DELETE FROM history_taken").run();
}

void TakenHistoryTable::count(const Target& peer, const ConversationId& conversation, uint64_t given,
                              const MessageCursor& newest, const MessageCursor& oldest) {
  uint64_t held = 0;
  {
    auto row = database_.prepare(
        "SELECT count(*) FROM (SELECT 1 FROM messages WHERE conversation = ? AND (order_us, id) <= (?, ?) AND "
        "(order_us, id) >= (?, ?) AND " KITH_CAN_BE_GIVEN " LIMIT ?)");
    row.bind_id(conversation).bind(stored(newest.order.value)).bind_id(newest.id);
    row.bind(stored(oldest.order.value)).bind_id(oldest.id).bind(stored(given));
    if (row.step()) held = number_in(row, 0);
  }
  database_.prepare("INSERT OR REPLACE INTO history_counts (account, given, held) VALUES (?, ?, ?)")
      .bind_id(peer.id)
      .bind(stored(given))
      .bind(stored(held))
      .run();
}

std::vector<AccountId> TakenHistoryTable::incomplete(int64_t limit) {
  std::vector<AccountId> found;
  auto row = database_.prepare("SELECT account FROM history_counts WHERE held < given LIMIT ?");
  row.bind(limit);
  while (row.step()) found.push_back(row.id<AccountId>(0));
  return found;
}

uint64_t TakenHistoryTable::held() {
  auto row = database_.prepare("SELECT sum(held) FROM history_counts");
  return row.step() ? number_in(row, 0) : 0;
}

void TakenHistoryTable::remove_counts() { database_.prepare("DELETE FROM history_counts").run(); }

}  // namespace kith::core
