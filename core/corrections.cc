// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/corrections.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "core/engine.h"
#include "core/link_preview.h"
#include "core/messages_view.h"
#include "core/server_time.h"

namespace kith::core {

using client_api::Failure;

namespace {

constexpr int64_t kQuotesMax = 64;  // that are shown anew when what they quote is deleted

// What it shows in the end is not known yet.
bool may_become_another(const MessageRow& message) {
  return message.kind == MessageKind::kUndecryptable || message.kind == MessageKind::kUnsupported;
}

bool can_be_edited(const MessageRow& message) {
  if (message.tick == Tick::kFailed || contents::forwards_of(message) != 0) return false;
  const auto media = contents::media_of(message);
  if (!media) return message.kind == MessageKind::kText;
  return !media->view_once() && media->kind() != content::Media::kVoice && media->kind() != content::Media::kSticker;
}

contents::Words words_of(const CorrectionRow& row) { return {row.text.value_or(""), row.rest}; }

CorrectionRow version_of(const MessageRow& message, UnixMicros at, DeviceId device) {
  contents::Words words = contents::words_of(message);
  return {message.id, message.from, at, device, std::move(words.text), std::move(words.rest)};
}

}  // namespace

// ---------------------------------------------------------------- made here

bool Corrections::send(const Target& to, std::vector<CorrectionRow>& rows) {
  const MessageId item = engine_.random.id<MessageId>();
  if (!engine_.say_beside_messages(item, to, OutboxKind::kCorrection, contents::correction(engine_.clock.now(), rows)))
    return false;
  for (CorrectionRow& row : rows) row.item = item;
  return true;
}

void Corrections::edit(uint32_t request, const client_api::EditMessageRequest& what) {
  Output& output = engine_.output;
  const auto id = MessageId::from_hex(what.id());
  if (!id) return output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto message = engine_.store.messages.find(*id);
  if (!message) return output.fail(request, Failure::kNoSuchMessage, "id");
  if (!message->outgoing) return output.fail(request, Failure::kNotOwnMessage, "id: is somebody else's");
  if (!can_be_edited(*message))
    return output.fail(request, Failure::kInvalidArgument, "id: is of a message that can't be edited");
  const bool has_file = message->kind == MessageKind::kMedia;
  if (!engine_.sending.is_text(request, what.text(), has_file)) return;
  const auto conversation = engine_.store.conversations.find(message->conversation);
  if (!conversation || !engine_.sending.may_send(request, conversation->peer)) return;
  const bool is_pending = message->tick == Tick::kPending;
  if (!is_pending && engine_.connection.server_now().value > message->order.value + kEditSeconds * 1'000'000)
    return output.fail(request, Failure::kTooLate, "id: it was sent more than 15 minutes ago");

  MessageRow other = *message;  // with these words
  other.text = what.text();
  other.raw.clear();
  if (!engine_.sending.take_mentions(request, what.mentions(), conversation->peer, other)) return;
  if (what.has_preview() && (has_file || !contents::add_preview(preview_of(what.preview()), other)))
    return output.fail(request, Failure::kInvalidArgument, "preview: is against a limit, or of no link of the text");
  const contents::Words words{other.text, other.raw};
  if (words != contents::words_of(*message) && !say(*message, words, conversation->peer))
    return output.fail(request, Failure::kOutboxFull, "there are too many unsent messages");
  const auto edited = engine_.store.messages.find(*id);
  if (!edited) return;  // the database failed: the commit answers
  client_api::Response response;
  response.set_id(request);
  *response.mutable_edit_message() = MessagesView(engine_.store).build(*edited);
  output.respond(std::move(response));
}

bool Corrections::say(const MessageRow& message, const contents::Words& words, const Target& to) {
  const auto waiting = engine_.store.outbox.find(message.id, to);
  if (message.tick == Tick::kPending && !(waiting && waiting->sealed)) {
    // It has left for nobody, and leaves with these.
    MessageRow row = message;
    contents::set_words(words, row);
    engine_.store.messages.set_text(row);
    if (waiting) engine_.store.outbox.set_content(waiting->sequence, contents::written(row));
    engine_.changes.message_changed(row.id, row.conversation);
    return true;
  }
  const uint64_t at = std::max(engine_.clock.now().value, message.edited.value + 1);
  std::vector<CorrectionRow> rows{
      {message.id, message.from, bounded_time(at), engine_.registration->device, words.text, words.rest}};
  if (!send(to, rows)) return false;
  hear_edit(message, rows.front());
  return true;
}

bool Corrections::delete_for_all(const ConversationRow& conversation, std::span<const MessageRow> messages) {
  const Registration& self = *engine_.registration;
  std::vector<CorrectionRow> rows;
  for (const MessageRow& each : messages) rows.push_back({each.id, self.account, {}, self.device, std::nullopt});
  if (!send(conversation.peer, rows)) return false;
  for (const CorrectionRow& each : rows) (void)engine_.store.corrections.add(each);
  for (const MessageRow& each : messages) deleted(each, self.account);
  return true;
}

void Corrections::dropped(const MessageId& item) {
  for (const CorrectionRow& row : engine_.store.corrections.under(item)) {
    const auto message = engine_.store.messages.find(row.message);
    const auto conversation = message ? engine_.store.conversations.find(message->conversation) : std::nullopt;
    // Between two the own devices were told of it, and who had the message is no more.
    if (!conversation || !conversation->peer.is_group() || !row.text) continue;
    engine_.store.corrections.remove(row);
    if (const auto before = engine_.store.corrections.newest(row.message)) show(*message, *before);
  }
}

// ---------------------------------------------------------------- heard of

void Corrections::hear(const CorrectionRow& said, Waits waits) {
  const auto message = engine_.store.messages.find(said.message);
  if (!message || (said.text && may_become_another(*message))) {
    (void)engine_.store.corrections.add(said, waits);
  } else if (!said.conversation || *said.conversation == message->conversation) {
    said.text ? hear_edit(*message, said) : hear_deletion(*message, said);
  }
}

void Corrections::hear_edit(const MessageRow& message, CorrectionRow said) {
  if (said.account != message.from || !contents::can_have(message, words_of(said))) return;
  said.conversation.reset();
  CorrectionsTable& table = engine_.store.corrections;
  if (message.edited.value == 0) (void)table.add(version_of(message, {}, {}));
  if (!table.add(said)) return;
  const auto newest = table.newest(message.id);
  if (newest && newest->at == said.at && newest->device == said.device) show(message, *newest);
}

void Corrections::show(MessageRow message, const CorrectionRow& version) {
  contents::set_words(words_of(version), message);
  message.edited = version.at;
  engine_.store.messages.set_text(message);
  engine_.changes.message_changed(message.id, message.conversation);
}

void Corrections::hear_deletion(const MessageRow& message, const CorrectionRow& said) {
  const bool is_possible =
      contents::is_written(message) || may_become_another(message) || message.kind == MessageKind::kDeleted;
  if (!is_possible) return;
  if (said.account != message.from) {
    const auto group = group_of(engine_.store, message);
    if (!group || !engine_.store.groups.was_admin(*group, said.account, said.group_revision)) return;
  }
  deleted(message, said.account);
}

void Corrections::deleted(const MessageRow& message, const AccountId& by) {
  if (message.kind == MessageKind::kDeleted) {
    // Of several who did it all show the same one, an admin rather than the sender: in an answer it is the sender who
    // says it.
    const auto said = AccountId::from_bytes(message.raw).value_or(message.from);
    const auto rank = [&message](const AccountId& each) { return std::tuple(each == message.from, each); };
    if (rank(by) >= rank(said)) return;
  }
  engine_.store.messages.set_deleted(message, by);
  engine_.store.corrections.remove_versions(message.id);
  engine_.store.remarks.remove(message.id);
  engine_.store.repairs.remove(message.id);
  engine_.files.gone(message, true);
  engine_.changes.message_changed(message.id, message.conversation);
  for (const MessageRow& each : engine_.store.messages.quoting(message.id, kQuotesMax))
    engine_.changes.message_changed(each.id, each.conversation);
}

void Corrections::came(const MessageRow& message) {
  for (const CorrectionRow& each : engine_.store.corrections.take_waiting(message.id)) {
    const bool is_own = engine_.is_self(each.account);
    hear(each, is_own ? Waits::kOwn : Waits::kOfOthers);
  }
}

void Corrections::came(const MessageRow& message, const content::History::Message& given) {
  if (const auto by = AccountId::from_bytes(given.deleted_by()); by) {
    if (const auto known = engine_.store.messages.find(message.id)) deleted(*known, *by);
  } else if (given.has_shown()) {
    const auto version = [&message](const content::History::Message::Version& each, const contents::Words& words) {
      return CorrectionRow{message.id,         message.from, bounded_time(each.at_us()),
                           {each.device_id()}, words.text,   words.rest};
    };
    const bool in_group = group_of(engine_.store, message).has_value();
    std::vector<CorrectionRow> versions{version(given.shown(), contents::words_of(message))};
    for (const content::History::Message::Version& each : given.versions()) {
      if (const auto words = contents::read_words(each.text(), in_group)) versions.push_back(version(each, *words));
    }
    for (const CorrectionRow& each : versions) {
      const auto known = engine_.store.messages.find(message.id);
      if (!known) continue;
      if (each.at.value == 0) {
        (void)engine_.store.corrections.add(each);
      } else {
        hear_edit(*known, each);
      }
    }
  }
  came(message);
}

bool Corrections::take(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  const DeviceAddress& sender = incoming.sender;
  const bool is_own = engine_.is_self(sender.account);
  const auto group = GroupId::from_bytes(content.group_id());
  const auto resent = MessageId::from_bytes(content.resent_message_id());
  const bool asked = resent && engine_.repair.answered(incoming);
  if (resent && group && !asked && !is_own) return false;
  CorrectionRow said{{}, sender.account, {}, sender.device, std::nullopt};
  said.group_revision = Revision{content.group_revision()};
  // An answer is from later than what it answers for: that was sealed under the revision of what can't be read.
  if (const auto unread = resent ? engine_.store.messages.find(*resent) : std::nullopt)
    said.group_revision = unread->group_revision;
  if (group || !is_own) {
    said.conversation = engine_.store.conversations.with(group ? Target(*group) : Target(sender.account));
    if (!said.conversation) return false;
  }
  const Waits waits = is_own ? Waits::kOwn : Waits::kOfOthers;
  if (content.has_deletion()) {
    int left = contents::kDeletedMax;
    for (const std::string& bytes : content.deletion().message_ids()) {
      if (left-- == 0) break;
      const auto id = MessageId::from_bytes(bytes);
      if (!id) continue;
      said.message = *id;
      hear(said, waits);
    }
  } else {
    const auto id = MessageId::from_bytes(content.edit().message_id());
    const auto words = contents::read_words(content.edit().text(), group.has_value());
    said.at = bounded_time(content.edit().at_us());
    if (id && words && said.at.value > 0) {
      said.message = *id;
      said.text = words->text;
      said.rest = words->rest;
      hear(said, waits);
    }
  }
  if (resent) engine_.repair.shows_nothing(*resent, sender.account);
  return true;
}

}  // namespace kith::core
