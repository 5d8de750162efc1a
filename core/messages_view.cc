// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/messages_view.h"

#include <algorithm>
#include <functional>
#include <ranges>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "content/content.pb.h"
#include "core/contents.h"
#include "core/group_view.h"
#include "core/link_preview.h"
#include "core/openings_view.h"

namespace kith::core {
namespace {

using Shown = client_api::Message;

constexpr uint32_t kPageDefault = 50;
constexpr uint32_t kPageMax = 500;
constexpr uint32_t kTakeDefault = 100;
constexpr size_t kEmojisShownMax = 16;  // of one message

// The store's numbers are the interface's: a cast is the conversion.
static_assert(static_cast<int>(Tick::kNone) == Shown::kNone);
static_assert(static_cast<int>(Tick::kPending) == Shown::kPending);
static_assert(static_cast<int>(Tick::kSent) == Shown::kSent);
static_assert(static_cast<int>(Tick::kDelivered) == Shown::kDelivered);
static_assert(static_cast<int>(Tick::kRead) == Shown::kRead);
static_assert(static_cast<int>(Tick::kFailed) == Shown::kFailed);
static_assert(static_cast<int>(FailureReason::kAccountGone) == client_api::kAccountGone);
static_assert(static_cast<int>(FailureReason::kNoAccount) == client_api::kNoAccount);
static_assert(static_cast<int>(FailureReason::kMessageTooLarge) == client_api::kMessageTooLarge);
static_assert(static_cast<int>(FailureReason::kRefused) == client_api::kRefused);
static_assert(static_cast<int>(FailureReason::kDatabaseDamaged) == client_api::kDatabaseDamaged);
static_assert(static_cast<int>(FailureReason::kCancelled) == client_api::kCancelled);
static_assert(static_cast<int>(FileState::kBroken) == client_api::Media::kBroken);
static_assert(static_cast<int>(content::Media::kAnimation) == static_cast<int>(client_api::Media::kAnimation));

// What is longer is cut all the same: no writing has it.
constexpr size_t kSignBytesMax = 128;

// At most `bytes` bytes, without half of what a person sees as one sign at the end.
std::string_view cut(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  const std::string_view near = text.substr(0, bytes + 4);  // with the whole character behind, which may belong to it
  size_t begin = 0;
  for (size_t end = 0; end <= bytes; end = grapheme_end(near, end)) begin = end;
  if (begin + kSignBytesMax > bytes) return text.substr(0, begin);
  while (bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

// Absent: none is asked for. `name`: of the request's two fields, without what tells them apart.
Result<std::optional<MessageCursor>, Refusal> cursor_of(uint64_t order_us, const std::string& id, const char* name) {
  if (order_us == 0 && id.empty()) return std::nullopt;
  const auto message = MessageId::from_hex(id);
  if (!message) return Refuse(client_api::Failure::kInvalidArgument, std::string(name) + "_id");
  if (order_us == 0 || order_us > INT64_MAX)
    return Refuse(client_api::Failure::kInvalidArgument, std::string(name) + "_order_us");
  return MessageCursor{UnixMicros{order_us}, *message};
}

}  // namespace

void MessagesView::set_body(const MessageRow& message, client_api::Message& built) {
  switch (message.kind) {
    case MessageKind::kText:
      built.mutable_text()->set_text(message.text);
      if (content::Text rest; rest.ParseFromString(message.raw)) {
        add_rest(message, rest, *built.mutable_text(), built);
        if (rest.has_preview()) *built.mutable_text()->mutable_preview() = shown_preview(rest.preview());
      }
      return;
    case MessageKind::kMedia:
      *built.mutable_media() = media_of(message);
      if (const auto media = contents::media_of(message))
        add_rest(message, media->caption(), *built.mutable_media()->mutable_caption(), built);
      return;
    case MessageKind::kIdentityChanged: built.mutable_identity_changed(); return;
    case MessageKind::kUndecryptable: built.mutable_undecryptable(); return;
    case MessageKind::kUnsupported: built.mutable_unsupported(); return;
    case MessageKind::kHandleMoved: built.mutable_handle_moved(); return;
    case MessageKind::kGroupEvent: *built.mutable_group_event() = group_event(message, people_); return;
    case MessageKind::kDeleted:
      *built.mutable_deleted()->mutable_by() = people_.build(AccountId::from_bytes(message.raw).value_or(message.from));
      return;
  }
}

void MessagesView::add_rest(const MessageRow& message, const content::Text& rest, client_api::Text& text,
                            client_api::Message& built) {
  built.set_forwards(rest.forwards());
  for (const content::Mention& each : rest.mentions()) {
    const auto account = AccountId::from_bytes(each.account());
    if (!account) continue;
    client_api::Mention& mention = *text.add_mentions();
    *mention.mutable_who() = people_.build(*account);
    mention.set_start(each.start());
    mention.set_length(each.length());
  }
  const auto group = contents::quoted_group(rest);
  if (!group || !message.quote) return;
  // What is quoted in private is the reader's own: nobody puts words of others, in a group, into a conversation of two.
  if (people_.is_self(message.quote->author) == message.outgoing) return;
  const auto original = store_.messages.find(message.quote->message);
  if (original && (original->from != message.quote->author || group_of(store_, *original) != group)) return;
  client_api::QuotedInGroup& in = *built.mutable_quote()->mutable_group();
  if (const auto known = store_.groups.find(*group)) in.set_title(known->title);
  if (!original) return;
  in.set_conversation(original->conversation.hex());
  built.mutable_quote()->set_excerpt(quote_of(*original).excerpt);
}

client_api::Media MessagesView::media_of(const MessageRow& message) {
  client_api::Media shown;
  const auto media = contents::media_of(message);
  if (!media) return shown;
  const auto file = store_.files.find(message.file);
  shown.set_kind(static_cast<client_api::Media::Kind>(media->kind()));
  shown.mutable_caption()->set_text(message.text);
  shown.set_name(shown_file_name(media->name()));
  shown.set_mime_type(media->mime_type());
  shown.set_size(media->size());
  shown.set_width(media->width());
  shown.set_height(media->height());
  shown.set_duration_ms(media->duration_ms());
  shown.set_waveform(media->waveform());
  shown.set_thumbhash(media->thumbhash());
  shown.set_thumbnail(media->thumbnail());
  shown.set_view_once(media->view_once());
  shown.set_opened(is_opened(store_, message));
  if (const auto album = MessageId::from_bytes(media->album())) shown.set_album(album->hex());
  const bool is_over = contents::was_opened(message) || (file && file->state == FileState::kDeleting);
  shown.set_state(is_over ? client_api::Media::kGone
                  : file  ? static_cast<client_api::Media::State>(file->state)
                          : client_api::Media::kThere);
  if (!file || !file->is_moving()) return shown;
  shown.set_done(std::min(file->done, media->size()));
  shown.set_trouble(static_cast<client_api::Failure::Code>(file->trouble));
  return shown;
}

void MessagesView::add_original(const MessageId& id, const AccountId& author, client_api::Quote& built) {
  const auto original = store_.messages.find(id);
  if (!original || original->from != author) return;
  if (original->kind == MessageKind::kDeleted) {
    built.set_deleted(true);
    built.clear_excerpt();
  }
  const auto media = contents::media_of(*original);
  if (!media) return;
  built.set_media(static_cast<client_api::Media::Kind>(media->kind()));
  built.set_thumbnail(media->thumbnail());
}

std::string shown_file_name(std::string_view name) {
  const size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string shown = one_line(name);
  shown.erase(0, std::min(shown.find_first_not_of(". "), shown.size()));
  return shown;
}

client_api::Quote MessagesView::build(const QuoteRow& quote) {
  client_api::Quote built;
  built.set_message_id(quote.message.hex());
  *built.mutable_author() = people_.build(quote.author);
  built.set_excerpt(quote.excerpt);
  add_original(quote.message, quote.author, built);
  return built;
}

client_api::Quote MessagesView::quote_in(const ConversationId& conversation, const MessageRow& original) {
  client_api::Quote built = build(quote_of(original));
  const auto group = original.conversation == conversation ? std::nullopt : group_of(store_, original);
  if (!group) return built;
  built.mutable_group()->set_conversation(original.conversation.hex());
  if (const auto known = store_.groups.find(*group)) built.mutable_group()->set_title(known->title);
  return built;
}

client_api::Message MessagesView::build(const MessageRow& message) {
  client_api::Message built;
  built.set_id(message.id.hex());
  built.set_conversation(message.conversation.hex());
  *built.mutable_sender() = people_.build(message.from);
  built.set_outgoing(message.outgoing);
  built.set_sent_at_us(message.sent_at.value);
  built.set_order_us(message.order.value);
  if (message.kind != MessageKind::kDeleted) built.set_tick(static_cast<Shown::Tick>(message.tick));
  built.set_failure(static_cast<client_api::FailureReason>(message.failure));
  if (message.quote) *built.mutable_quote() = build(*message.quote);
  built.set_edited_us(message.edited.value);
  built.set_starred(message.starred);
  set_body(message, built);
  if (contents::is_written(message)) add_remarks(message, built);
  return built;
}

void MessagesView::add_remarks(const MessageRow& message, client_api::Message& built) {
  const auto [reactions, pin] = store_.remarks.of(message.id);
  if (pin && !pin->value.empty()) {
    *built.mutable_pin()->mutable_by() = people_.build(pin->account);
    built.mutable_pin()->set_until_us(pinned_until(*pin).value);
  }
  if (reactions.empty()) return;
  client_api::Reactions& shown = *built.mutable_reactions();
  shown.set_count(static_cast<uint32_t>(reactions.size()));
  std::vector<client_api::Reactions::OfEmoji> emojis;  // those that were first before others
  for (const RemarkRow& each : reactions | std::views::reverse) {
    if (people_.is_self(each.account)) shown.set_own(each.value);
    auto known = std::ranges::find(emojis, each.value, &client_api::Reactions::OfEmoji::emoji);
    if (known == emojis.end()) {
      known = emojis.emplace(known);
      known->set_emoji(each.value);
    }
    known->set_count(known->count() + 1);
  }
  std::ranges::stable_sort(emojis, std::greater<>(), &client_api::Reactions::OfEmoji::count);
  emojis.resize(std::min(emojis.size(), kEmojisShownMax));
  for (client_api::Reactions::OfEmoji& each : emojis) *shown.add_emojis() = std::move(each);
}

Result<client_api::ListMessagesResponse, Refusal> MessagesView::list(const client_api::ListMessagesRequest& request) {
  const auto conversation = ConversationId::from_hex(request.conversation());
  if (!conversation) return Refuse(client_api::Failure::kInvalidArgument, "conversation");
  if (request.limit() > kPageMax) return Refuse(client_api::Failure::kInvalidArgument, "limit: must be at most 500");
  const auto before = cursor_of(request.before_order_us(), request.before_id(), "before");
  if (!before) return Fail(before.error());
  const auto after = cursor_of(request.after_order_us(), request.after_id(), "after");
  if (!after) return Fail(after.error());
  if (*before && *after) return Refuse(client_api::Failure::kInvalidArgument, "after_id: or before_id");
  if (!store_.conversations.find(*conversation))
    return Refuse(client_api::Failure::kNoSuchConversation, "conversation");

  const int64_t limit = request.limit() == 0 ? kPageDefault : request.limit();
  const MessagePage page = *after ? store_.messages.after(*conversation, **after, limit)
                                  : store_.messages.before(*conversation, *before, limit);
  client_api::ListMessagesResponse response;
  for (const MessageRow& message : page.messages) *response.add_messages() = build(message);
  response.set_more(page.more);
  return response;
}

Result<client_api::Message, Refusal> MessagesView::get(const client_api::GetMessageRequest& request) {
  const auto id = MessageId::from_hex(request.id());
  if (!id) return Refuse(client_api::Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto message = store_.messages.find(*id);
  if (!message) return Refuse(client_api::Failure::kNoSuchMessage, "id");
  return build(*message);
}

Result<client_api::ListReceiptsResponse, Refusal> MessagesView::receipts(
    const client_api::ListReceiptsRequest& request) {
  const auto id = MessageId::from_hex(request.message_id());
  if (!id) return Refuse(client_api::Failure::kInvalidArgument, "message_id");
  const auto message = store_.messages.find(*id);
  if (!message) return Refuse(client_api::Failure::kNoSuchMessage, "message_id");
  if (!message->outgoing) return Refuse(client_api::Failure::kInvalidArgument, "message_id: is not one's own");
  client_api::ListReceiptsResponse response;
  if (message->tick == Tick::kPending || message->tick == Tick::kFailed) return response;
  const std::vector<MemberState> told = store_.sent.states_of(*id);
  const std::vector<Opening> opened = opened_by(store_, *message);
  for (const AccountId& member : receivers(store_, *message)) {
    client_api::Receipt& receipt = *response.add_receipts();
    *receipt.mutable_member() = people_.build(member);
    const auto said = std::ranges::find(told, member, &MemberState::member);
    receipt.set_tick(said == told.end() ? Shown::kSent : static_cast<Shown::Tick>(tick_of(said->state)));
    const auto opening = std::ranges::find(opened, member, &Opening::account);
    if (opening != opened.end()) receipt.set_opened_us(opening->at.value);
  }
  return response;
}

Result<client_api::ListReactionsResponse, Refusal> MessagesView::reactions(
    const client_api::ListReactionsRequest& request) {
  const auto id = MessageId::from_hex(request.id());
  if (!id) return Refuse(client_api::Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto message = store_.messages.find(*id);
  if (!message) return Refuse(client_api::Failure::kNoSuchMessage, "id");
  client_api::ListReactionsResponse response;
  if (!contents::is_written(*message)) return response;
  for (const RemarkRow& each : store_.remarks.of(*id).reactions) {
    client_api::Reaction& reaction = *response.add_reactions();
    *reaction.mutable_who() = people_.build(each.account);
    reaction.set_emoji(each.value);
    reaction.set_at_us(each.at.value);
  }
  return response;
}

Result<client_api::ListPinnedResponse, Refusal> MessagesView::pinned(const client_api::ListPinnedRequest& request,
                                                                     UnixMicros now) {
  const auto conversation = ConversationId::from_hex(request.conversation());
  if (!conversation)
    return Refuse(client_api::Failure::kInvalidArgument, "conversation: must be 32 hexadecimal digits");
  if (!store_.conversations.find(*conversation))
    return Refuse(client_api::Failure::kNoSuchConversation, "conversation");
  client_api::ListPinnedResponse response;
  for (const RemarkRow& each : store_.remarks.pins_in(*conversation)) {
    if (response.messages_size() == static_cast<int>(kPinnedMessagesMax)) break;
    const auto message = pinned_until(each) > now ? store_.messages.find(each.message) : std::nullopt;
    if (message) *response.add_messages() = build(*message);
  }
  return response;
}

Result<client_api::ListVersionsResponse, Refusal> MessagesView::versions(
    const client_api::ListVersionsRequest& request) {
  const auto id = MessageId::from_hex(request.id());
  if (!id) return Refuse(client_api::Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto message = store_.messages.find(*id);
  if (!message) return Refuse(client_api::Failure::kNoSuchMessage, "id");
  if (!contents::is_written(*message)) return Refuse(client_api::Failure::kInvalidArgument, "id: it has no text");
  client_api::ListVersionsResponse response;
  const auto add = [&](MessageRow row, UnixMicros at) {
    client_api::Message built;
    row.quote.reset();
    set_body(row, built);
    client_api::Version& version = *response.add_versions();
    version.set_at_us(at.value == 0 ? row.sent_at.value : at.value);
    *version.mutable_text() = built.has_media() ? built.media().caption() : built.text();
  };
  for (const CorrectionRow& each : store_.corrections.versions(*id)) {
    MessageRow row = *message;
    contents::set_words({each.text.value_or(""), each.rest}, row);
    add(std::move(row), each.at);
  }
  if (response.versions_size() == 0) add(*message, message->edited);
  return response;
}

Result<client_api::ListStarredResponse, Refusal> MessagesView::starred(const client_api::ListStarredRequest& request) {
  std::optional<ConversationId> conversation;
  if (!request.conversation().empty()) {
    conversation = ConversationId::from_hex(request.conversation());
    if (!conversation) return Refuse(client_api::Failure::kInvalidArgument, "conversation");
    if (!store_.conversations.find(*conversation))
      return Refuse(client_api::Failure::kNoSuchConversation, "conversation");
  }
  if (request.limit() > kPageMax) return Refuse(client_api::Failure::kInvalidArgument, "limit: must be at most 500");
  const auto before = cursor_of(request.before_order_us(), request.before_id(), "before");
  if (!before) return Fail(before.error());
  const MessagePage page =
      store_.messages.starred(conversation, *before, request.limit() == 0 ? kPageDefault : request.limit());
  client_api::ListStarredResponse response;
  for (const MessageRow& message : page.messages) *response.add_messages() = build(message);
  response.set_more(page.more);
  return response;
}

Result<client_api::TakeEventsResponse, Refusal> MessagesView::take(const client_api::TakeEventsRequest& request) {
  if (request.limit() > kPageMax) return Refuse(client_api::Failure::kInvalidArgument, "limit: must be at most 500");
  const MessagePage page = store_.messages.take(request.limit() == 0 ? kTakeDefault : request.limit());
  client_api::TakeEventsResponse response;
  for (const MessageRow& message : page.messages) *response.add_messages() = build(message);
  response.set_more(page.more);
  return response;
}

bool can_be_quoted(Store& store, const MessageRow& original, const ConversationRow& in) {
  const auto media = contents::media_of(original);
  if ((media && media->view_once()) || original.kind == MessageKind::kDeleted) return false;
  if (original.conversation == in.id) return true;
  return contents::is_written(original) && in.direct_peer() == original.from && group_of(store, original).has_value();
}

std::optional<GroupId> group_of(Store& store, const MessageRow& message) {
  const auto conversation = store.conversations.find(message.conversation);
  return conversation ? conversation->group() : std::nullopt;
}

QuoteRow quote_of(const MessageRow& original) {
  return {original.id, original.from, std::string(cut(original.text, kQuoteBytesMax))};
}

}  // namespace kith::core
