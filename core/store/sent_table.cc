// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sent_table.h"

#include <algorithm>

namespace kith::core {

uint64_t SentTable::add(const Target& target, DeviceId device, const MessageId& message, const MessageId& shows) {
  int64_t number = 1;
  {
    auto row = database_.prepare("SELECT max(number) FROM sent WHERE target_kind = ? AND target = ? AND device = ?");
    row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value);
    if (row.step()) number = row.integer(0) + 1;
  }
  database_
      .prepare(
          "INSERT INTO sent (target_kind, target, device, number, message_id, shows, shown) VALUES (?, ?, ?, ?, ?, ?6, "
          "(SELECT sequence FROM messages WHERE id = ?6))")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .bind(device.value)
      .bind(number)
      .bind_id(message)
      .bind_id(shows)
      .run();
  return static_cast<uint64_t>(number);
}

std::optional<std::vector<MessageId>> SentTable::raise(const Target& target, const AccountId& member, DeviceId device,
                                                       const wire::ReceiptRun& run, SentState state) {
  if (run.none() || run.last < run.first || run.last > INT64_MAX - 1) return std::nullopt;
  const Whose whose{target, member, device};
  const Run told{static_cast<int64_t>(run.first), static_cast<int64_t>(run.last)};
  std::vector<Run> before = near(whose, state, told);
  if (state == SentState::kDelivered) {
    const std::vector<Run> read = near(whose, SentState::kRead, told);
    before.insert(before.end(), read.begin(), read.end());
  }
  std::vector<MessageId> raised;
  uint64_t count = 0;
  uint64_t marks = 0;
  {
    auto row = database_.prepare(
        "SELECT number, message_id, shows FROM sent WHERE target_kind = ? AND target = ? AND device = ? AND number "
        "BETWEEN ? AND ? AND closed <= ?");
    row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value).bind(told.first).bind(told.last);
    row.bind(state == SentState::kRead ? 0 : 1);
    while (row.step()) {
      ++count;
      marks ^= wire::receipt_mark(row.id<MessageId>(state == SentState::kRead ? 2 : 1));
      const int64_t number = row.integer(0);
      const bool was_told = std::any_of(before.begin(), before.end(), [number](const Run& each) {
        return each.first <= number && number <= each.last;
      });
      if (!was_told) raised.push_back(row.id<MessageId>(2));
    }
  }
  if (count != run.last - run.first + 1 || marks != run.marks) return std::nullopt;
  if (!raised.empty()) join(whose, state, told);
  return raised;
}

std::vector<Sent> SentTable::lately(const Target& target, DeviceId device) {
  int64_t read = 0;
  {
    auto row = database_.prepare(
        "SELECT max(last) FROM receipts WHERE target_kind = ? AND target = ? AND device = ? AND state = 2");
    row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value);
    if (row.step()) read = row.integer(0);
  }
  std::vector<Sent> found;
  auto row = database_.prepare(
      "SELECT number, message_id, shows FROM sent WHERE target_kind = ? AND target = ? AND device = ? AND number > ? "
      "ORDER BY number DESC LIMIT ?");
  row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value).bind(read - kReadToldMax);
  row.bind(kSentToldMax);
  while (row.step()) {
    const Sent sent{static_cast<uint64_t>(row.integer(0)), row.id<MessageId>(1), row.id<MessageId>(2)};
    if (!found.empty() && found.back().number != sent.number + 1) break;  // damage
    found.push_back(sent);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<Raised> SentTable::note(const Target& target, DeviceId device, const Sent& sent) {
  std::vector<Raised> raised;
  const uint64_t number = sent.number;
  if (number == 0 || number > INT64_MAX - 1) return raised;
  database_
      .prepare(
          "INSERT OR IGNORE INTO sent (target_kind, target, device, number, message_id, shows) VALUES (?, ?, ?, ?, ?, "
          "?)")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .bind(device.value)
      .bind(static_cast<int64_t>(number))
      .bind_id(sent.message)
      .bind_id(sent.shows)
      .run();
  for (const Early& early : early_of(target, device, static_cast<int64_t>(number))) {
    const auto said = raise(target, early.member, device, early.run, early.state);
    if (!said) continue;  // of others, too, that are not here
    for (const MessageId& each : *said) raised.push_back({each, early.state});
    database_.prepare("DELETE FROM early_receipts WHERE sequence = ?").bind(early.sequence).run();
  }
  return raised;
}

uint64_t SentTable::number_of(const Target& target, DeviceId device, const MessageId& shows) {
  auto row = database_.prepare(
      "SELECT number FROM sent WHERE shown = (SELECT sequence FROM messages WHERE id = ?) AND target_kind = ? AND "
      "target = ? AND device = ? ORDER BY closed, number LIMIT 1");
  row.bind_id(shows).bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value);
  return row.step() ? static_cast<uint64_t>(row.integer(0)) : 0;
}

