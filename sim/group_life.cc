// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/group_life.h"

#include "sim/person.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Conversation;
using client_api::Group;
using client_api::Request;
using client_api::Response;

bool GroupLife::deed() {
  if (!lives_ || dice_.percent(50)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [this, &seat](const Response& response) {
    if (!response.has_failure()) act(seat, response.list_conversations());
  });
  return true;
}

void GroupLife::act(Seat& seat, const client_api::ListConversationsResponse& list) {
  std::vector<Conversation> groups;
  for (const Conversation& each : list.conversations()) {
    if (each.has_group() && each.group().role() != Group::kNone) groups.push_back(each);
  }
  if (!links_.empty() && dice_.percent(30)) {
    Request join;
    join.mutable_join_group()->set_link(links_[dice_.below(links_.size())]);
    return seat.device().request(std::move(join), {});
  }
  if (groups.empty() || (groups.size() < kMost && dice_.percent(10))) return make(seat);
  const Conversation& group = groups[dice_.below(groups.size())];
  const uint64_t what = dice_.below(100);
  if (what < 60) {
    for (uint64_t count = dice_.percent(20) ? dice_.between(2, 5) : 1; count > 0; --count) write(seat, group);
  } else if (what < 75) {
    Request read;
    read.mutable_mark_read()->set_conversation(group.id());
    seat.device().request(std::move(read), {});
  } else {
    change(seat, group);
  }
}

void GroupLife::make(Seat& seat) {
  Request request;
  client_api::CreateGroupRequest& create = *request.mutable_create_group();
  create.set_title(seat.device().name() + " " + std::to_string(++texts_));
  for (const Person* const peer : person_.peers()) {
    if (dice_.percent(70)) create.add_members()->set_handle(peer->phone());
  }
  seat.device().request(std::move(request), {});
}

void GroupLife::write(Seat& seat, const Conversation& group) {
  Request request;
  request.mutable_send_message()->set_conversation(group.id());
  request.mutable_send_message()->set_text(seat.device().name() + " #" + group.group().group_id().substr(0, 8) + " " +
                                           std::to_string(++texts_));
  person_.files().attach(seat, *request.mutable_send_message());
  seat.device().request(std::move(request), [this, id = group.group().group_id(),
                                             device = seat.device().name()](const Response& response) {
    if (response.has_failure()) return;
    const client_api::Message& message = response.send_message().message();
    on_.trace.note(on_.scheduler.now(), device, "has written", message.id(),
                   [&message] { return message.id().substr(0, 8) + " " + words_of(message); });
    on_.ledger.groups().wrote(device, person_.name(), id, response.send_message().message(), on_.scheduler.now());
  });
}

void GroupLife::change(Seat& seat, const Conversation& group) {
  Request request;
  const Person& peer = *person_.peers()[dice_.below(person_.peers().size())];
  switch (dice_.below(8)) {
    case 0:
    case 1: {
      request.mutable_add_members()->set_conversation(group.id());
      request.mutable_add_members()->add_members()->set_handle(peer.phone());
      break;
    }
    case 2: {
      request.mutable_remove_members()->set_conversation(group.id());
      request.mutable_remove_members()->add_account_ids(peer.account());
      break;
    }
    case 3: request.mutable_leave_group()->set_conversation(group.id()); break;
    case 4: {
      request.mutable_set_member()->set_conversation(group.id());
      request.mutable_set_member()->set_account_id(peer.account());
      request.mutable_set_member()->set_admin(dice_.percent(70));
      break;
    }
    case 5: {
      request.mutable_set_group()->set_conversation(group.id());
      request.mutable_set_group()->set_title(seat.device().name() + " " + std::to_string(++texts_));
      break;
    }
    case 6: {
      client_api::PermissionChanges& permissions = *request.mutable_set_group()->mutable_permissions();
      request.mutable_set_group()->set_conversation(group.id());
      permissions.set_send(dice_.percent(80));
      permissions.set_edit_info(dice_.percent(50));
      permissions.set_add_members(dice_.percent(50));
      break;
    }
    default: {
      request.mutable_set_group_link()->set_conversation(group.id());
      request.mutable_set_group_link()->set_remove(dice_.percent(20));
      return seat.device().request(std::move(request), [this](const Response& response) {
        const std::string& link = response.set_group_link().group().link().link();
        if (link.empty()) return;
        for (Person* const each : person_.peers()) each->groups().offer(link);
      });
    }
  }
  seat.device().request(std::move(request), {});
}

void GroupLife::read_everything(Seat& seat) {
  Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [&seat](const Response& response) {
    for (const Conversation& each : response.list_conversations().conversations()) {
      if (!each.has_group()) continue;
      Request read;
      read.mutable_mark_read()->set_conversation(each.id());
      seat.device().request(std::move(read), {});
    }
  });
}

}  // namespace kith::sim
