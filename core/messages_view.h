// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages as user interfaces see them.
//
// Life:  of one request or event, as PersonView.
// Calls: reads only. A failed read shows as Database::failed(): the caller answers kStorage then.
#pragma once

#include "client_api/client_api.pb.h"
#include "core/person_view.h"
#include "core/refusal.h"
#include "core/store/store.h"

namespace kith::core {

class MessagesView {
 public:
  explicit MessagesView(Store& store) : store_(store), people_(store) {}

  client_api::Message build(const MessageRow& message);
  client_api::Quote build(const QuoteRow& quote);
  PersonView& people() { return people_; }

  // A page in ascending order. Errors: kInvalidArgument (limit above 500, half a cursor or two, no id),
  // kNoSuchConversation.
  Result<client_api::ListMessagesResponse, Refusal> list(const client_api::ListMessagesRequest& request);
  // Errors: kInvalidArgument, kNoSuchMessage.
  Result<client_api::Message, Refusal> get(const client_api::GetMessageRequest& request);
  // Errors: kInvalidArgument (no id, or not a message of one's own), kNoSuchMessage.
  Result<client_api::ListReceiptsResponse, Refusal> receipts(const client_api::ListReceiptsRequest& request);
  // Writes (marks taken): inside the caller's Transaction. limit 0: 100; at most 500.
  Result<client_api::TakeEventsResponse, Refusal> take(const client_api::TakeEventsRequest& request);

 private:
  Store& store_;
  PersonView people_;
};

// The quote that goes into a reply: the original's author and an excerpt of at most 512 bytes, cut between characters.
QuoteRow quote_of(const MessageRow& original);

}  // namespace kith::core
