// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_group_store.h"

#include <algorithm>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kHead{"group_heads", {"group_id"}, {"revision", "state", "change_digest", "over_at"}};
const SqlRow kChange{"group_changes", {"group_id", "revision"}, {"signed_change", "taken_at"}};
const SqlRow kCheckpoint{"group_checkpoints", {"group_id", "revision"}, {"state"}};
const SqlRow kMember{"group_members", {"account", "group_id"}, {"present", "unasked", "left_revision"}};
const SqlRow kCount{"group_counts", {"account"}, {"held", "unasked"}};

// A page of changes has at most so many, whatever their size: a driver may fetch all that a statement finds.
constexpr size_t kChangesOfAPage = 1024;

uint64_t number_of(long long column) { return static_cast<uint64_t>(column); }

// How many groups an account is in is a row of its own, which whoever changes it has to himself until he commits.
bool count_one_more(SqlConnection& connection, const GroupStore::Joined& joined, const GroupStore::Bounds& bounds) {
  connection.insert_if_absent(kCount).in(joined.account).in(0).in(0).run();
  if (joined.asked) {
    return connection.query("UPDATE group_counts SET held = held + 1 WHERE account = :account AND held < :most")
               .in(joined.account)
               .in(bounds.groups_max)
               .run_counted() == 1;
  }
  return connection
             .query(
                 "UPDATE group_counts SET held = held + 1, unasked = unasked + 1"
                 " WHERE account = :account AND held < :most AND unasked < :unasked")
             .in(joined.account)
             .in(bounds.groups_max)
             .in(bounds.unasked_max)
             .run_counted() == 1;
}

// Whether it was its turn: revision 1 of a group that is not there, or the one after the present.
bool take_head(SqlConnection& connection, const std::string& group, const GroupStore::Change& change) {
  if (change.revision.value == 1) {
    return connection.insert_if_absent(kHead)
               .in(group)
               .in(1)
               .in(change.state)
               .in(change.change_digest)
               .in(change.over_at.value)
               .run_counted() == 1;
  }
  return connection
             .query(
                 "UPDATE group_heads SET revision = :revision, state = :state, change_digest = :digest,"
                 " over_at = :over WHERE group_id = :group AND revision = :before")
             .in(change.revision.value)
             .in(change.state)
             .in(change.change_digest)
             .in(change.over_at.value)
             .in(group)
             .in(change.revision.value - 1)
             .run_counted() == 1;
}

bool was_taken(SqlConnection& connection, const std::string& group, const GroupStore::Change& change) {
  std::string there;
  return connection.query("SELECT signed_change FROM group_changes WHERE group_id = :group AND revision = :revision")
             .in(group)
             .in(change.revision.value)
             .out(there)
             .fetch() &&
         there == change.change;
}

struct MemberRow {
  long long present = 0;
  long long unasked = 0;
  long long left = 0;
};

// Absent: it was never a member.
MemberRow load_member(SqlConnection& connection, const std::string& group, const AccountId& account) {
  MemberRow row;
  connection
      .query("SELECT present, unasked, left_revision FROM group_members WHERE account = :account AND group_id = :group")
      .in(account)
      .in(group)
      .out(row.present)
      .out(row.unasked)
      .out(row.left)
      .fetch();
  return row;
}

void let_leave(SqlConnection& connection, const std::string& group, const AccountId& account, Revision revision) {
  const MemberRow row = load_member(connection, group, account);
  connection.upsert(kMember).in(account).in(group).in(0).in(0).in(revision.value).run();
  connection.query("UPDATE group_counts SET held = held - 1, unasked = unasked - :unasked WHERE account = :account")
      .in(row.unasked)
      .in(account)
      .run();
}

// Those whose bounds stand against it are in `full` then.
void let_join(SqlConnection& connection, const std::string& group, const GroupStore::Joined& joined,
              const GroupStore::Bounds& bounds, std::vector<AccountId>& full) {
  if (!count_one_more(connection, joined, bounds)) {
    full.push_back(joined.account);
    return;
  }
  const MemberRow row = load_member(connection, group, joined.account);
  connection.upsert(kMember).in(joined.account).in(group).in(1).in(joined.asked ? 0 : 1).in(row.left).run();
}

// kConflict: `full` has somebody, and what was written is to be taken back.
Result<GroupStore::Taken, StoreError> take_now(SqlConnection& connection, const std::string& group,
                                               const GroupStore::Change& change, const GroupStore::Bounds& bounds,
                                               std::vector<AccountId>& full) {
  using Taken = GroupStore::Taken;
  full.clear();
  if (change.revision.value == 0) return Taken::kConflict;
  if (!take_head(connection, group, change))
    return was_taken(connection, group, change) ? Taken::kAlready : Taken::kConflict;
  connection.upsert(kChange).in(group).in(change.revision.value).in(change.change).in(change.taken_at.value).run();
  if (change.revision.value % GroupStore::kCheckpointEvery == 1)
    connection.upsert(kCheckpoint).in(group).in(change.revision.value).in(change.state).run();
  for (const AccountId& account : change.left) let_leave(connection, group, account, change.revision);
  for (const GroupStore::Joined& joined : change.joined) let_join(connection, group, joined, bounds, full);
  if (!full.empty()) return Fail(StoreError::kConflict);
  return Taken::kTaken;
}

