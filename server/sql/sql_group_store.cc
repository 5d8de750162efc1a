// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_group_store.h"

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kHead{"group_heads", {"group_id"}, {"revision", "state", "change_digest"}};
const SqlRow kChange{"group_changes", {"group_id", "revision"}, {"signed_change"}};
const SqlRow kCheckpoint{"group_checkpoints", {"group_id", "revision"}, {"state"}};
const SqlRow kMember{"group_members", {"account", "group_id"}, {"left_revision"}};
const SqlRow kCount{"group_counts", {"account"}, {"held"}};

// How many groups an account is in is a row of its own, which whoever changes it has to himself until he commits.
bool count_one_more(SqlConnection& connection, const AccountId& account, size_t groups_max) {
  connection.insert_if_absent(kCount).in(account).in(0).run();
  return connection.query("UPDATE group_counts SET held = held + 1 WHERE account = :account AND held < :most")
             .in(account)
             .in(groups_max)
             .run_counted() == 1;
}
void count_one_fewer(SqlConnection& connection, const AccountId& account) {
  connection.query("UPDATE group_counts SET held = held - 1 WHERE account = :account").in(account).run();
}

// Whether it was its turn: revision 1 of a group that is not there, or the one after the present.
bool take_head(SqlConnection& connection, const std::string& group, const GroupStore::Change& change) {
  if (change.revision.value == 1) {
    return connection.insert_if_absent(kHead).in(group).in(1).in(change.state).in(change.change_digest).run_counted() ==
           1;
  }
  return connection
             .query(
                 "UPDATE group_heads SET revision = :revision, state = :state, change_digest = :digest"
                 " WHERE group_id = :group AND revision = :before")
             .in(change.revision.value)
             .in(change.state)
             .in(change.change_digest)
             .in(group)
             .in(change.revision.value - 1)
             .run_counted() == 1;
}

// Whether this very change is the last one.
bool is_last(SqlConnection& connection, const std::string& group, const GroupStore::Change& change) {
  long long revision = 0;
  std::string there;
  return connection
             .query(
                 "SELECT h.revision, c.signed_change FROM group_heads h"
                 " JOIN group_changes c ON c.group_id = h.group_id AND c.revision = h.revision"
                 " WHERE h.group_id = :group")
             .in(group)
             .out(revision)
             .out(there)
             .fetch() &&
         static_cast<uint64_t>(revision) == change.revision.value && there == change.change;
}

Result<void, StoreError> take_now(SqlConnection& connection, const std::string& group, const GroupStore::Change& change,
                                  size_t groups_max) {
  if (change.revision.value == 0) return Fail(StoreError::kConflict);
  if (!take_head(connection, group, change)) {
    if (is_last(connection, group, change)) return {};
    return Fail(StoreError::kConflict);
  }
  connection.upsert(kChange).in(group).in(change.revision.value).in(change.change).run();
  if (change.revision.value % GroupStore::kCheckpointEvery == 1)
    connection.upsert(kCheckpoint).in(group).in(change.revision.value).in(change.state).run();
  for (const AccountId& account : change.left) {
    connection.upsert(kMember).in(account).in(group).in(change.revision.value).run();
    count_one_fewer(connection, account);
  }
  for (const AccountId& account : change.joined) {
    if (!count_one_more(connection, account, groups_max)) return Fail(StoreError::kFull);
    connection.upsert(kMember).in(account).in(group).in(0).run();
  }
  return {};
}

}  // namespace

Task<Result<GroupRecord, StoreError>> SqlGroupStore::load(GroupId group) {
  return database_.read([group = group.hex()](SqlConnection& connection) -> Result<GroupRecord, StoreError> {
    GroupRecord record;
    long long revision = 0;
    if (!connection.query("SELECT revision, state, change_digest FROM group_heads WHERE group_id = :group")
             .in(group)
             .out(revision)
             .out(record.state)
             .out(record.change_digest)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    record.revision = {static_cast<uint64_t>(revision)};
    return record;
  });
}

Task<Result<void, StoreError>> SqlGroupStore::take(GroupId group, Change change, size_t groups_max) {
  return database_.write([group = group.hex(), change = std::move(change), groups_max](SqlConnection& connection) {
    return take_now(connection, group, change, groups_max);
  });
}

Task<Result<std::vector<GroupChangeRecord>, StoreError>> SqlGroupStore::changes(GroupId group, Revision after,
                                                                                size_t count_max) {
  return database_.read([group = group.hex(), after,
                         count_max](SqlConnection& connection) -> Result<std::vector<GroupChangeRecord>, StoreError> {
    std::vector<GroupChangeRecord> changes;
    long long revision = 0;
    std::string change;
    auto rows = connection.query(
        "SELECT revision, signed_change FROM group_changes WHERE group_id = :group AND revision > :after"
        " ORDER BY revision LIMIT :most");
    rows.in(group).in(after.value).in(count_max).out(revision).out(change);
    while (rows.fetch()) changes.push_back({{static_cast<uint64_t>(revision)}, change});
    return changes;
  });
}

Task<Result<Bytes, StoreError>> SqlGroupStore::checkpoint(GroupId group, Revision at_most) {
  return database_.read([group = group.hex(), at_most](SqlConnection& connection) -> Result<Bytes, StoreError> {
    Bytes state;
    if (!connection
             .query("SELECT state FROM group_checkpoints WHERE group_id = :group AND revision <= :most"
                    " ORDER BY revision DESC LIMIT 1")
             .in(group)
             .in(at_most.value)
             .out(state)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    return state;
  });
}

Task<Result<GroupStore::Membership, StoreError>> SqlGroupStore::membership(GroupId group, AccountId account) {
  return database_.read([group, account](SqlConnection& connection) -> Result<Membership, StoreError> {
    long long left = 0;
    if (!connection.query("SELECT left_revision FROM group_members WHERE account = :account AND group_id = :group")
             .in(account)
             .in(group.hex())
             .out(left)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    return Membership{group, {static_cast<uint64_t>(left)}};
  });
}

Task<Result<std::vector<GroupId>, StoreError>> SqlGroupStore::groups_of(AccountId account) {
  return database_.read([account](SqlConnection& connection) -> Result<std::vector<GroupId>, StoreError> {
    std::vector<GroupId> groups;
    std::string group;
    auto rows = connection.query(
        "SELECT group_id FROM group_members WHERE account = :account AND left_revision = 0 ORDER BY group_id");
    rows.in(account).out(group);
    while (rows.fetch()) {
      if (const auto id = GroupId::from_hex(group)) groups.push_back(*id);
    }
    return groups;
  });
}

}  // namespace kith
