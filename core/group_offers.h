// SPDX-License-Identifier: AGPL-3.0-or-later

// Changes of groups on their way to the server, for whoever decides them (group_changes.h, group_joining.h).
//
//   a wish     of a request is decided on the state that is known here, signed by this device, and offered to the
//              server, which takes the first that comes (GROUP-1). Where another one came first the group is read, and
//              it is decided anew, kTriesMax times; then it is kGroupBusy. One that was taken comes back by Groups,
//              which checks it as those of others and applies it; the request is answered then
//   no answer  the request fails, and the group is read: what was taken shows
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/group_chain.h"
#include "core/groups.h"
#include "core/http_calls.h"
#include "core/refusal.h"
#include "core/store/groups_table.h"

namespace kith::core {

struct Engine;

class GroupOffers {
 public:
  static constexpr int kTriesMax = 5;

  // Of the answer, the conversation.
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

  explicit GroupOffers(Engine& engine) : engine_(engine) {}

  static std::string path_of(const GroupId& group);
  // Why a group could not be read.
  static CallFailure failure_of_outcome(Groups::Outcome outcome);

  // Absent: the request has failed.
  std::optional<GroupId> group_of(uint32_t request, const std::string& conversation);
  // Null: the request has failed. It is there for as long as something is done for it.
  Wished wish(uint32_t request, const std::string& conversation, Field field, Decide decide);
  // `before`: what is known of the group; null: there is none yet. The change says what it does, and of which group.
  Result<Offer, Refusal> offer(const GroupChain* before, wire::GroupChange change);
  // Gets the change of this revision, which the server has taken.
  void settle(uint32_t request, const GroupId& group, Revision revision, std::function<void()> done, int tries = 0);
  // With the group's conversation.
  void respond(uint32_t request, const GroupId& group, Field field);

 private:
  void attempt(const Wished& wish);
  void answered(const Wished& wish, Revision revision, const HttpReply& reply);
  void decide_anew(const Wished& wish);

  Engine& engine_;
};

}  // namespace kith::core
