// SPDX-License-Identifier: AGPL-3.0-or-later

// From what the server answers to what a group is: one group's changes, followed one by one (GROUP-2, GROUP-4). When a
// group is read, and what becomes of it then, is with groups.h.
//
// A state that is here was checked: each change after it is taken only when it names the one before, is allowed by the
// rules that the server has as well (wire/group_state.h), makes the state whose digest it carries, shows the link when
// it joins by one, and is signed by the device that it says it is of, as that account's list has it. A change that does
// not hold is not taken, nor what comes after it; the state stays as it is.
//
// A group of which nothing is known here begins with what somebody has told of it in the encryption (GroupWelcome), or
// its link: a revision, the digest of its change, and the key of its title. The server gives a state that is not later,
// and the changes from there on; the chain has to lead to that digest. Where several have told different things each
// one's counts, and the first that the chain leads to is it: who names a revision that never comes hides nothing. Of a
// group that is known what the account's own devices have told counts: it leads past changes whose author has other
// keys by now.
//
// One change is one notice in the group's conversation, which the first one opens that this account is in (GroupView).
// All devices have the same ones in the same order: by the server's time and the digest. Whom a change of this device's
// own has brought in is told in the transaction that applies it (group_welcomes.h).
//
// Life:     of one reading: from the first question to the server to the last of its answers.
// Security: of the server's answer nothing is taken that a member has not signed, or that somebody who was believed has
//           not told; in between nothing is shown.
// Limits:   kGroupChainBytesMax of changes towards a digest that was told.
// Source:   GROUP-2, GROUP-4 in docs/protocol.md; docs/decisions/0031-groups-as-signed-changes.md.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "core/group_chain.h"
#include "wire/groups.pb.h"

namespace kith::core {

struct Engine;
struct GroupRow;
struct GroupTold;

class GroupFollowing {
 public:
  // What an answer has come to. What was taken on the way there holds, also where something after it does not.
  struct Step {
    enum class Kind : uint8_t {
      kUpToDate,      // the state is as of the answer's end, and the account is a member
      kMore,          // the rest comes with the next answer
      kWaitsForList,  // a newer one of `author` is to be fetched; then this answer is to be taken once more
      kNotIn,         // the state is as of the answer's end, and the account is no member
      kTooEarly,      // what was told is later than what the server shows
      kInvalid,       // it does not verify
    };
    Kind kind = Kind::kInvalid;
    AccountId author = {};
  };

  GroupFollowing(Engine& engine, const GroupId& group) : engine_(engine), group_(group) {}

  // What the server is to be asked for next. `row`: the group's, as it is now; `told`: what was told of it, something
  // if it has no state; `in_vain`: how often it was read so without coming to one.
  wire::ReadGroupRequest ask(const GroupRow& row, const std::vector<GroupTold>& told, size_t in_vain);
  // `row`: the group's, as it is now. An author's list is waited for once in an answer.
  Step take(GroupRow row, const wire::GroupAnswer& answer);

 private:
  // A chain that has not led to the digest yet that was told.
  struct Unproven {
    GroupChain chain;
    std::vector<wire::SignedGroupChange> changes;  // since the state that is here; of a known group
    size_t bytes = 0;
  };
  // What its row says, its state, and what was told of it.
  struct Followed;

  // How far the changes go that are here, whether they hold or not yet.
  [[nodiscard]] Revision reached(const Followed& followed) const;
  Step take_changes(Followed& followed, const wire::GroupAnswer& answer);
  [[nodiscard]] bool begin_unproven(const Followed& followed, const wire::GroupAnswer& answer);
  [[nodiscard]] bool take_unproven(Followed& followed, const wire::SignedGroupChange& signed_change,
                                   const wire::GroupChange& change);
  [[nodiscard]] bool begin_with(Followed& followed, Unproven proven, const GroupTold& told,
                                const wire::SignedGroupChange& last, const wire::GroupChange& change);
  [[nodiscard]] bool lead_past(Followed& followed, const Unproven& proven, const GroupTold* told);
  enum class Signature { kHolds, kWaits, kBroken };
  Signature check_signature(const wire::SignedGroupChange& signed_change, const wire::GroupChange& change);
  // The state after one more change is that of the group, and what comes of it.
  void apply(Followed& followed, GroupChain next, const wire::SignedGroupChange& signed_change,
             const wire::GroupChange& change);
  void set(Followed& followed);
  void show(const Followed& followed, const wire::SignedGroupChange& signed_change, const wire::GroupChange& change,
            std::string said);

  Engine& engine_;
  GroupId group_;
  std::optional<Unproven> unproven_;
  Revision at_most_;           // of the state that the server was asked for
  std::set<AccountId> asked_;  // whose lists were fetched for the present answer
};

}  // namespace kith::core
