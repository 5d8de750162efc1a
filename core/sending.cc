// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/sending.h"

#include "base/limits.h"
#include "base/unicode.h"
#include "core/contents.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/link_preview.h"
#include "core/messages_view.h"

namespace kith::core {

bool Sending::was_sent(uint32_t request, const client_api::SendMessageRequest& what) {
  const auto id = MessageId::from_hex(what.message_id());
  const auto message = id ? engine_.store.messages.find(*id) : std::nullopt;
  if (!message) return false;
  if (message->outgoing) {
    answer(request, *message);
  } else {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "message_id: is that of another message");
  }
  return true;
}

void Sending::answer(uint32_t request, const MessageRow& message) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_send_message()->mutable_message() = MessagesView(engine_.store).build(message);
  engine_.output.respond(std::move(response));
}

void Sending::send_message(uint32_t request, const client_api::SendMessageRequest& what) {
  Output& output = engine_.output;
  if (!what.message_id().empty() && !MessageId::from_hex(what.message_id()))
    return output.fail(request, FailureCode::kInvalidArgument, "message_id: must be 32 hexadecimal digits");
  if (was_sent(request, what)) return;
  if (!is_text(request, what.text(), what.has_attachment())) return;
  if (what.conversation().empty()) {
    return engine_.people.find_addressee(request, what.handle(), [this, request, what](const AccountId& account) {
      const UnixMicros now = engine_.connection.server_now();
      const ConversationId conversation = Conversations(engine_.store).open(account, now, engine_.random).id;
      engine_.profiles.look_again();
      write(request, conversation, what);
    });
  }
  const auto conversation = ConversationId::from_hex(what.conversation());
  if (!conversation)
    return output.fail(request, FailureCode::kInvalidArgument, "conversation: must be 32 hexadecimal digits");
  engine_.lookups.look_again();  // its handle may not have been looked up yet
  write(request, *conversation, what);
}

bool Sending::is_text(uint32_t request, const std::string& text, bool has_file) {
  Output& output = engine_.output;
  const size_t bytes_max = has_file ? kCaptionBytesMax : kTextBytesMax;
  if (text.empty() && !has_file) {
    output.fail(request, FailureCode::kBlank, "text: is empty");
  } else if (text.size() > bytes_max) {
    output.fail(request, FailureCode::kTooLarge, "text: has more than " + std::to_string(bytes_max) + " bytes");
  } else if (!is_utf8(text)) {
    output.fail(request, FailureCode::kInvalidArgument, "text: is no UTF-8");
  } else if (!text.empty() && !has_visible(text)) {
    output.fail(request, FailureCode::kBlank, "text: is blank");
  } else {
    return true;
  }
  return false;
}

bool Sending::may_send(uint32_t request, const Target& to) {
  Output& output = engine_.output;
  if (to.is_group() && !may_send_to_group(request, to.group())) {
    return false;
  } else if (!to.is_group() && engine_.store.contacts.blocked(to.account())) {
    output.fail(request, FailureCode::kBlocked, "conversation: the partner is blocked");
  } else if (!to.is_group() && engine_.store.device_lists.must_agree(to.account())) {
    output.fail(request, FailureCode::kIdentityChanged, "conversation: agree to the changed identity first");
  } else if (engine_.outbox.full()) {
    output.fail(request, FailureCode::kOutboxFull, "there are too many unsent messages");
  } else {
    return true;
  }
  return false;
}

bool Sending::may_send_to_group(uint32_t request, const GroupId& group) {
  Output& output = engine_.output;
  GroupsTable& groups = engine_.store.groups;
  const AccountId& self = engine_.registration->account;
  const Revision revision = groups.revision_of(group);
  if (revision.value == 0) return true;  // it is sent when the group is known
  if (!groups.was_member(group, self, revision)) {
    output.fail(request, FailureCode::kNoSuchGroup, "conversation: this account is no member of the group");
    return false;
  }
  if (!groups.might_send(group, self, revision)) {
    output.fail(request, FailureCode::kNotAllowed, "conversation: only admins write in this group");
    return false;
  }
  const auto changed = engine_.store.device_lists.must_agree_in(group);
  if (!changed) return true;
  output.fail(request, FailureCode::kIdentityChanged,
              "conversation: agree to the changed identity of " + changed->hex() + " first");
  return false;
}