std::optional<SentTable::InGroup> SentTable::beside_messages(const MessageId& id, DeviceId device) {
  auto row = database_.prepare(
      "SELECT target, number FROM sent WHERE shown IS NULL AND shows = ? AND target_kind = ? AND device = ?");
  row.bind_id(id).bind(static_cast<int64_t>(TargetKind::kGroup)).bind(device.value);
  if (!row.step()) return std::nullopt;
  return InGroup{row.id<GroupId>(0), static_cast<uint64_t>(row.integer(1))};
}

std::vector<SentTable::Early> SentTable::early_of(const Target& target, DeviceId device, int64_t number) {
  std::vector<Early> found;
  auto row = database_.prepare(
      "SELECT sequence, member, state, first, last, marks FROM early_receipts WHERE target_kind = ? AND target = ? AND "
      "device = ? AND first <= ?4 AND last >= ?4 ORDER BY state, first");
  row.bind(static_cast<int64_t>(target.kind)).bind_id(target.id).bind(device.value).bind(number);
  while (row.step()) {
    const Bytes marks = row.blob(5);
    if (marks.size() != sizeof(uint64_t)) continue;
    found.push_back(
        {row.integer(0),
         row.id<AccountId>(1),
         static_cast<SentState>(row.integer(2)),
         {static_cast<uint64_t>(row.integer(3)), static_cast<uint64_t>(row.integer(4)), read_u64(marks.data())}});
  }
  return found;
}

