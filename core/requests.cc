// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/requests.h"

#include <utility>

#include "core/blocking.h"
#include "core/clearing.h"
#include "core/conversation_state.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/forwarding.h"
#include "core/lists.h"
#include "core/media_list.h"
#include "core/message_state.h"
#include "core/messages_view.h"
#include "core/safety_numbers.h"
#include "core/search.h"

namespace kith::core {

namespace {

using client_api::Request;
using client_api::Response;

// Answers with what a part made, or with why it did not.
template <class T>
void answer(Engine& engine, uint32_t id, Result<T, Refusal> result, T* (Response::*field)()) {
  if (!result) return engine.output.fail(id, result.error().code, result.error().detail);
  Response response;
  response.set_id(id);
  *(response.*field)() = std::move(*result);
  engine.output.respond(std::move(response));
}

void answer_state(Engine& engine, uint32_t id, client_api::State* (Response::*field)()) {
  answer(engine, id, Result<client_api::State, Refusal>(engine.state()), field);
}

void connect(Engine& engine, uint32_t id) {
  engine.connection.start();
  answer_state(engine, id, &Response::mutable_connect);
}

void set_available(Engine& engine, uint32_t id, bool available) {
  engine.connection.set_available(available);
  engine.output.done(id, &Response::mutable_set_available);
}

void list_conversations(Engine& engine, uint32_t id) {
  client_api::ListConversationsResponse list = Conversations(engine.store).list();
  for (client_api::Conversation& conversation : *list.mutable_conversations()) {
    if (const auto known = ConversationId::from_hex(conversation.id()); known)
      engine.typing_presence.describe(*known, conversation);
  }
  answer(engine, id, Result<client_api::ListConversationsResponse, Refusal>(std::move(list)),
         &Response::mutable_list_conversations);
}

void send_message(Engine& engine, const Request& request) {
  client_api::SendMessageRequest what = request.send_message();
  if (what.message_id().empty()) what.set_message_id(request.change());
  engine.sending.send_message(request.id(), what);
}

void cancel_linking(Engine& engine, uint32_t id) {
  engine.joining.cancel();
  engine.admitting.cancel();
  engine.output.done(id, &Response::mutable_cancel_linking);
}

// Those that need no registration.
bool dispatch_early(Engine& engine, const Request& request) {
  switch (request.method_case()) {
    case Request::kRegister: engine.registering.start(request.id(), request.register_()); return true;
    case Request::kRequestCode: engine.registering.request_code(request.id(), request.request_code()); return true;
    case Request::kStartLinking: engine.joining.start(request.id(), request.start_linking()); return true;
    case Request::kCancelLinking: cancel_linking(engine, request.id()); return true;
    case Request::kGetState: answer_state(engine, request.id(), &Response::mutable_get_state); return true;
    case Request::kDisconnect:
      engine.connection.stop();
      answer_state(engine, request.id(), &Response::mutable_disconnect);
      return true;
    default: return false;
  }
}

// Whether the request leaves something that making it twice would leave twice or change back. What a user interface
// says about itself is none of these: it says so again to each core.
bool changes_something(Request::MethodCase method) {
  switch (method) {
    case Request::kRegister:
    case Request::kRequestCode:
    case Request::kOpenConversation:
    case Request::kSendMessage:
    case Request::kMarkRead:
    case Request::kSetDraft:
    case Request::kTakeEvents:
    case Request::kRetryMessage:
    case Request::kDeleteMessages:
    case Request::kEditMessage:
    case Request::kStarMessages:
    case Request::kForwardMessages:
    case Request::kSetConversation:
    case Request::kFetchMedia:
    case Request::kRemoveMedia:
    case Request::kImportContacts:
    case Request::kSetContact:
    case Request::kSetBlocked:
    case Request::kSetVerified:
    case Request::kAcceptIdentity:
    case Request::kSetProfile:
    case Request::kSetSettings:
    case Request::kSetPin:
    case Request::kConfirmLink:
    case Request::kRemoveDevice:
    case Request::kRenameDevice:
    case Request::kSeeDevices:
    case Request::kCreateGroup:
    case Request::kAddMembers:
    case Request::kRemoveMembers:
    case Request::kLeaveGroup:
    case Request::kSetMember:
    case Request::kSetGroup:
    case Request::kSetGroupLink:
    case Request::kJoinGroup:
    case Request::kAnswerApplicants:
    case Request::kMarkPlayed:
    case Request::kPinMessage:
    case Request::kClearConversation:
    case Request::kDeleteConversation:
    case Request::kSetList:
    case Request::kSetListed:
    case Request::kReact: return true;
    case Request::kGetState:
    case Request::kConnect:
    case Request::kDisconnect:
    case Request::kSetAvailable:
    case Request::kListConversations:
    case Request::kListMessages:
    case Request::kSetTyping:
    case Request::kSearch:
    case Request::kGetMessage:
    case Request::kListReceipts:
    case Request::kListReactions:
    case Request::kListPinned:
    case Request::kListVersions:
    case Request::kListStarred:
    case Request::kListLists:
    case Request::kOpenMedia:
    case Request::kListMedia:
    case Request::kListStorage:
    case Request::kWatchPresence:
    case Request::kListContacts:
    case Request::kGetSafetyNumber:
    case Request::kGetProfile:
    case Request::kOpenPhoto:
    case Request::kGetSettings:
    case Request::kStartLinking:
    case Request::kCancelLinking:
    case Request::kOpenLink:
    case Request::kListDevices:
    case Request::kListMembers:
    case Request::kOpenGroupLink:
    case Request::kFetchLink:
    case Request::METHOD_NOT_SET: return false;
  }
  return false;  // a method of a later version
}

// Whether the request still has to be done: it is not a change that was made, or is being made, already.
bool begin(Engine& engine, const Request& request) {
  if (request.change().empty() || !changes_something(request.method_case())) return true;
  if (request.has_send_message()) return true;  // the message itself tells of it, for good
  const auto change = ChangeId::from_hex(request.change());
  if (!change) {
    engine.output.fail(request.id(), FailureCode::kInvalidArgument, "change: must be 32 hexadecimal digits");
    return false;
  }
  Response response;
  if (const auto answer = engine.store.answers.find(*change); answer && response.ParseFromString(*answer)) {
    response.set_id(request.id());
    engine.output.respond(std::move(response));
    return false;
  }
  return engine.output.begin(request.id(), *change);
}

}  // namespace

void dispatch(Engine& engine, const Request& request) {
  const uint32_t id = request.id();
  if (!begin(engine, request)) return;
  if (dispatch_early(engine, request)) return;
  if (request.method_case() == Request::METHOD_NOT_SET) {
    return engine.output.fail(id, FailureCode::kInvalidArgument, "method: there is none that is known here");
  }
  if (!engine.registered()) return engine.output.fail(id, FailureCode::kNotRegistered);
  switch (request.method_case()) {
    case Request::kConnect: return connect(engine, id);
    case Request::kSetAvailable: return set_available(engine, id, request.set_available().available());

    case Request::kListConversations: return list_conversations(engine, id);
    case Request::kOpenConversation: return engine.people.open_conversation(id, request.open_conversation());
    case Request::kListMessages:
      return answer(engine, id, MessagesView(engine.store).list(request.list_messages()),
                    &Response::mutable_list_messages);
    case Request::kSendMessage: return send_message(engine, request);
    case Request::kMarkRead: return engine.receipts.mark_read(id, request.mark_read());
    case Request::kSetTyping: return engine.typing_presence.set_typing(id, request.set_typing());
    case Request::kSetDraft: return set_draft(engine, id, request.set_draft());
    case Request::kSearch: return answer(engine, id, search(engine.store, request.search()), &Response::mutable_search);
    case Request::kGetMessage:
      return answer(engine, id, MessagesView(engine.store).get(request.get_message()), &Response::mutable_get_message);
    case Request::kListReceipts:
      return answer(engine, id, MessagesView(engine.store).receipts(request.list_receipts()),
                    &Response::mutable_list_receipts);
    case Request::kWatchPresence: return engine.typing_presence.watch(id, request.watch_presence());
    case Request::kTakeEvents:
      return answer(engine, id, MessagesView(engine.store).take(request.take_events()), &Response::mutable_take_events);
    case Request::kRetryMessage: return engine.sending.retry_message(id, request.retry_message());
    case Request::kDeleteMessages: return delete_messages(engine, id, request.delete_messages());
    case Request::kEditMessage: return engine.corrections.edit(id, request.edit_message());
    case Request::kListVersions:
      return answer(engine, id, MessagesView(engine.store).versions(request.list_versions()),
                    &Response::mutable_list_versions);
    case Request::kStarMessages: return star_messages(engine, id, request.star_messages());
    case Request::kForwardMessages: return forward_messages(engine, id, request.forward_messages());
    case Request::kListStarred:
      return answer(engine, id, MessagesView(engine.store).starred(request.list_starred()),
                    &Response::mutable_list_starred);
    case Request::kSetConversation: return set_conversation(engine, id, request.set_conversation());
    case Request::kClearConversation: return clear_conversation(engine, id, request.clear_conversation());
    case Request::kDeleteConversation: return delete_conversation(engine, id, request.delete_conversation());
    case Request::kListLists:
      return answer(engine, id, Result<client_api::ListListsResponse, Refusal>(list_lists(engine.store)),
                    &Response::mutable_list_lists);
    case Request::kSetList: return set_list(engine, id, request.set_list());
    case Request::kSetListed: return set_listed(engine, id, request.set_listed());
    case Request::kFetchMedia: return engine.files.fetch_media(id, request.fetch_media());
    case Request::kOpenMedia:
      return answer(engine, id, engine.files.open_media(request.open_media()), &Response::mutable_open_media);
    case Request::kListMedia:
      return answer(engine, id, list_media(engine.store, request.list_media()), &Response::mutable_list_media);
    case Request::kListStorage:
      return answer(engine, id, Result<client_api::ListStorageResponse, Refusal>(list_storage(engine.store)),
                    &Response::mutable_list_storage);
    case Request::kRemoveMedia: return engine.files.remove_media(id, request.remove_media());
    case Request::kReact: return engine.remarks.react(id, request.react());
    case Request::kPinMessage: return engine.remarks.pin(id, request.pin_message());
    case Request::kListPinned:
      return answer(engine, id,
                    MessagesView(engine.store).pinned(request.list_pinned(), engine.connection.server_now()),
                    &Response::mutable_list_pinned);
    case Request::kListReactions:
      return answer(engine, id, MessagesView(engine.store).reactions(request.list_reactions()),
                    &Response::mutable_list_reactions);
    case Request::kMarkPlayed: return engine.openings.mark_played(id, request.mark_played());

    case Request::kListContacts: return engine.address_book.list(id);
    case Request::kImportContacts: return engine.address_book.import(id, request.import_contacts());
    case Request::kSetContact: return engine.address_book.set(id, request.set_contact());
    case Request::kSetBlocked: return set_blocked(engine, id, request.set_blocked());
    case Request::kGetSafetyNumber: return get_safety_number(engine, id, request.get_safety_number());
    case Request::kSetVerified: return set_verified(engine, id, request.set_verified());
    case Request::kAcceptIdentity: return engine.people.accept_identity(id, request.accept_identity());

    case Request::kGetProfile: return engine.profiles.get(id, request.get_profile());
    case Request::kSetProfile: return engine.profiles.set(id, request.set_profile());
    case Request::kOpenPhoto:
      return answer(engine, id, engine.profile_photos.open(request.open_photo()), &Response::mutable_open_photo);
    case Request::kGetSettings: return engine.privacy.get(id);
    case Request::kSetSettings: return engine.privacy.set(id, request.set_settings());
    case Request::kSetPin: return engine.privacy.set_pin(id, request.set_pin());

    case Request::kOpenLink: return engine.admitting.open(id, request.open_link());
    case Request::kConfirmLink: return engine.admitting.confirm(id, request.confirm_link());
    case Request::kListDevices: return engine.device_watch.list(id, request.list_devices());
    case Request::kRemoveDevice: return engine.own_devices.remove(id, request.remove_device());
    case Request::kRenameDevice: return engine.own_devices.rename(id, request.rename_device());
    case Request::kSeeDevices: return engine.device_watch.see(id);

    case Request::kCreateGroup: return engine.group_changes.create(id, request.change(), request.create_group());
    case Request::kListMembers: return engine.group_changes.list_members(id, request.list_members());
    case Request::kAddMembers: return engine.group_changes.add_members(id, request.add_members());
    case Request::kRemoveMembers: return engine.group_changes.remove_members(id, request.remove_members());
    case Request::kLeaveGroup: return engine.group_changes.leave(id, request.leave_group());
    case Request::kSetMember: return engine.group_changes.set_member(id, request.set_member());
    case Request::kSetGroup: return engine.group_changes.set_group(id, request.set_group());
    case Request::kSetGroupLink: return engine.group_changes.set_link(id, request.set_group_link());
    case Request::kOpenGroupLink: return engine.group_joining.open_link(id, request.open_group_link());
    case Request::kJoinGroup: return engine.group_joining.join(id, request.join_group());
    case Request::kAnswerApplicants: return engine.group_changes.answer_applicants(id, request.answer_applicants());

    case Request::kFetchLink: return engine.link_fetching.fetch(id, request.fetch_link());
    default: return engine.output.fail(id, FailureCode::kInvalidArgument, "method: is not known here");
  }
}

}  // namespace kith::core
