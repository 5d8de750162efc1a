// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/inbox.h"

#include <utility>

#include "base/limits.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/sealing.h"
#include "core/server_time.h"
#include "core/store/taken_table.h"

namespace kith::core {

using crypto::CryptoError;

namespace {
// Of these a content is one for a message, also where it answers for it.
bool is_of_message(content::Content::KindCase kind) {
  return kind == content::Content::kText || kind == content::Content::kMedia || kind == content::Content::kEdit ||
         kind == content::Content::kDeletion;
}
}  // namespace

Inbox::Inbox(Engine& engine)
    : engine_(engine), confirm_timer_(engine.timers), gap_timer_(engine.timers), fetch_timer_(engine.timers) {}

void Inbox::on_welcome(Position first_position) {
  received_ = engine_.progress.confirmed_position;
  confirm_told_ = received_;  // Hello said it
  withheld_.clear();          // and that
  first_ = first_position;
  skip_gap_ = gap_reconnects_ >= kReconnectsMax && gap_after_ == received_;
  if (gap_after_ != received_) gap_reconnects_ = 0;
}

void Inbox::on_connection_gone() {
  queue_.clear();
  queue_bytes_ = 0;
  dropped_ = in_gap_ = holding_ = list_failed_ = group_failed_ = end_known_ = skip_gap_ = false;
  redelivers_ = fetches_ = 0;
  confirm_timer_.cancel();
  gap_timer_.cancel();
  fetch_timer_.cancel();
}

bool Inbox::follows(const wire::Entry& entry) const {
  const Position position{entry.position()};
  if (entry.has_expired()) return true;  // it stands for all before it
  if (received_.may_be_followed_by(position) || skip_gap_) return true;
  // Entries before the first one have expired (INBOX-1).
  return position == first_ && first_ > received_;
}

void Inbox::on_deliver(wire::Deliver& deliver) {
  for (wire::Entry& entry : *deliver.mutable_entries()) {
    const Position position{entry.position()};
    if (position <= received_) continue;  // asked for again, or the server repeats itself
    const size_t bytes = entry.ByteSizeLong();
    if (queue_.size() >= kQueueMax || queue_bytes_ + bytes > kQueueBytesMax) {
      dropped_ = true;
      break;
    }
    if (!follows(entry)) {
      if (!in_gap_) {
        in_gap_ = true;
        ask_again();
      }
      break;
    }
    in_gap_ = skip_gap_ = false;
    redelivers_ = 0;
    gap_timer_.cancel();
    received_ = position;
    queue_bytes_ += bytes;
    queue_.push_back(std::move(entry));
  }
  work();
}

void Inbox::on_backlog_end(const wire::BacklogEnd& end) {
  end_known_ = true;
  end_ = Position{end.position()};
  if (end_ > received_ && !in_gap_ && !dropped_) {
    in_gap_ = true;
    ask_again();
  }
  work();
}

void Inbox::ask_again() {
  if (redelivers_ >= kRedeliversMax) {
    if (gap_after_ != received_) gap_reconnects_ = 0;
    gap_after_ = received_;
    ++gap_reconnects_;
    return engine_.connection.lose();
  }
  ++redelivers_;
  wire::ClientFrame frame;
  frame.mutable_redeliver()->set_after_position(received_.value);
  engine_.connection.send(frame);
  gap_timer_.set(engine_.in_ms(kGapMs), [this] { ask_again(); });
}

void Inbox::work() {
  if (working_) return;
  working_ = true;
  bool took = false;
  bool only_receipts = true;
  while (!queue_.empty() && !holding_ && !engine_.database.failed()) {
    const wire::Entry& entry = queue_.front();
    if (take(entry) == Taken::kHeld) break;
    took = true;
    if (withhold_ && number_ != 0) {
      engine_.store.receipts.withhold(Position{entry.position()});
      withheld_.push_back(entry.position());
    }
    only_receipts = only_receipts && (entry.kind_case() == wire::Entry::kDeliveryReceipt ||
                                      entry.kind_case() == wire::Entry::kGroupReceipt);
    engine_.progress.confirmed_position = Position{entry.position()};
    queue_bytes_ -= entry.ByteSizeLong();
    queue_.pop_front();
    list_failed_ = group_failed_ = false;
    fetches_ = 0;
  }
  if (took) finish_taking(only_receipts);
  if (queue_.empty() && dropped_ && !in_gap_) {
    dropped_ = false;
    in_gap_ = true;
    ask_again();
  }
  if (end_known_ && queue_.empty() && received_ >= end_) {
    end_known_ = false;
    engine_.connection.caught_up();
    engine_.devices.caught_up();
  }
  working_ = false;
}

Inbox::Taken Inbox::take(const wire::Entry& entry) {
  withhold_ = false;
  number_ = entry.message().receipt_number();
  switch (entry.kind_case()) {
    case wire::Entry::kMessage: return take_message(entry.message());
    case wire::Entry::kDeliveryReceipt: {
      engine_.delivered(entry.delivery_receipt());
      return Taken::kDone;
    }
    case wire::Entry::kAccountChanged: {
      const wire::AccountChanged& changed = entry.account_changed();
      if (const auto account = AccountId::from_bytes(changed.account_id()); account) {
        engine_.devices.note_revision(*account, Revision{changed.device_list_revision()});
        engine_.profile_changed(*account);
      }
      return Taken::kDone;
    }
    case wire::Entry::kGroupChanged: {
      const wire::GroupChanged& changed = entry.group_changed();
      if (const auto group = GroupId::from_bytes(changed.group_id()); group)
        engine_.groups.note_revision(*group, Revision{changed.revision()});
      return Taken::kDone;
    }
    case wire::Entry::kGroupReceipt: engine_.delivered(entry.group_receipt()); return Taken::kDone;
    case wire::Entry::kExpired: engine_.entries_expired(); return Taken::kDone;
    default: return Taken::kDone;  // a kind of a later version
  }
}

Inbox::Taken Inbox::take_message(const wire::IncomingMessage& message) {
  const auto id = MessageId::from_bytes(message.message_id());
  const auto account = AccountId::from_bytes(message.from_account());
  const auto group = GroupId::from_bytes(message.group_id());
  if (!id || !account || message.from_device() == 0) return Taken::kDone;  // nothing that could be shown or repaired
  if (!group && !message.group_id().empty()) return Taken::kDone;
  if (engine_.store.contacts.blocked(*account)) {
    withhold_ = true;
    return Taken::kDone;
  }
  Told told{*id, {*account, {message.from_device()}}, bounded_time(message.server_time_us())};
  if (group) told.group = contents::InGroup{*group, {message.group_revision()}};
  // Members know of each other that they are there.
  withhold_ = !group && is_hidden_from(*account);
  bool held = false;
  if (!knows_sender(told.sender, told.server_time, held)) {
    if (held) return Taken::kHeld;
    // A list that does not name the device is an answer. Without one the message may be good: its sender is asked for
    // it later.
    undecryptable(told, !fetch_answered_);
    return Taken::kDone;
  }
  if (group) {
    if (!knows_group(*told.group, held)) {
      if (held) return Taken::kHeld;
      told.id = id_inside(told, message.payload());
      undecryptable(told, true);
      return Taken::kDone;
    }
    if (!engine_.store.groups.might_send(told.group->group, *account, told.group->revision)) {
      withhold_ = true;
      return Taken::kDone;
    }
  }
  take_message_of(told, message);
  return Taken::kDone;
}

MessageId Inbox::id_inside(const Told& told, BytesView payload) {
  const auto bytes = unseal_in_group(engine_.group_cipher(), told.group->group, told.sender, payload);
  content::Content content;
  if (!bytes || !content.ParseFromString(*bytes)) return told.id;
  return MessageId::from_bytes(content.message_id()).value_or(told.id);
}

void Inbox::take_message_of(const Told& told, const wire::IncomingMessage& message) {
  const DeviceAddress& sender = told.sender;
  TakenTable known(engine_.database);
  const Bytes digest = TakenTable::digest_of(sender, message.payload());
  const bool hidden = withhold_;
  if (!known.add(digest, {told.id, hidden})) {
    const auto taken = known.find(digest);
    if (!taken) return;  // the database failed: the transaction does, and it comes again
    withhold_ = hidden || taken->withheld || taken->message != told.id;
    if (taken->message == told.id) ordered_again(told.id, sender, told.server_time);
    return;
  }
  bool begins_session = false;
  const auto content = told.group
                           ? unseal_in_group(engine_.group_cipher(), told.group->group, sender, message.payload())
                           : unseal(engine_.sessions, sender, message.payload(), begins_session);
  if (engine_.database.failed()) return;  // the transaction fails, and it comes again
  MessageId bound = told.id;
  if (content) {
    if (begins_session) engine_.repair.on_new_session(sender);
    bound = take_content(told, message, *content);
  } else {
    // The prekeys that the server hands out may be none of this device's
    if (begins_session &&
        (content.error() == CryptoError::kMissingPrekey || content.error() == CryptoError::kBadMessage))
      engine_.prekeys.opening_is_unreadable();
    // A record that can't be read
    if (content.error() == CryptoError::kStorage && !told.group) engine_.store.signal.remove_session(sender);
    // kDuplicate too: a sender whose store was put back from a copy has encrypted another message with this step.
    undecryptable(told, true);
  }
  if (bound != told.id || withhold_ != hidden) known.set(digest, {bound, withhold_});
}

// A receipt says that this device is there. Who may not see that is told nothing, unless this account has written to
// them: then they can know anyway.
bool Inbox::is_hidden_from(const AccountId& account) {
  const int64_t scope = engine_.store.settings.integer(setting::kLastSeenScope, client_api::Settings::kEveryone);
  if (scope == client_api::Settings::kEveryone) return false;
  if (scope == client_api::Settings::kContacts && engine_.store.contacts.find(account)) return false;
  return !engine_.store.sent.has_written_to(account);
}

bool Inbox::knows_sender(const DeviceAddress& sender, UnixMicros server_time, bool& held) {
  if (engine_.store.device_lists.may_have_sent(sender, server_time)) return true;
  if (list_failed_) return false;
  held = true;
  fetches_group_ = false;
  fetch_first([this, sender](const auto& done) {
    engine_.devices.fetch(sender.account, [done](Devices::Outcome outcome) { done(Devices::is_answer(outcome)); });
  });
  return false;
}

bool Inbox::knows_group(const contents::InGroup& group, bool& held) {
  if (engine_.groups.up_to(group.group, group.revision)) return true;
  if (group_failed_) return false;
  held = true;
  fetches_group_ = true;
  fetch_first([this, group](const auto& done) {
    engine_.groups.fetch(group.group, [done](Groups::Outcome outcome) { done(Groups::is_answer(outcome)); });
  });
  return false;
}

void Inbox::fetch_first(const std::function<void(std::function<void(bool answered)>)>& fetch) {
  holding_ = true;
  ++fetches_;
  const uint64_t hold = ++hold_;
  fetch([this, hold](bool answered) {
    if (holding_ && hold == hold_) fetched(answered);  // else the connection went meanwhile
  });
}

void Inbox::fetched(bool answered) {
  if (answered || fetches_ >= kFetchesMax) {
    holding_ = false;
    fetches_ = 0;
    if (fetches_group_) {
      group_failed_ = true;
    } else {
      fetch_answered_ = answered;
      list_failed_ = true;
    }
    return work();  // looks once more, and then goes on without
  }
  fetch_timer_.set(engine_.in_ms(1000 * fetches_), [this] {
    holding_ = false;
    work();
  });
}

void Inbox::set_handler(content::Content::KindCase kind, ContentHandler& handler, bool in_groups) {
  handlers_[kind] = {&handler, in_groups};
}

Inbox::Handler Inbox::handler_of(content::Content::KindCase kind) const {
  auto handler = handlers_.find(kind);
  if (handler == handlers_.end()) handler = handlers_.find(content::Content::KIND_NOT_SET);
  return handler == handlers_.end() ? Handler{} : handler->second;
}

MessageId Inbox::take_content(const Told& told, const wire::IncomingMessage& message, const Bytes& bytes) {
  content::Content content;
  const bool is_content = content.ParseFromString(bytes);
  const auto bound = MessageId::from_bytes(content.message_id());
  const bool is_of_group =
      content.group_id() == message.group_id() && content.group_revision() == message.group_revision();
  // What answers for a message to a group comes in a session.
  const bool is_where_it_says =
      is_of_group || (!told.group && is_of_message(content.kind_case()) && !content.resent_message_id().empty());
  if (!is_content || !bound || *bound != told.id || content.receipt_number() != message.receipt_number() ||
      !is_where_it_says) {
    Told said = told;
    if (is_content && bound) said.id = *bound;
    if (number_ == 0) number_ = content.receipt_number();  // the server may know it all the same
    undecryptable(said, true);
    return said.id;
  }
  const auto [handler, in_groups] = handler_of(content.kind_case());
  if (handler == nullptr) return told.id;
  if ((told.group && !in_groups) ||
      !handler->take({told.id, told.sender, told.server_time, message.receipt_number(), content, bytes}))
    withhold_ = true;
  if (!told.group && content.group_id().empty()) engine_.profile_key_came(told.sender.account, content.profile_key());
  return told.id;
}

void Inbox::ordered_again(const MessageId& id, const DeviceAddress& sender, UnixMicros server_time) {
  const auto reordered = engine_.store.messages.reorder(id, sender.account, server_time, engine_.clock.now());
  if (!reordered) return;
  engine_.changes.message_changed(id, *reordered);
}

void Inbox::undecryptable(const Told& told, bool can_repair) {
  withhold_ = true;
  const auto& [id, sender, server_time, group] = told;
  if (can_repair && engine_.repair.answer_is_unreadable(id, sender)) return;  // what it is about is asked for already
  const auto count = [this] {
    engine_.store.account.count_undecryptable(1);
    ++engine_.progress.undecryptable;
  };
  const auto shown_in = group ? engine_.store.conversations.with(group->group) : std::nullopt;
  if ((group && !shown_in) || (!group && engine_.is_self(sender.account))) {
    // A copy, of which nobody knows here where it belongs, or of a group that is not known: it is shown when it has
    // come again.
    if (can_repair && !engine_.store.messages.find(id)) engine_.repair.want(id, sender);
    return count();
  }
  MessageRow row;
  row.id = id;
  row.conversation =
      shown_in ? *shown_in : Conversations(engine_.store).open(sender.account, server_time, engine_.random).id;
  row.from = sender.account;
  row.from_device = sender.device;
  row.outgoing = engine_.is_self(sender.account);
  row.tick = row.outgoing ? Tick::kSent : Tick::kNone;
  row.kind = MessageKind::kUndecryptable;
  row.sent_at = server_time;
  row.order = server_time;
  row.came = engine_.clock.now();
  if (group) row.group_revision = group->revision;
  if (!engine_.changes.add_message(row)) return;  // what can't be read says nothing about a message that is there
  if (!engine_.is_unreadable(row)) return;
  count();
  engine_.conversation_may_be_new();
  if (can_repair) engine_.repair.want(id, sender);
}

void Inbox::finish_taking(bool only_receipts) {
  engine_.store.account.set_confirmed_position(engine_.progress.confirmed_position);
  if (!only_receipts) return confirm();
  if (!confirm_timer_.is_set()) confirm_timer_.set(engine_.in_ms(kConfirmDelayMs), [this] { confirm(); });
}

void Inbox::confirm() {
  confirm_timer_.cancel();
  if (confirm_told_ >= engine_.progress.confirmed_position) return;
  confirm_told_ = engine_.progress.confirmed_position;
  wire::ClientFrame frame;
  frame.mutable_confirm()->set_position(confirm_told_.value);
  for (const uint64_t position : std::exchange(withheld_, {})) {
    if (static_cast<size_t>(frame.confirm().withheld_size()) < kWithheldMax)
      frame.mutable_confirm()->add_withheld(position);
  }
  engine_.connection.send(frame);
}

}  // namespace kith::core
