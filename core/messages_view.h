// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages as user interfaces see them.
//
// Life:  of one request or event, as PersonView.
// Calls: reads only. A failed read shows as Database::failed(): the caller answers kStorage then.
#pragma once

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/person_view.h"
#include "core/refusal.h"
#include "core/store/store.h"

namespace kith::core {

class MessagesView {
 public:
  explicit MessagesView(Store& store) : store_(store), people_(store) {}

  client_api::Message build(const MessageRow& message);
  // What a reply to this message shows of it, when it is written in that conversation.
  client_api::Quote quote_in(const ConversationId& conversation, const MessageRow& original);
  PersonView& people() { return people_; }

  // A page in ascending order. Errors: kInvalidArgument (limit above 500, half a cursor or two, no id),
  // kNoSuchConversation.
  Result<client_api::ListMessagesResponse, Refusal> list(const client_api::ListMessagesRequest& request);
  // Errors: kInvalidArgument, kNoSuchMessage.
  Result<client_api::Message, Refusal> get(const client_api::GetMessageRequest& request);
  // Errors: kInvalidArgument (no id, or not a message of one's own), kNoSuchMessage.
  Result<client_api::ListReceiptsResponse, Refusal> receipts(const client_api::ListReceiptsRequest& request);
  // Who has said what to it. Errors: kInvalidArgument, kNoSuchMessage.
  // Of those that are pinned now, by the server's time, the newest kPinnedMessagesMax, the last pinned first.
  Result<client_api::ListPinnedResponse, Refusal> pinned(const client_api::ListPinnedRequest& request, UnixMicros now);
  Result<client_api::ListReactionsResponse, Refusal> reactions(const client_api::ListReactionsRequest& request);
  // What it said, as it was edited. Errors: kInvalidArgument, kNoSuchMessage.
  Result<client_api::ListVersionsResponse, Refusal> versions(const client_api::ListVersionsRequest& request);
  // Those that are, the newest first. Errors: as of list().
  Result<client_api::ListStarredResponse, Refusal> starred(const client_api::ListStarredRequest& request);
  // Writes (marks taken): inside the caller's Transaction. limit 0: 100; at most 500.
  Result<client_api::TakeEventsResponse, Refusal> take(const client_api::TakeEventsRequest& request);

 private:
  client_api::Quote build(const QuoteRow& quote);
  // Of a text: who is named in it, and of which group the quoted message is.
  void add_rest(const MessageRow& message, const content::Text& rest, client_api::Text& text,
                client_api::Message& built);
  // Of a quote: what the original has of a file.
  void add_original(const MessageId& id, const AccountId& author, client_api::Quote& built);
  client_api::Media media_of(const MessageRow& message);
  void set_body(const MessageRow& message, client_api::Message& built);
  // Reactions and the pin.
  void add_remarks(const MessageRow& message, client_api::Message& built);

  Store& store_;
  PersonView people_;
};

// What a file is called, for people and for their disks: no path, no control characters or marks of direction, no dot
// in front; "" when nothing is left.
std::string shown_file_name(std::string_view name);

inline constexpr const char* kNotToBeQuoted =
    "quote_message_id: is neither in this conversation nor its partner's in a group";
// Whether a message can be quoted in a conversation: one of the same; or one of its partner's in a group, so that it is
// answered in private.
bool can_be_quoted(Store& store, const MessageRow& original, const ConversationRow& in);
// The group that a quoted message is of; absent: the conversation is of none.
std::optional<GroupId> group_of(Store& store, const MessageRow& message);
// The quote that goes into a reply: the original's author and an excerpt of at most 512 bytes, cut between characters.
QuoteRow quote_of(const MessageRow& original);

}  // namespace kith::core
