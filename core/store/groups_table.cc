// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/groups_table.h"

#include <algorithm>

namespace kith::core {
namespace {

int64_t stored(Revision revision) { return static_cast<int64_t>(revision.value); }

Revision revision_in(const Statement& row, int column) { return {static_cast<uint64_t>(row.integer(column))}; }

GroupMemberRow read_member(const Statement& row) {
  return {row.id<AccountId>(0), static_cast<wire::GroupRole>(row.integer(1)), revision_in(row, 2), revision_in(row, 3),
          revision_in(row, 4)};
}

std::vector<GroupId> ids_of(Statement& row) {
  std::vector<GroupId> ids;
  while (row.step()) ids.push_back(row.id<GroupId>(0));
  return ids;
}

}  // namespace

std::optional<GroupRow> GroupsTable::find(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT group_id, revision, newest_revision, change_digest, info_key, present, members_send, gone_us, title, "
      "description, shown, photo_file, state FROM groups WHERE group_id = ?");
  row.bind_id(group);
  if (!row.step()) return std::nullopt;
  GroupRow found;
  found.id = row.id<GroupId>(0);
  found.revision = revision_in(row, 1);
  found.newest = revision_in(row, 2);
  found.change_digest = row.blob(3);
  found.info_key = row.blob(4);
  found.present = row.integer(5) != 0;
  found.members_send = row.integer(6) != 0;
  found.gone = {static_cast<uint64_t>(row.integer(7))};
  found.title = row.text(8);
  found.description = row.text(9);
  found.shown = row.blob(10);
  if (!row.is_null(11)) found.photo_file = row.id<FileName>(11);
  found.state = row.blob(12);
  return found;
}

std::optional<GroupsTable::Shown> GroupsTable::shown(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT g.title, g.shown, f.name FROM groups g LEFT JOIN files f ON f.name = g.photo_file AND f.state IN (1, 2) "
      "WHERE g.group_id = ? AND g.revision > 0");
  row.bind_id(group);
  if (!row.step()) return std::nullopt;
  return Shown{row.text(0), row.blob(1), row.is_null(2) ? FileName{} : row.id<FileName>(2)};
}

std::vector<GroupId> GroupsTable::with_photo(const FileName& file) {
  auto row = database_.prepare("SELECT group_id FROM groups WHERE photo_file = ? ORDER BY group_id");
  row.bind_id(file);
  return ids_of(row);
}

Revision GroupsTable::revision_of(const GroupId& group) {
  auto row = database_.prepare("SELECT revision FROM groups WHERE group_id = ?");
  row.bind_id(group);
  return row.step() ? revision_in(row, 0) : Revision{};
}

void GroupsTable::set(const GroupRow& row, const wire::GroupState* state) {
  const Revision known = state == nullptr ? Revision{} : revision_of(row.id);
  database_
      .prepare(
          "INSERT OR REPLACE INTO groups (group_id, revision, newest_revision, change_digest, info_key, present, "
          "members_send, gone_us, title, description, shown, photo_file, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, "
          "nullif(?, x''), ?)")
      .bind_id(row.id)
      .bind(stored(row.revision))
      .bind(stored(std::max(row.newest, row.revision)))
      .bind_blob(row.change_digest)
      .bind_blob(row.info_key)
      .bind(int64_t{row.present})
      .bind(int64_t{row.members_send})
      .bind(static_cast<int64_t>(row.gone.value))
      .bind_text(row.title)
      .bind_text(row.description)
      .bind_blob(row.shown)
      .bind_blob(row.photo_file.is_none() ? BytesView() : row.photo_file.view())
      .bind_blob(row.state)
      .run();
  if (state == nullptr) return;
  const std::vector<GroupMemberRow> before = members(row.id);
  // Both are in the order of their ids.
  auto left = before.begin();
  const auto leave = [&](const GroupMemberRow& member) {
    database_
        .prepare(
            "UPDATE group_members SET role = 0, left = ?1, admin_until = iif(admin_from > 0 AND admin_until = 0, ?1, "
            "admin_until) WHERE group_id = ?2 AND account = ?3")
        .bind(stored(row.revision))
        .bind_id(row.id)
        .bind_id(member.account)
        .run();
  };
  for (const wire::GroupState::Member& member : state->members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    for (; left != before.end() && left->account < account; ++left) leave(*left);
    const bool is_there = left != before.end() && left->account == account;
    const bool is_same = is_there && left->role == member.role() && left->came.value == member.joined_revision();
    if (is_there) ++left;
    if (is_same) continue;
    database_
        .prepare(
            "INSERT INTO group_members (group_id, account, role, joined, left, came, admin_from, admin_until) VALUES "
            "(?1, "
            "?2, ?3, ?4, 0, ?4, iif(?5, ?6, 0), 0) ON CONFLICT (group_id, account) DO UPDATE SET role = ?3, joined = "
            "min(joined, ?4), left = 0, came = ?4, "
            "admin_from = iif(?5 AND (admin_from = 0 OR admin_until > 0), ?6, admin_from), admin_until = iif(?5, 0, "
            "iif(admin_from > 0 AND admin_until = 0, ?7, admin_until))")
        .bind_id(row.id)
        .bind_id(account)
        .bind(int64_t{member.role()})
        .bind(static_cast<int64_t>(member.joined_revision()))
        .bind(member.role() == wire::kGroupAdmin ? 1 : 0)
        // Of what was between the state before and this one nobody here knows.
        .bind(std::max(static_cast<int64_t>(member.joined_revision()), stored(known) + 1))
        .bind(stored(row.revision))
        .run();
  }
  for (; left != before.end(); ++left) leave(*left);
}

