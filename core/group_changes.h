// SPDX-License-Identifier: AGPL-3.0-or-later

// The requests of the user interface about groups that this account is in, or makes: what a person changes of them.
// How a change gets to the server and comes back is for group_offers.h; coming in by a link for group_joining.h.
//
// Creating: what this device knows of the group is committed before the change is offered (Groups::expect), so that it
// is there after a crash, too. The id of a group that is made comes of Request.change, where there is one: a repetition
// makes no second group.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/group_offers.h"
#include "crypto/media.h"

namespace kith::core {

struct Engine;

class GroupChanges {
 public:
  explicit GroupChanges(Engine& engine) : engine_(engine) {}

  // `change`: as of Request.
  void create(uint32_t request, const std::string& change, const client_api::CreateGroupRequest& what);
  void list_members(uint32_t request, const client_api::ListMembersRequest& what);
  void add_members(uint32_t request, const client_api::AddMembersRequest& what);
  void remove_members(uint32_t request, const client_api::RemoveMembersRequest& what);
  void leave(uint32_t request, const client_api::LeaveGroupRequest& what);
  void set_member(uint32_t request, const client_api::SetMemberRequest& what);
  void set_group(uint32_t request, const client_api::SetGroupRequest& what);
  void set_link(uint32_t request, const client_api::SetGroupLinkRequest& what);
  void answer_applicants(uint32_t request, const client_api::AnswerApplicantsRequest& what);

 private:
  struct Creation {
    uint32_t request = 0;
    GroupId group;
    client_api::CreateGroupRequest what;
    std::vector<AccountId> members;
  };

  // What of SetGroup can be offered at once: its photo is on the server.
  GroupOffers::Wished set_now(uint32_t request, const client_api::SetGroupRequest& what,
                              const std::optional<std::string>& title, const std::optional<std::string>& description,
                              const std::optional<crypto::SealedFile>& photo);
  void make(const std::shared_ptr<Creation>& creation);

  Engine& engine_;
};

}  // namespace kith::core
