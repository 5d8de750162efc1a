// SPDX-License-Identifier: AGPL-3.0-or-later

// The requests of the user interface about groups: what a person changes of them, and links.
//
//   a change   is decided on the state that is known here, signed by this device, and offered to the server, which
//              takes the first that comes (GROUP-1). Where another one came first the group is read, and it is decided
//              anew, kTriesMax times; then it is kGroupBusy. One that was taken comes back by Groups, which checks it
//              as those of others and applies it; the request is answered then
//   no answer  the request fails, and the group is read: what was taken shows
//   creating   and joining by a link: what this device knows of the group is committed before the change is offered
//              (Groups::expect), so that it is there after a crash, too. The id of a group that is made comes of
//              Request.change, where there is one: a repetition makes no second group
//   a link     is read before this account is a member: the chain has to lead to the digest that the link has. From
//              there on the server is believed for what is shown of it (OpenGroupLink), and nothing is kept; who has
//              joined checks it all
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/group_chain.h"
#include "core/group_link.h"
#include "core/groups.h"
#include "core/http_calls.h"
#include "core/refusal.h"
#include "core/store/groups_table.h"
#include "crypto/media.h"

namespace kith::core {

struct Engine;

class GroupChanges {
 public:
  static constexpr int kTriesMax = 5;

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
  void open_link(uint32_t request, const client_api::OpenGroupLinkRequest& what);
  void join(uint32_t request, const client_api::JoinGroupRequest& what);
  void answer_applicants(uint32_t request, const client_api::AnswerApplicantsRequest& what);

 private:
  using Field = client_api::Conversation* (client_api::Response::*)();
  // Fills the action in. False: all is as it was asked for. `made`: how many changes this request has made.
  using Decide =
      std::function<Result<bool, Refusal>(const GroupRow&, const wire::GroupState&, wire::GroupChange&, int made)>;
  struct Wish {
    uint32_t request = 0;
    GroupId group;
    Field field = nullptr;
    Decide decide;
    int tries = 0;
    int made = 0;
  };
  using Wished = std::shared_ptr<Wish>;
  // A change that can be offered.
  struct Offer {
    wire::SignedGroupChange parts;
    GroupChain after;
  };
  struct Creation {
    uint32_t request = 0;
    GroupId group;
    client_api::CreateGroupRequest what;
    std::vector<AccountId> members;
  };
  struct Look {
    GroupLink link;
    std::optional<GroupChain> chain;
    bool proven = false;
    size_t bytes = 0;
    std::function<void(Result<GroupChain, CallFailure>)> done;
  };
  struct Joining {
    uint32_t request = 0;
    GroupLink link;
    int tries = 0;
  };

  // Absent: the request has failed.
  std::optional<GroupId> group_of(uint32_t request, const std::string& conversation);
  // Null: the request has failed.
  Wished wish(uint32_t request, const std::string& conversation, Field field, Decide decide);
  // What of SetGroup can be offered at once: its photo is on the server.
  Wished set_known(uint32_t request, const client_api::SetGroupRequest& what, const std::optional<std::string>& title,
                   const std::optional<std::string>& description, const std::optional<crypto::SealedFile>& photo);
  void attempt(const Wished& wish);
  void answered(const Wished& wish, Revision revision, const HttpReply& reply);
  void decide_anew(const Wished& wish);
  // Gets the change of this revision, which the server has taken.
  void settle(uint32_t request, const GroupId& group, Revision revision, int tries, std::function<void()> done);
  Result<Offer, Refusal> offer(const GroupChain* before, wire::GroupChange change);
  void respond(uint32_t request, const GroupId& group, Field field);

  void make(const std::shared_ptr<Creation>& creation);

  [[nodiscard]] std::optional<GroupLink> link_in(uint32_t request, const std::string& text);
  void look(const std::shared_ptr<Look>& look);
  void looked(const std::shared_ptr<Look>& look, const wire::GroupAnswer& answer);
  void join_by(const std::shared_ptr<Joining>& joining);
  void join_on(const std::shared_ptr<Joining>& joining, const GroupChain& chain);
  void joined(uint32_t request, const GroupId& group);

  Engine& engine_;
};

}  // namespace kith::core
