// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups as this device has checked them (GROUP-2, GROUP-4), and who is or was a member of each.
//
//   groups          group_id BLOB(16) PRIMARY KEY, revision INTEGER: of the state; 0: there is none yet, state BLOB: a
//                   serialized wire.GroupState, change_digest BLOB(32): of its last change, which the next one names,
//                   info_key BLOB(32): under which title and description are sealed; x'': not known, title TEXT,
//                   description TEXT: '' until they could be opened, newest_revision INTEGER: the highest heard of;
//                   above revision: read the group again, present INTEGER 0/1: this account is a member at `revision`,
//                   members_send INTEGER 0/1: so says the state of who is no admin, shown BLOB: what user interfaces
//                   see of the state (GroupView), so that nobody has to parse it for a message; x'': there is none,
//                   photo_file BLOB(16): its photo, among the device's files (files_table.h); null: it has none,
//                   gone_us INTEGER: the server's time when this account went; 0: it is a member, or never was one.
//                   The state, which is long, is the last column
//   group_told      group_id BLOB(16), teller BLOB(16): account, change_digest BLOB(32), revision INTEGER: of the
//                   change, info_key BLOB(32): what that account's devices have told of one of its changes, or this
//                   one knows by itself, until_us INTEGER: whose change this device has offered: by its clock, till
//                   when the server may still take it; 0: somebody has told. Key (group_id, teller, change_digest).
//                   Of a group without state anybody's counts that its chain leads to; of others the own account's
//   group_members   group_id BLOB(16), account BLOB(16), role INTEGER (wire.GroupRole; 0: a member no more), joined
//                   INTEGER: revision by which it came first, as far as is known here, left INTEGER: revision by which
//                   it went; 0: it has not since it came last, came INTEGER: revision by which it came last,
//                   admin_from, admin_until INTEGER: the revisions from which on it was an admin last, as far as is
//                   known here, and from which on it was none any more; 0: it never was one, or still is; key
//                   (group_id, account)
//   indices         groups_stale (group_id) of those to be read again; groups_photo (photo_file);
//                   group_members_account (account); group_told_teller (teller)
//
// Members follow the state: set() keeps both in the same transaction.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"
#include "wire/groups.pb.h"

namespace kith::core {

struct GroupRow {
  GroupId id;
  Revision revision;
  Bytes state;
  Bytes change_digest;
  Bytes info_key;
  std::string title;
  std::string description;
  Bytes shown;
  FileName photo_file;  // none: it is shown without one
  Revision newest;
  bool present = false;
  bool members_send = false;
  UnixMicros gone = {};

  [[nodiscard]] bool known() const { return revision.value != 0; }
  [[nodiscard]] bool stale() const { return newest > revision; }
};

// Of one change of a group.
struct GroupTold {
  GroupId group;
  AccountId teller;
  Revision revision;
  Bytes change_digest;
  Bytes info_key;
  UnixMicros until = {};
};

struct GroupMemberRow {
  AccountId account;
  wire::GroupRole role = wire::kGroupRoleUnspecified;
  Revision joined;
  Revision left;
  Revision came;

  [[nodiscard]] bool was_in(Revision at) const { return joined <= at && (left == Revision{} || at < left); }
};

class GroupsTable {
 public:
  explicit GroupsTable(Database& database) : database_(database) {}

  std::optional<GroupRow> find(const GroupId& group);
  struct Shown {
    std::string title;
    Bytes bytes;
    FileName photo;  // none: it has none that is on this device
  };
  // Absent: there is no state.
  std::optional<Shown> shown(const GroupId& group);
  // Which groups have the file as their photo, in the order of their ids.
  std::vector<GroupId> with_photo(const FileName& file);
  // Of its state; 0: there is none.
  Revision revision_of(const GroupId& group);
  // Makes the group or replaces it; the newest revision becomes at least the row's own. `state`: what the row's state
  // is, of which the members follow; null: they stay as they are.
  void set(const GroupRow& row, const wire::GroupState* state);
  // With its members, and what was told of it.
  void remove(const GroupId& group);
  void remove_all();
  // A revision heard of. Never lowers it; makes a group without state of one that is not known.
  void note_revision(const GroupId& group, Revision revision);
  // Groups that have to be read again, at most `limit`.
  std::vector<GroupId> stale(int64_t limit);
  // Of which there is no state: what others say is all that is known of them.
  int64_t unknown_count();
  // Those of them of which somebody has told.
  std::vector<GroupId> expected();

  // In the order of revisions.
  std::vector<GroupTold> told(const GroupId& group);
  void tell(const GroupTold& told);
  void forget_told(const GroupId& group, const AccountId& teller, BytesView change_digest);
  // All but what the teller has told of later revisions.
  void forget_told(const GroupId& group, const AccountId& teller, Revision up_to);
  // Of how many groups without state the account has told.
  int64_t told_by(const AccountId& teller);
  // Of which the account is a member, in the order of their ids.
  std::vector<GroupId> with(const AccountId& account);

  // Who is a member now, in the order of their ids.
  std::vector<GroupMemberRow> members(const GroupId& group);
  // Absent: it is none and never was.
  std::optional<GroupMemberRow> member(const GroupId& group, const AccountId& account);
  // Whether the account was a member at this revision, as far as is known: of one that came twice the time in between
  // counts.
  bool was_member(const GroupId& group, const AccountId& account, Revision at);
  // Whether it was an admin then, as far as is known: of one that became one twice the last time counts.
  bool was_admin(const GroupId& group, const AccountId& account, Revision at);
  // Whether it was one that might write. Of a revision before the state, which may have let it, it is taken as true.
  bool might_send(const GroupId& group, const AccountId& account, Revision at);

 private:
  Database& database_;
};

}  // namespace kith::core
