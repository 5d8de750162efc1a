// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups as user interfaces see them.
//
// Life:  of one request or event, as PersonView.
// Calls: reads only. A failed read shows as Database::failed(): the caller answers kStorage then.
#pragma once

#include "client_api/client_api.pb.h"
#include "core/person_view.h"
#include "core/store/store.h"

namespace kith::core {

class GroupView {
 public:
  // Borrows both.
  GroupView(Store& store, PersonView& people) : store_(store), people_(people) {}

  // What is kept of a state with it: title, description and photo, as far as the row's info key opens them, and what
  // describe() reads (GroupRow::shown). `own`: this device.
  static void set_shown(GroupRow& row, const wire::GroupState& state, const Registration& own);
  // Title and peer of the group's conversation. Of the state nothing is parsed.
  void describe(const GroupId& group, client_api::Conversation& conversation);
  // This account first, then admins, then the others, by name. None while the group is incomplete.
  client_api::ListMembersResponse members(const GroupId& group);

 private:
  static Bytes shown_of(const GroupRow& row, const wire::GroupState& state, const Registration& own);
  static client_api::GroupLink link_of(const GroupRow& row, const wire::GroupState& state, const Registration& own);

  Store& store_;
  PersonView& people_;
};

// What a kGroupEvent is shown as.
client_api::GroupEvent group_event(const MessageRow& message, PersonView& people);
// MessageRow::text of somebody who only asks to be let in.
inline constexpr const char* kAskedText = "?";
// Of a photo that is another one, or none any more: no title is this.
inline constexpr const char* kPhotoText = " ";

}  // namespace kith::core