bool Sending::take_mentions(uint32_t request, const Mentions& mentions, const Target& to, MessageRow& message) {
  if (mentions.empty()) return true;
  content::Text text;
  text.set_text(message.text);
  for (const client_api::MentionOf& each : mentions) {
    const auto account = AccountId::from_hex(each.account_id());
    if (!account || !to.is_group() || !engine_.store.groups.member(to.group(), *account)) {
      engine_.output.fail(request, FailureCode::kInvalidArgument,
                          "mentions: of somebody who is no member of the group");
      return false;
    }
    content::Mention& mention = *text.add_mentions();
    mention.set_account(account->bytes());
    mention.set_start(each.start());
    mention.set_length(each.length());
  }
  content::Text kept;
  message.raw = contents::rest_of(text, true);
  (void)kept.ParseFromString(message.raw);
  if (kept.mentions_size() == mentions.size()) return true;
  engine_.output.fail(request, FailureCode::kInvalidArgument, "mentions: are no parts of the text, in its order");
  return false;
}

void Sending::quote(const MessageRow& original, MessageRow& message) {
  message.quote = quote_of(original);
  const auto group = original.conversation == message.conversation ? std::nullopt : group_of(engine_.store, original);
  if (!group) return;
  content::Text rest;
  rest.mutable_quote()->set_group(group->bytes());
  message.raw = contents::rest_of(rest, false);
}

void Sending::enqueue(const MessageRow& message, const Target& to) {
  OutboxRow item;
  item.message_id = message.id;
  item.target = to;
  item.content = contents::written(message);
  engine_.outbox.add(item);
}

void Sending::file_is_there(const MessageRow& message) {
  const auto conversation = engine_.store.conversations.find(message.conversation);
  if (conversation) enqueue(message, conversation->peer);
}

bool Sending::take_attachment(uint32_t request, const client_api::Attachment& what, const Target& to,
                              MessageRow& message) {
  content::Media media;
  const client_api::Media& about = what.about();
  media.set_kind(static_cast<content::Media::Kind>(about.kind()));
  media.set_name(about.name());
  media.set_mime_type(about.mime_type());
  media.set_size(what.file().size());
  const auto id = FileId::from_hex(what.file().file_id());
  if (id) media.set_file_id(id->bytes());
  media.set_key(what.file().key());
  media.set_digest(what.file().digest());
  media.set_width(about.width());
  media.set_height(about.height());
  media.set_duration_ms(about.duration_ms());
  media.set_waveform(about.waveform());
  media.set_thumbhash(about.thumbhash());
  media.set_thumbnail(about.thumbnail());
  media.set_view_once(about.view_once());
  if (const auto album = MessageId::from_hex(about.album())) media.set_album(album->bytes());
  const bool is_known_kind = about.kind() >= client_api::Media::kPhoto && about.kind() <= client_api::Media::kAnimation;
  if (!is_known_kind) {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "attachment.about.kind");
    return false;
  }
  if (!fits_limits(request, media)) return false;
  // What is written under it is in the message already.
  const std::string text = message.text;
  const Bytes rest = message.raw;
  (void)media.mutable_caption()->ParseFromString(rest);
  media.mutable_caption()->set_text(text);
  if (contents::read_media(media, to.is_group(), message)) return true;
  engine_.output.fail(request, FailureCode::kInvalidArgument, "attachment: is against a limit, or damaged");
  return false;
}

bool Sending::fits_limits(uint32_t request, const content::Media& media) {
  const client_api::MediaLimits& limits = engine_.files.limits();
  const bool is_document = media.kind() == content::Media::kDocument || media.kind() == content::Media::kAudio;
  const uint64_t bytes_max = is_document ? limits.file_bytes_max() : limits.media_bytes_max();
  const uint32_t seconds_max = media.kind() == content::Media::kVideo   ? limits.video_seconds_max()
                               : media.kind() == content::Media::kVoice ? limits.voice_seconds_max()
                                                                        : UINT32_MAX / 1000;
  if (media.size() > bytes_max) {
    engine_.output.fail(
        request, FailureCode::kTooLarge,
        "attachment: has " + std::to_string(media.size()) + " bytes, of at most " + std::to_string(bytes_max));
    return false;
  }
  // A second more: what cuts a recording off does so at a whole frame.
  if (media.duration_ms() / 1000 > seconds_max) {
    engine_.output.fail(request, FailureCode::kTooLarge,
                        "attachment: lasts longer than " + std::to_string(seconds_max) + " seconds");
    return false;
  }
  return true;
}