void SentTable::keep_early(const Target& target, const AccountId& member, DeviceId device, const wire::ReceiptRun& run,
                           SentState state) {
  if (run.none() || run.last < run.first || run.last > INT64_MAX - 1) return;
  Bytes marks;
  append_u64(marks, run.marks);
  database_
      .prepare(
          "INSERT OR REPLACE INTO early_receipts (target_kind, target, device, member, state, first, last, marks) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .bind(device.value)
      .bind_id(member)
      .bind(static_cast<int64_t>(state))
      .bind(static_cast<int64_t>(run.first))
      .bind(static_cast<int64_t>(run.last))
      .bind_blob(marks)
      .run();
  database_.prepare("DELETE FROM early_receipts WHERE sequence <= (SELECT max(sequence) FROM early_receipts) - ?")
      .bind(kEarlyMax)
      .run();
}

void SentTable::close(const AccountId& account) {
  const Target target(account);
  database_.prepare("UPDATE sent SET closed = 1 WHERE target_kind = ? AND target = ?")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .run();
}

std::vector<SentTable::Run> SentTable::near(const Whose& whose, SentState state, const Run& run) {
  std::vector<Run> runs;
  auto row = database_.prepare(
      "SELECT first, last FROM receipts WHERE target_kind = ? AND target = ? AND device = ? AND member = ? AND state = "
      "? AND first <= ? ORDER BY first DESC");
  row.bind(static_cast<int64_t>(whose.target.kind)).bind_id(whose.target.id).bind(whose.device.value);
  row.bind_id(whose.member).bind(static_cast<int64_t>(state)).bind(run.last + 1);
  while (row.step()) {
    if (row.integer(1) + 1 < run.first) break;  // nor do those before it: they do not overlap
    runs.push_back({row.integer(0), row.integer(1)});
  }
  return runs;
}

void SentTable::join(const Whose& whose, SentState state, Run run) {
  const std::vector<Run> beside = near(whose, state, run);
  if (beside.size() == 1 && beside[0].first <= run.first) {  // as nearly always: what is said is of what came next
    auto statement = database_.prepare(
        "UPDATE receipts SET last = ? WHERE target_kind = ? AND target = ? AND device = ? AND member = ? AND state = ? "
        "AND first = ?");
    statement.bind(std::max(run.last, beside[0].last)).bind(static_cast<int64_t>(whose.target.kind));
    statement.bind_id(whose.target.id).bind(whose.device.value).bind_id(whose.member);
    return statement.bind(static_cast<int64_t>(state)).bind(beside[0].first).run();
  }
  for (const Run& each : beside) {
    run = {std::min(run.first, each.first), std::max(run.last, each.last)};
    auto statement = database_.prepare(
        "DELETE FROM receipts WHERE target_kind = ? AND target = ? AND device = ? AND member = ? AND state = ? AND "
        "first = ?");
    statement.bind(static_cast<int64_t>(whose.target.kind)).bind_id(whose.target.id).bind(whose.device.value);
    statement.bind_id(whose.member).bind(static_cast<int64_t>(state)).bind(each.first).run();
  }
  auto statement = database_.prepare(
      "INSERT INTO receipts (target_kind, target, device, member, state, first, last) VALUES (?, ?, ?, ?, ?, ?, ?)");
  statement.bind(static_cast<int64_t>(whose.target.kind)).bind_id(whose.target.id).bind(whose.device.value);
  statement.bind_id(whose.member).bind(static_cast<int64_t>(state)).bind(run.first).bind(run.last).run();
}

std::vector<MemberState> SentTable::states_of(const MessageId& shows) {
  std::vector<MemberState> states;
  auto row = database_.prepare(
      "SELECT r.member, max(r.state) FROM (SELECT target_kind, target, device, number FROM sent WHERE shown = (SELECT "
      "sequence FROM messages WHERE id = ?1) UNION ALL SELECT target_kind, target, device, number FROM sent WHERE "
      "shown IS NULL AND shows = ?1) s JOIN receipts r ON r.target_kind = s.target_kind AND r.target = s.target AND "
      "r.device = s.device AND s.number BETWEEN r.first AND r.last GROUP BY r.member ORDER BY r.member");
  row.bind_id(shows);
  while (row.step()) states.push_back({row.id<AccountId>(0), static_cast<SentState>(row.integer(1))});
  return states;
}

SentState SentTable::state_of(const MessageId& shows) {
  // Neither grouped nor sorted: it is asked for each message that is accepted.
  auto row = database_.prepare(
      "SELECT max((SELECT ifnull(max(r.state), 0) FROM sent s JOIN receipts r ON r.target_kind = s.target_kind AND "
      "r.target = s.target AND r.device = s.device AND s.number BETWEEN r.first AND r.last WHERE s.shown = (SELECT "
      "sequence FROM messages WHERE id = ?1)), (SELECT ifnull(max(r.state), 0) FROM sent s JOIN receipts r ON "
      "r.target_kind = s.target_kind AND r.target = s.target AND r.device = s.device AND s.number BETWEEN r.first AND "
      "r.last WHERE s.shown IS NULL AND s.shows = ?1))");
  row.bind_id(shows);
  return row.step() ? static_cast<SentState>(row.integer(0)) : SentState::kSent;
}

std::optional<SentState> SentTable::state_in_group(const MessageId& shows) {
  std::optional<GroupId> group;
  {
    auto row = database_.prepare(
        "SELECT target FROM sent WHERE target_kind = 2 AND shown = (SELECT sequence FROM messages WHERE id = ?1) UNION "
        "ALL SELECT target FROM sent WHERE target_kind = 2 AND shown IS NULL AND shows = ?1");
    row.bind_id(shows);
    if (row.step()) group = row.id<GroupId>(0);
  }
  if (!group) return std::nullopt;
  const std::vector<MemberState> told = states_of(shows);  // ascending
  std::optional<SentState> least;
  auto member = database_.prepare(
      "SELECT account FROM group_members WHERE group_id = ?1 AND role > 0 AND came <= (SELECT group_revision FROM "
      "messages WHERE id = ?2) AND account <> (SELECT account FROM registration)");
  member.bind_id(*group).bind_id(shows);
  while (member.step() && least != SentState::kSent) {
    const auto account = member.id<AccountId>(0);
    const auto said = std::lower_bound(told.begin(), told.end(), account,
                                       [](const MemberState& each, const AccountId& id) { return each.member < id; });
    const bool is_there = said != told.end() && said->member == account;
    least = std::min(least.value_or(SentState::kRead), is_there ? said->state : SentState::kSent);
  }
  return least.value_or(SentState::kSent);
}

bool SentTable::has_written_to(const AccountId& account) {
  auto row = database_.prepare("SELECT 1 FROM sent WHERE target_kind = 1 AND target = ? LIMIT 1");
  row.bind_id(account);
  return row.step();
}

}  // namespace kith::core
