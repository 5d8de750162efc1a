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
  dropped_ = in_gap_ = holding_ = fetch_failed_ = end_known_ = skip_gap_ = false;
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
    only_receipts = only_receipts && entry.kind_case() == wire::Entry::kDeliveryReceipt;
    engine_.progress.confirmed_position = Position{entry.position()};
    queue_bytes_ -= entry.ByteSizeLong();
    queue_.pop_front();
    fetch_failed_ = false;
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
    case wire::Entry::kExpired: engine_.entries_expired(); return Taken::kDone;
    default: return Taken::kDone;  // a kind of a later version
  }
}

Inbox::Taken Inbox::take_message(const wire::IncomingMessage& message) {
  const auto id = MessageId::from_bytes(message.message_id());
  const auto account = AccountId::from_bytes(message.from_account());
  if (!id || !account || message.from_device() == 0) return Taken::kDone;  // nothing that could be shown or repaired
  if (engine_.store.contacts.blocked(*account)) {
    withhold_ = true;
    return Taken::kDone;
  }
  withhold_ = is_hidden_from(*account);
  const DeviceAddress sender{*account, {message.from_device()}};
  const UnixMicros server_time = bounded_time(message.server_time_us());
  bool held = false;
  if (!knows_sender(sender, server_time, held)) {
    if (held) return Taken::kHeld;
    // A list that does not name the device is an answer. Without one the message may be good: its sender is asked for
    // it later.
    undecryptable(*id, sender, server_time, !fetch_answered_);
    return Taken::kDone;
  }
  TakenTable known(engine_.database);
  const Bytes digest = TakenTable::digest_of(sender, message.payload());
  const bool hidden = withhold_;
  if (!known.add(digest, {*id, hidden})) {
    const auto taken = known.find(digest);
    if (!taken) return Taken::kDone;  // the database failed: the transaction does, and it comes again
    withhold_ = hidden || taken->withheld || taken->message != *id;
    if (taken->message == *id) ordered_again(*id, sender, server_time);
    return Taken::kDone;
  }
  bool begins_session = false;
  const auto content = unseal(engine_.sessions, sender, message.payload(), begins_session);
  if (engine_.database.failed()) return Taken::kDone;  // the transaction fails, and it comes again
  MessageId bound = *id;
  if (content) {
    if (begins_session) engine_.repair.on_new_session(sender);
    bound = take_content(message, sender, *content);
  } else {
    // The prekeys that the server hands out may be none of this device's
    if (begins_session &&
        (content.error() == CryptoError::kMissingPrekey || content.error() == CryptoError::kBadMessage))
      engine_.prekeys.opening_is_unreadable();
    // A record that can't be read
    if (content.error() == CryptoError::kStorage) engine_.store.signal.remove_session(sender);
    // kDuplicate too: a sender whose store was put back from a copy has encrypted another message with this step.
    undecryptable(*id, sender, server_time, true);
  }
  if (bound != *id || withhold_ != hidden) known.set(digest, {bound, withhold_});
  return Taken::kDone;
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
  if (fetch_failed_) return false;
  held = holding_ = true;
  ++fetches_;
  const uint64_t hold = ++hold_;
  engine_.devices.fetch(sender.account, [this, hold](Devices::Outcome outcome) {
    if (!holding_ || hold != hold_) return;  // the connection went meanwhile
    // A list that does not verify says nothing about who is in the true one.
    fetched(outcome == Devices::Outcome::kDone || outcome == Devices::Outcome::kNoAccount);
  });
  return false;
}

void Inbox::fetched(bool answered) {
  if (answered || fetches_ >= kFetchesMax) {
    holding_ = false;
    fetch_answered_ = answered;
    fetch_failed_ = true;  // looks once more, and then goes on without
    return work();
  }
  fetch_timer_.set(engine_.in_ms(1000 * fetches_), [this] {
    holding_ = false;
    work();
  });
}

void Inbox::set_handler(content::Content::KindCase kind, ContentHandler& handler) { handlers_[kind] = &handler; }

ContentHandler* Inbox::handler_of(content::Content::KindCase kind) const {
  auto handler = handlers_.find(kind);
  if (handler == handlers_.end()) handler = handlers_.find(content::Content::KIND_NOT_SET);
  return handler == handlers_.end() ? nullptr : handler->second;
}

MessageId Inbox::take_content(const wire::IncomingMessage& message, const DeviceAddress& sender, const Bytes& bytes) {
  const MessageId told = *MessageId::from_bytes(message.message_id());
  const UnixMicros server_time = bounded_time(message.server_time_us());
  content::Content content;
  const bool is_content = content.ParseFromString(bytes);
  const auto bound = MessageId::from_bytes(content.message_id());
  if (!is_content || !bound || *bound != told || content.receipt_number() != message.receipt_number()) {
    const MessageId id = is_content && bound ? *bound : told;
    if (number_ == 0) number_ = content.receipt_number();  // the server may know it all the same
    undecryptable(id, sender, server_time, true);
    return id;
  }
  ContentHandler* const handler = handler_of(content.kind_case());
  if (handler == nullptr) return told;
  if (!handler->take({told, sender, server_time, message.receipt_number(), content, bytes})) withhold_ = true;
  return told;
}

void Inbox::ordered_again(const MessageId& id, const DeviceAddress& sender, UnixMicros server_time) {
  const auto reordered = engine_.store.messages.reorder(id, sender.account, server_time, engine_.clock.now());
  if (!reordered) return;
  engine_.changes.message_changed(id, *reordered);
}

void Inbox::undecryptable(const MessageId& id, const DeviceAddress& sender, UnixMicros server_time, bool can_repair) {
  withhold_ = true;
  if (can_repair && engine_.repair.answer_is_unreadable(id, sender)) return;  // what it is about is asked for already
  if (engine_.is_self(sender.account)) {
    // A copy, of which nobody knows here where it belongs: it is shown when it has come again.
    if (can_repair && !engine_.store.messages.find(id)) engine_.repair.want(id, sender);
    engine_.store.account.count_undecryptable(1);
    ++engine_.progress.undecryptable;
    return;
  }
  MessageRow row;
  row.id = id;
  row.conversation = Conversations(engine_.store).open(sender.account, server_time, engine_.random).id;
  row.from = sender.account;
  row.from_device = sender.device;
  row.kind = MessageKind::kUndecryptable;
  row.sent_at = server_time;
  row.order = server_time;
  row.came = engine_.clock.now();
  if (!engine_.changes.add_message(row)) return;  // what can't be read says nothing about a message that is there
  engine_.store.account.count_undecryptable(1);
  ++engine_.progress.undecryptable;
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