bool Sending::stays_here(const Target& to) {
  if (to.is_group() || !engine_.is_self(to.account())) return false;
  const auto list = engine_.store.device_lists.find(to.account());
  return list && list->known() && list->targets(*engine_.registration).empty();
}

std::optional<MessageRow> Sending::failed_message(uint32_t request, const std::string& id) {
  const auto known = MessageId::from_hex(id);
  auto message = known ? engine_.store.messages.find(*known) : std::nullopt;
  if (!known) {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "id: must be 32 hexadecimal digits");
  } else if (!message) {
    engine_.output.fail(request, FailureCode::kNoSuchMessage, "id");
  } else if (!message->outgoing || message->tick != Tick::kFailed) {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "id: is no message that could not be sent");
    return std::nullopt;
  }
  return message;
}

void Sending::retry_message(uint32_t request, const client_api::RetryMessageRequest& what) {
  auto message = failed_message(request, what.id());
  if (!message) return;
  const auto conversation = engine_.store.conversations.find(message->conversation);
  if (!conversation) return;  // the database failed: the commit answers
  if (!may_send(request, conversation->peer)) return;
  // It leaves with the text that it has by now.
  engine_.store.corrections.remove_versions(message->id);
  message->edited = {};
  engine_.store.messages.set_text(*message);
  engine_.store.messages.retry(message->id);
  message->tick = Tick::kPending;
  message->failure = FailureReason::kNone;
  if (stays_here(conversation->peer)) {
    engine_.store.messages.accept(message->id, engine_.connection.server_now());
    engine_.store.messages.raise(message->id, SentState::kRead);
    message = engine_.store.messages.find(message->id);
    if (!message) return;  // the database failed: the commit answers
  } else if (engine_.files.send(*message)) {
    enqueue(*message, conversation->peer);
  }
  engine_.lookups.look_again();  // nobody may have had the handle then
  engine_.changes.message_changed(message->id, message->conversation);
  client_api::Response response;
  response.set_id(request);
  *response.mutable_retry_message() = MessagesView(engine_.store).build(*message);
  engine_.output.respond(std::move(response));
}

void Sending::write(uint32_t request, const ConversationId& conversation, const client_api::SendMessageRequest& what) {
  Output& output = engine_.output;
  if (was_sent(request, what)) return;  // while the server was asked about the handle
  const auto row = engine_.store.conversations.find(conversation);
  if (!row) return output.fail(request, FailureCode::kNoSuchConversation, "conversation");
  const Target to = row->peer;
  if (!may_send(request, to)) return;

  MessageRow message = begin(*row);
  if (const auto id = MessageId::from_hex(what.message_id())) message.id = *id;
  message.text = what.text();
  if (!take_mentions(request, what.mentions(), to, message)) return;
  if (!what.quote_message_id().empty()) {
    const auto quoted = MessageId::from_hex(what.quote_message_id());
    const auto original = quoted ? engine_.store.messages.find(*quoted) : std::nullopt;
    if (!original || !can_be_quoted(engine_.store, *original, *row))
      return output.fail(request, FailureCode::kNoSuchMessage, kNotToBeQuoted);
    quote(*original, message);
  }
  if (what.has_preview() && (what.has_attachment() || !contents::add_preview(preview_of(what.preview()), message))) {
    return output.fail(request, FailureCode::kInvalidArgument,
                       "preview: is against a limit, or of no link of the text");
  }
  if (what.has_attachment() && !take_attachment(request, what.attachment(), to, message)) return;
  if (!message.file.is_none()) engine_.files.is_here(message);
  if (!put(message, to)) {
    engine_.files.gone(message);
    return output.fail(request, FailureCode::kNoSuchMessage, "message_id: is of a message that was deleted");
  }
  answer(request, message);
}

MessageRow Sending::begin(const ConversationRow& conversation) {
  MessageRow message;
  message.id = engine_.random.id<MessageId>();
  message.conversation = conversation.id;
  message.from = engine_.registration->account;
  message.from_device = engine_.registration->device;
  message.outgoing = true;
  message.sent_at = engine_.clock.now();
  message.tick = stays_here(conversation.peer) ? Tick::kRead : Tick::kPending;
  return message;
}

bool Sending::put(MessageRow& message, const Target& to) {
  message.order = engine_.store.messages.pending_order(message.conversation, engine_.connection.server_now());
  if (!engine_.changes.add_message(message)) return false;
  if (message.tick == Tick::kPending && engine_.files.send(message)) enqueue(message, to);
  engine_.typing_presence.message_sent(message.conversation);
  return true;
}

}  // namespace kith::core