void GroupsTable::remove(const GroupId& group) {
  database_.prepare("DELETE FROM groups WHERE group_id = ?").bind_id(group).run();
  database_.prepare("DELETE FROM group_members WHERE group_id = ?").bind_id(group).run();
  database_.prepare("DELETE FROM group_told WHERE group_id = ?").bind_id(group).run();
}

void GroupsTable::remove_all() {
  database_.prepare("DELETE FROM groups").run();
  database_.prepare("DELETE FROM group_members").run();
  database_.prepare("DELETE FROM group_told").run();
}

void GroupsTable::note_revision(const GroupId& group, Revision revision) {
  database_
      .prepare(
          "INSERT INTO groups (group_id, newest_revision) VALUES (?1, ?2) ON CONFLICT (group_id) DO UPDATE SET "
          "newest_revision = ?2 WHERE newest_revision < ?2")
      .bind_id(group)
      .bind(stored(revision))
      .run();
}

std::vector<GroupId> GroupsTable::stale(int64_t limit) {
  auto row =
      database_.prepare("SELECT group_id FROM groups WHERE newest_revision > revision ORDER BY group_id LIMIT ?");
  row.bind(limit);
  return ids_of(row);
}

int64_t GroupsTable::unknown_count() {
  auto row = database_.prepare("SELECT count(*) FROM groups WHERE revision = 0");
  return row.step() ? row.integer(0) : 0;
}

std::vector<GroupId> GroupsTable::expected() {
  auto row = database_.prepare(
      "SELECT DISTINCT group_id FROM group_told WHERE EXISTS (SELECT 1 FROM groups g WHERE g.group_id = "
      "group_told.group_id AND g.revision = 0) ORDER BY group_id");
  return ids_of(row);
}

std::vector<GroupTold> GroupsTable::told(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT teller, revision, change_digest, info_key, until_us FROM group_told WHERE group_id = ? ORDER BY "
      "revision, teller, change_digest");
  row.bind_id(group);
  std::vector<GroupTold> all;
  while (row.step()) {
    all.push_back({group,
                   row.id<AccountId>(0),
                   revision_in(row, 1),
                   row.blob(2),
                   row.blob(3),
                   {static_cast<uint64_t>(row.integer(4))}});
  }
  return all;
}

void GroupsTable::tell(const GroupTold& told) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO group_told (group_id, teller, change_digest, revision, info_key, until_us) VALUES "
          "(?, ?, ?, ?, ?, ?)")
      .bind_id(told.group)
      .bind_id(told.teller)
      .bind_blob(told.change_digest)
      .bind(stored(told.revision))
      .bind_blob(told.info_key)
      .bind(static_cast<int64_t>(told.until.value))
      .run();
}

void GroupsTable::forget_told(const GroupId& group, const AccountId& teller, BytesView change_digest) {
  database_.prepare("DELETE FROM group_told WHERE group_id = ? AND teller = ? AND change_digest = ?")
      .bind_id(group)
      .bind_id(teller)
      .bind_blob(change_digest)
      .run();
}

void GroupsTable::forget_told(const GroupId& group, const AccountId& teller, Revision up_to) {
  database_.prepare("DELETE FROM group_told WHERE group_id = ? AND (teller <> ? OR revision <= ?)")
      .bind_id(group)
      .bind_id(teller)
      .bind(stored(up_to))
      .run();
}

int64_t GroupsTable::told_by(const AccountId& teller) {
  auto row = database_.prepare("SELECT count(*) FROM group_told WHERE teller = ?");
  row.bind_id(teller);
  return row.step() ? row.integer(0) : 0;
}

std::vector<GroupId> GroupsTable::with(const AccountId& account) {
  auto row = database_.prepare("SELECT group_id FROM group_members WHERE account = ? AND role > 0 ORDER BY group_id");
  row.bind_id(account);
  return ids_of(row);
}

std::vector<GroupMemberRow> GroupsTable::members(const GroupId& group) {
  std::vector<GroupMemberRow> members;
  auto row = database_.prepare(
      "SELECT account, role, joined, left, came FROM group_members WHERE group_id = ? AND role > 0 ORDER BY account");
  row.bind_id(group);
  while (row.step()) members.push_back(read_member(row));
  return members;
}

std::optional<GroupMemberRow> GroupsTable::member(const GroupId& group, const AccountId& account) {
  auto row = database_.prepare(
      "SELECT account, role, joined, left, came FROM group_members WHERE group_id = ? AND account = ?");
  row.bind_id(group).bind_id(account);
  return row.step() ? std::optional(read_member(row)) : std::nullopt;
}

bool GroupsTable::was_member(const GroupId& group, const AccountId& account, Revision at) {
  const auto row = member(group, account);
  return row && row->was_in(at);
}

bool GroupsTable::was_admin(const GroupId& group, const AccountId& account, Revision at) {
  auto row = database_.prepare(
      "SELECT 1 FROM group_members WHERE group_id = ?1 AND account = ?2 AND admin_from BETWEEN 1 AND ?3 AND "
      "(admin_until "
      "= 0 OR ?3 < admin_until)");
  row.bind_id(group).bind_id(account).bind(stored(at));
  return row.step();
}

bool GroupsTable::might_send(const GroupId& group, const AccountId& account, Revision at) {
  const auto row = member(group, account);
  if (!row || !row->was_in(at)) return false;
  if (row->role == wire::kGroupAdmin) return true;
  auto known = database_.prepare("SELECT members_send FROM groups WHERE group_id = ? AND revision = ?");
  known.bind_id(group).bind(stored(at));
  return !known.step() || known.integer(0) != 0;
}

}  // namespace kith::core
