// SPDX-License-Identifier: AGPL-3.0-or-later

// What was told of a group, and by whom (GroupTold), as far as it is kept: by other accounts, by this one's devices,
// and what this device knows by itself, because it has offered the server the change that makes the group, or by which
// it joins. Whether it is true the chain says that leads to it (group_following.h); until then each teller's counts.
//
//   another account   what it has said last
//   an own device     what any of them has said last
//   this one          what it has offered last, kOffersMax of them: one of these may be taken, or none. The server may
//                     still take it for kExpectedMs, and the group stays for so long though the server has none
//
// Security: nobody drives out what others have told.
// Limits:   of one other account kToldOfAccount groups that have no state, of one group what kTellersMax of these have
//           told; what is told above that is not kept.
// Source:   GROUP-4 in docs/protocol.md.
#pragma once

#include <optional>

#include "base/ids.h"
#include "core/store/account_table.h"
#include "core/store/groups_table.h"

namespace kith::core {

class GroupTellings {
 public:
  static constexpr int64_t kToldOfAccount = 64;
  static constexpr size_t kTellersMax = 16;
  static constexpr size_t kOffersMax = 4;  // that this device has made of one group and nobody has answered
  static constexpr uint64_t kExpectedMs = 600'000;

  // Borrows both.
  GroupTellings(GroupsTable& groups, const std::optional<Registration>& registration)
      : groups_(groups), registration_(registration) {}

  // By an own device, or this one.
  void note_own(const GroupTold& told);
  // By another account. False: it has told too much, or too many have told of the group.
  [[nodiscard]] bool note_by_other(const GroupTold& told);
  // By this device, which offers the change now.
  void note_offer(GroupTold offered, UnixMicros now);
  // Whether this device has offered what makes the group, and the server may not have taken it yet. A clock that was
  // set back makes nothing last.
  [[nodiscard]] bool may_still_come(const GroupId& group, UnixMicros now);

 private:
  GroupsTable& groups_;
  const std::optional<Registration>& registration_;
};

}  // namespace kith::core
