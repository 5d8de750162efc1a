// SPDX-License-Identifier: AGPL-3.0-or-later

// What this device tells others of the groups that it is in, inside the encryption (GroupWelcome, GROUP-4): of each its
// revision, the digest of that change, and the key of its title. What it is told itself groups.h takes.
//
// Told are those whom a change of this device's own has brought in, in the transaction that applies it; another device
// of the account's that knows nothing; and an account that may not have been told, or may have lost it. Of a group
// whose key it does not have it tells nobody.
//
// Security: who is told reads title and description, and believes the chain that leads to this digest. So an account is
//           told of groups alone that it is a member of by the state that is here.
// Limits:   of kGroupsOfStranger groups in one welcome to another account, which looks at no more; to own devices all
//           go, in contents of about kWelcomeBytesMax.
#pragma once

#include "base/ids.h"
#include "wire/groups.pb.h"

namespace kith::core {

struct Engine;
struct GroupRow;

class GroupWelcomes {
 public:
  static constexpr int kGroupsOfStranger = 16;
  static constexpr size_t kWelcomeBytesMax = 48 * 1024;

  explicit GroupWelcomes(Engine& engine) : engine_(engine) {}

  // The account may not have been told, or may have lost it: it is told once more of the groups that it is in.
  void tell(const AccountId& account);
  // Another device of the account's knows nothing: it is told of all groups.
  void tell(DeviceId device);
  // The change has made this state of the one before (null: there was none here). If it is this device's own, whom it
  // has brought in is told.
  void tell_new(const GroupRow& row, const wire::GroupState& state, const wire::GroupState* before,
                const wire::GroupChange& change);

 private:
  Engine& engine_;
};

}  // namespace kith::core
