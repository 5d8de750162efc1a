// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/media_list.h"

#include <algorithm>
#include <optional>

#include "core/contents.h"
#include "core/conversations.h"
#include "core/messages_view.h"
#include "core/store/store.h"

namespace kith::core {

namespace {

using client_api::Failure;

constexpr int64_t kScannedMax = 2000;  // messages, for one page
constexpr int64_t kPageMax = 500;

}  // namespace

Result<client_api::ListMediaResponse, Refusal> list_media(Store& store, const client_api::ListMediaRequest& what) {
  const auto conversation = ConversationId::from_hex(what.conversation());
  if (!conversation) return Refuse(Failure::kInvalidArgument, "conversation");
  if (!store.conversations.find(*conversation)) return Refuse(Failure::kNoSuchConversation, "conversation");
  if (what.limit() > kPageMax) return Refuse(Failure::kInvalidArgument, "limit: must be at most 500");
  std::optional<MessageCursor> cursor;
  if (what.before_order_us() != 0 || !what.before_id().empty()) {
    const auto id = MessageId::from_hex(what.before_id());
    if (!id || what.before_order_us() == 0 || what.before_order_us() > INT64_MAX)
      return Refuse(Failure::kInvalidArgument, "before_id");
    cursor = MessageCursor{UnixMicros{what.before_order_us()}, *id};
  }
  const int limit = what.limit() == 0 ? 50 : static_cast<int>(what.limit());
  MessagesView view(store);
  client_api::ListMediaResponse response;
  for (int64_t scanned = 0; scanned < kScannedMax;) {
    const MessagePage page = store.messages.with_files(*conversation, cursor, kPageMax);
    for (const MessageRow& message : page.messages) {
      const auto media = contents::media_of(message);
      const bool is_wanted =
          media && (what.kinds().empty() || std::ranges::count(what.kinds(), int{media->kind()}) > 0);
      if (is_wanted && response.messages_size() == limit) {
        response.set_more(true);
        return response;
      }
      if (is_wanted) *response.add_messages() = view.build(message);
      cursor = MessageCursor{message.order, message.id};
      ++scanned;
    }
    if (!page.more) return response;
  }
  response.set_more(response.messages_size() > 0);
  return response;
}

client_api::ListStorageResponse list_storage(Store& store) {
  client_api::ListStorageResponse response;
  Conversations conversations(store);
  uint64_t bytes = 0;
  for (const FilesUse& each : store.files.use()) {
    client_api::ListStorageResponse::Use& use = *response.add_conversations();
    use.set_conversation(each.conversation.hex());
    if (const auto conversation = conversations.build(each.conversation)) use.set_title(conversation->title());
    use.set_bytes(each.bytes);
    use.set_files(each.files);
    bytes += each.bytes;
  }
  response.set_bytes(bytes);
  return response;
}

}  // namespace kith::core