// Of one group at most so many changes; the group itself with the last of them. How many of both.
size_t forget_some(SqlConnection& connection, const std::string& group, size_t count_max) {
  size_t count = 0;
  long long last = 0;
  {
    auto rows =
        connection.query("SELECT revision FROM group_changes WHERE group_id = :group ORDER BY revision LIMIT :most");
    rows.in(group).in(count_max).out(last);
    while (rows.fetch()) ++count;
  }
  if (count > 0) {
    connection.query("DELETE FROM group_changes WHERE group_id = :group AND revision <= :last")
        .in(group)
        .in(last)
        .run();
  }
  if (count == count_max) return count;
  connection.query("DELETE FROM group_checkpoints WHERE group_id = :group").in(group).run();
  connection.query("DELETE FROM group_members WHERE group_id = :group").in(group).run();
  connection.query("DELETE FROM group_heads WHERE group_id = :group").in(group).run();
  return count + 1;
}

}  // namespace

Task<Result<GroupRecord, StoreError>> SqlGroupStore::load(GroupId group) {
  return database_.read([group = group.hex()](SqlConnection& connection) -> Result<GroupRecord, StoreError> {
    GroupRecord record;
    long long revision = 0, over_at = 0;
    if (!connection.query("SELECT revision, state, change_digest, over_at FROM group_heads WHERE group_id = :group")
             .in(group)
             .out(revision)
             .out(record.state)
             .out(record.change_digest)
             .out(over_at)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    record.revision = {number_of(revision)};
    record.over_at = {number_of(over_at)};
    return record;
  });
}

Task<Result<GroupStore::TakeAnswer, StoreError>> SqlGroupStore::take(GroupId group, Change change, Bounds bounds) {
  std::vector<AccountId> full;
  Task<Result<Taken, StoreError>> writing = database_.write(
      [group = group.hex(), &change, &bounds, &full](SqlConnection& connection) -> Result<Taken, StoreError> {
        return take_now(connection, group, change, bounds, full);
      });
  const auto taken = co_await std::move(writing);
  if (taken) co_return TakeAnswer{*taken, {}};
  if (taken.error() != StoreError::kConflict) co_return Fail(taken.error());
  std::sort(full.begin(), full.end());
  co_return TakeAnswer{Taken::kTooManyGroups, std::move(full)};
}

Task<Result<std::vector<GroupChangeRecord>, StoreError>> SqlGroupStore::changes(GroupId group, Revision after,
                                                                                Revision until, size_t bytes_max) {
  return database_.read([group = group.hex(), after, until,
                         bytes_max](SqlConnection& connection) -> Result<std::vector<GroupChangeRecord>, StoreError> {
    std::vector<GroupChangeRecord> changes;
    long long revision = 0, taken_at = 0;
    std::string change;
    size_t bytes = 0;
    auto rows = connection.query(
        "SELECT revision, signed_change, taken_at FROM group_changes WHERE group_id = :group AND revision > :after"
        " AND revision <= :until ORDER BY revision LIMIT :most");
    rows.in(group).in(after.value).in(until.value).in(kChangesOfAPage).out(revision).out(change).out(taken_at);
    while (rows.fetch()) {
      bytes += change.size();
      if (bytes > bytes_max && !changes.empty()) break;
      changes.push_back({{number_of(revision)}, change, {number_of(taken_at)}});
    }
    return changes;
  });
}

Task<Result<GroupStore::Checkpoint, StoreError>> SqlGroupStore::checkpoint(GroupId group, Revision at_most) {
  return database_.read([group = group.hex(), at_most](SqlConnection& connection) -> Result<Checkpoint, StoreError> {
    Checkpoint checkpoint;
    long long revision = 0;
    if (!connection
             .query("SELECT revision, state FROM group_checkpoints WHERE group_id = :group AND revision <= :most"
                    " ORDER BY revision DESC LIMIT 1")
             .in(group)
             .in(at_most.value)
             .out(revision)
             .out(checkpoint.state)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    checkpoint.revision = {number_of(revision)};
    return checkpoint;
  });
}

Task<Result<GroupStore::Membership, StoreError>> SqlGroupStore::membership(GroupId group, AccountId account) {
  return database_.read([group = group.hex(), account](SqlConnection& connection) -> Result<Membership, StoreError> {
    const MemberRow row = load_member(connection, group, account);
    return Membership{row.present != 0, {number_of(row.left)}};
  });
}

Task<Result<std::vector<GroupStore::OwnGroup>, StoreError>> SqlGroupStore::groups_of(AccountId account) {
  return database_.read([account](SqlConnection& connection) -> Result<std::vector<OwnGroup>, StoreError> {
    std::vector<OwnGroup> groups;
    std::string group;
    long long revision = 0;
    auto rows = connection.query(
        "SELECT m.group_id, h.revision FROM group_members m JOIN group_heads h ON h.group_id = m.group_id"
        " WHERE m.account = :account AND m.present = 1 ORDER BY m.group_id");
    rows.in(account).out(group).out(revision);
    while (rows.fetch()) {
      if (const auto id = GroupId::from_hex(group)) groups.push_back({*id, {number_of(revision)}});
    }
    return groups;
  });
}

Task<Result<size_t, StoreError>> SqlGroupStore::forget_abandoned(UnixMicros now, size_t count_max) {
  return database_.write([now, count_max](SqlConnection& connection) -> Result<size_t, StoreError> {
    size_t count = 0;
    while (count < count_max) {
      std::string group;
      if (!connection
               .query("SELECT group_id FROM group_heads WHERE over_at > 0 AND over_at <= :now"
                      " ORDER BY over_at LIMIT 1")
               .in(now.value)
               .out(group)
               .fetch()) {
        break;
      }
      count += forget_some(connection, group, count_max - count);
    }
    return count;
  });
}

}  // namespace kith
