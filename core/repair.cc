// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/repair.h"

#include <algorithm>
#include <vector>

#include "core/contents.h"
#include "core/engine.h"
#include "core/store/read_again.h"

namespace kith::core {

namespace {
constexpr int64_t kRowsOfDevice = 512;  // so many are looked at; those that were asked for last wait
constexpr uint64_t kDayMs = uint64_t{24} * 3600 * 1000;
constexpr int64_t kReadAgain = 256;  // messages
constexpr uint64_t kAnswersWindowMs = 60000;
constexpr size_t kAskersMax = 1000;
}  // namespace

Repair::Repair(Engine& engine) : engine_(engine), timer_(engine.timers) {}

void Repair::want(const MessageId& message, const DeviceAddress& sender) {
  engine_.store.repairs.add(message, sender);
  look_ = true;
}

void Repair::pump() {
  if ((!look_ && !round_) || !engine_.connection.ready()) return;
  if (!round_) {
    look_ = false;
    forget_old();
    round_ = Round{};
  }
  const uint64_t now = engine_.clock.monotonic().value;
  for (size_t count = 0; count < kPeersAtOnce; ++count) {
    const auto peer = engine_.store.repairs.sender_after(round_->last, kTriesMax + kDaysMax);
    if (!peer) {
      if (round_->next_ms != UINT64_MAX) timer_.set(MonotonicMs{round_->next_ms}, [this] { look_ = true; });
      round_.reset();
      return;
    }
    round_->next_ms = std::min(round_->next_ms, pump_peer(*peer, now));
    round_->last = *peer;
  }
  timer_.set(MonotonicMs{now + kRoundMs}, [] {});  // goes on with the next ones
}

uint64_t Repair::pump_peer(const DeviceAddress& peer, uint64_t now) {
  // Nothing goes there; agreeing looks again.
  if (engine_.store.device_lists.must_agree(peer.account)) return UINT64_MAX;
  const auto before = peer_not_before_ms_.find(peer);
  if (before != peer_not_before_ms_.end() && before->second > now) return before->second;
  uint64_t next = UINT64_MAX;
  std::vector<RepairRow> rows;
  for (const RepairRow& row : open_rows(peer)) {
    if (const uint64_t left = left_ms(row); left != 0) {
      next = std::min(next, now + left);
    } else if (rows.size() < kIdsMax) {
      rows.push_back(row);
    } else {
      next = std::min(next, now + kPeerMs);
    }
  }
  if (rows.empty()) return next;
  // A request that the peer does not have yet is enough: neither side may have been able to read the other's. That it
  // has it looks again, by on_receipt().
  const bool waits = engine_.outbox.has(peer.account, OutboxKind::kResendRequest) || !has_last_request(peer.account);
  if (waits || !ask(peer, rows)) return std::min(next, now + kAgainMs);
  peer_not_before_ms_[peer] = now + kPeerMs;
  for (const RepairRow& row : rows) next = std::min(next, now + left_ms(row));
  return next;
}

std::vector<RepairRow> Repair::open_rows(const DeviceAddress& peer) {
  return engine_.store.repairs.open(peer, kTriesMax + kDaysMax, kRowsOfDevice);
}

uint64_t Repair::left_ms(const RepairRow& row) {
  if (row.asked.value == 0) return 0;
  const uint32_t count = std::max({row.tries, row.unanswered, 1u});
  const uint64_t full_ms = count < kTriesMax ? kAgainMs * count : kDayMs;
  const uint64_t now = engine_.clock.now().value;
  if (now < row.asked.value) return 0;  // the clock was set back
  const uint64_t passed_ms = (now - row.asked.value) / 1000;
  return passed_ms < full_ms ? full_ms - passed_ms : 0;
}

bool Repair::ask(const DeviceAddress& peer, std::span<RepairRow> rows) {
  const Bytes answer_key = engine_.random.bytes(contents::kAnswerKeyBytes);
  std::vector<MessageId> messages;
  for (const RepairRow& row : rows) messages.push_back(row.message);
  OutboxRow item;
  item.message_id = engine_.random.id<MessageId>();
  item.target = peer.account;
  item.kind = OutboxKind::kResendRequest;
  item.content = contents::resend_request(engine_.clock.now(), messages, answer_key);
  if (!engine_.outbox.add(item)) return false;
  const UnixMicros asked = engine_.clock.now();  // the same for all: take_back() tells them by it
  for (RepairRow& row : rows) {
    // One that a new session has brought on is beside the daily ones.
    if (row.asked.value != 0 || row.unanswered < kTriesMax) ++row.unanswered;
    row.asked = asked;
    engine_.store.repairs.update(row);
    engine_.store.repairs.expect_answer(contents::answer_id(answer_key, row.message), row.message);
  }
  return true;
}

void Repair::nobody_was_asked(const AccountId& peer) {
  look_ = true;
  engine_.store.repairs.take_back(peer);
}

bool Repair::answer_is_unreadable(const MessageId& id, const DeviceAddress& sender) {
  auto row = engine_.store.repairs.asked_under(id);
  if (!row || row->sender.account != sender.account) return false;
  requested_.erase(sender.account);  // the peer has got it
  look_ = true;
  if (row->unanswered == 0) return true;  // one request has one answer
  ++row->tries;
  row->unanswered = 0;
  engine_.store.repairs.update(*row);
  return true;
}

bool Repair::answered(const IncomingContent& incoming) {
  const auto asked = engine_.store.repairs.asked_under(incoming.id);
  if (!asked || asked->sender.account != incoming.sender.account) return false;
  if (requested_.erase(incoming.sender.account) != 0) look_ = true;
  return asked->message.view() == incoming.content.resent_message_id();
}

void Repair::on_new_session(const DeviceAddress& peer) {
  if (requested_.erase(peer.account) != 0) look_ = true;  // it may have come in one that is no more
  const uint64_t now = engine_.clock.monotonic().value;
  if (const auto before = session_not_before_ms_.find(peer);
      before != session_not_before_ms_.end() && now < before->second)
    return;
  for (RepairRow& row : open_rows(peer)) {
    if (std::max(row.tries, row.unanswered) < kTriesMax) continue;  // those go by minutes
    row.asked = {};
    engine_.store.repairs.update(row);
    session_not_before_ms_[peer] = now + kSessionMs;
    look_ = true;
  }
}

void Repair::on_request_accepted(const AccountId& peer, const MessageId& request, UnixMicros server_time) {
  // The server has had it before: the answer, or the receipt, may have come to a state that this database has lost.
  if (engine_.connection.server_now().value > server_time.value + kRepeatedUs) return nobody_was_asked(peer);
  requested_[peer] = {request, engine_.clock.monotonic().value};
}

void Repair::on_receipt(const AccountId& peer, bool says_something) {
  const auto requested = requested_.find(peer);
  if (requested == requested_.end()) return;
  if (says_something && engine_.store.sent.state_of(requested->second.id) == SentState::kSent) return;  // of others
  requested_.erase(requested);
  look_ = true;
}

bool Repair::has_last_request(const AccountId& peer) {
  const auto requested = requested_.find(peer);
  if (requested == requested_.end()) return true;
  const uint64_t waits_ms = engine_.is_self(peer) ? kAgainMs : kDayMs;
  return engine_.clock.monotonic().value - requested->second.accepted_ms >= waits_ms ||
         engine_.store.sent.state_of(requested->second.id) != SentState::kSent;
}

bool Repair::may_answer(const AccountId& account) {
  const uint64_t now = engine_.clock.monotonic().value;
  if (answers_.size() >= kAskersMax) answers_.clear();
  Answers& answers = answers_[account];
  if (answers.count == 0 || now - answers.since_ms >= kAnswersWindowMs) answers = {now, 0};
  return ++answers.count <= kAnswersMax;
}

bool Repair::take(const IncomingContent& incoming) {
  if (incoming.content.has_resend_request()) {
    on_request(incoming.sender, incoming.content.resend_request());
    return true;
  }
  if (const auto gone = MessageId::from_bytes(incoming.content.resent_message_id()); gone) {
    answered(incoming);
    shows_nothing(*gone, incoming.sender.account);
  }
  return false;  // of the message that it answers for
}

void Repair::on_request(const DeviceAddress& asker, const content::ResendRequest& request) {
  forget_old();
  const std::optional<Bytes> keys = engine_.devices.keys_of(asker);
  if (!keys) return;
  const uint64_t now = engine_.clock.now().value;
  size_t left = kIdsMax;
  bool own_missed = false;
  bool in_group = false;
  std::set<GroupId> answered;
  for (const std::string& bytes : request.message_ids()) {
    const auto id = MessageId::from_bytes(bytes);
    if (!id || left-- == 0) break;
    if (answer_in_group(asker, *keys, *id, request.answer_key(), answered)) {
      in_group = true;
      continue;
    }
    const auto sealed = engine_.store.sealed_for.find(*id, asker);
    if (!sealed || sealed->keys != *keys || now > sealed->sealed.value + kAnswersUntilUs) continue;
    if (!may_answer(asker.account)) break;
    // It was a request of this device that could not be decrypted there: another one may go out.
    if (const auto own = requested_.find(asker.account); own != requested_.end() && own->second.id == *id) {
      requested_.erase(own);
      nobody_was_asked(asker.account);
    }
    // An answer that the asker could not read and has forgotten to have asked for: what it was about is still missing.
    if (sealed->carries && answer_in_group(asker, *keys, *sealed->carries, request.answer_key(), answered)) continue;
    if (sealed->carries) own_missed |= answer(asker, *keys, *sealed->carries, request.answer_key());
    own_missed |= answer(asker, *keys, *id, request.answer_key());
  }
  // Once, whatever it asks for: it is told all of it again.
  if (own_missed) engine_.own_device_missed(asker.device);
  for (const GroupId& group : answered) hand_key_again(asker, group);
  // It may be the group of which the asker knows nothing.
  if (in_group && !engine_.is_self(asker.account)) engine_.group_welcomes.tell(asker.account);
}

bool Repair::answer_in_group(const DeviceAddress& asker, const Bytes& keys, const MessageId& id, BytesView answer_key,
                             std::set<GroupId>& answered) {
  const auto message = engine_.store.messages.find(id);
  const auto sent =
      message ? sent_to_group(*message) : engine_.store.sent.beside_messages(id, engine_.registration->device);
  if (!sent) return false;
  const auto& [group, number] = *sent;
  const UnixMicros now = engine_.clock.now();
  const auto reader = engine_.store.group_keys.keys_of_reader(group, asker, number);
  if (number == 0 || reader != keys || (message && now.value > message->sent_at.value + kAnswersUntilUs)) return true;
  if (!may_answer(asker.account)) return true;
  const contents::InGroup in{group, message ? message->group_revision : Revision{}, number};
  const bool has_text = message && contents::is_written(*message) && !contents::was_opened(*message);
  OutboxRow item = answer_about(asker, id, answer_key);
  if (has_text) {
    item.content = contents::written(contents::as_sent(engine_.store.corrections, *message), true, in);
  } else {
    item.content = said_under(id, message, in).value_or(contents::nothing_to_resend(now, id));
  }
  engine_.outbox.add(item);
  answered.insert(group);
  return true;
}

std::optional<SentTable::InGroup> Repair::sent_to_group(const MessageRow& message) {
  if (!message.outgoing || message.from_device != engine_.registration->device) return std::nullopt;
  const auto conversation = engine_.store.conversations.find(message.conversation);
  if (!conversation || conversation->kind != ConversationKind::kGroup) return std::nullopt;
  const uint64_t number = engine_.store.sent.number_of(conversation->peer, message.from_device, message.id);
  return SentTable::InGroup{conversation->peer.group(), number};
}

void Repair::hand_key_again(const DeviceAddress& asker, const GroupId& group) {
  const auto key = engine_.group_cipher().hand_again(group, asker);
  if (!key) return;
  OutboxRow item;
  item.message_id = engine_.random.id<MessageId>();
  item.target = asker.account;
  item.kind = OutboxKind::kGroupKey;
  item.content = contents::group_key(engine_.clock.now(), group, *key);
  item.only_device = asker.device;
  engine_.outbox.add(item);
}

bool Repair::answer(const DeviceAddress& asker, const Bytes& keys, const MessageId& id, BytesView answer_key) {
  const auto sealed = engine_.store.sealed_for.find(id, asker);
  if (!sealed || sealed->keys != keys) return false;
  const bool is_own = engine_.is_self(asker.account);
  // The asker has it: it has said so. Of an account with several devices it is not kept which one has.
  const auto list = engine_.store.device_lists.find(asker.account);
  const bool is_only = !list || list->devices.size() < 2;
  if (!is_own && is_only && engine_.store.sent.state_of(id) != SentState::kSent) return false;
  const std::optional<MessageRow> message = engine_.store.messages.find(id);
  const auto conversation = engine_.store.conversations.with(asker.account);
  const bool has_text = message && message->outgoing && (is_own || message->conversation == conversation) &&
                        contents::is_written(*message) && !contents::was_opened(*message);
  const auto said = has_text ? std::nullopt : said_under(id, message, std::nullopt);
  // It may have been a read receipt.
  if (!is_own && !has_text && !said && conversation && engine_.store.settings.integer(setting::kReadReceipts, 1) != 0 &&
      !engine_.store.contacts.blocked(asker.account)) {
    read_again(engine_.database, *conversation, kReadAgain);
    engine_.read_receipts_are_due();
  }
  OutboxRow item = answer_about(asker, id, answer_key);
  if (!has_text) {
    item.content = said.value_or(contents::nothing_to_resend(engine_.clock.now(), id));
  } else {
    const MessageRow sent = contents::as_sent(engine_.store.corrections, *message);
    const auto of = is_own ? copy_of(sent) : std::nullopt;
    item.content = of ? contents::copy(sent, *of, true) : contents::written(sent, true);
  }
  engine_.outbox.add(item);
  return is_own && !has_text && !said;
}

OutboxRow Repair::answer_about(const DeviceAddress& asker, const MessageId& id, BytesView answer_key) {
  OutboxRow item;
  item.message_id = answer_key.size() == contents::kAnswerKeyBytes ? contents::answer_id(answer_key, id)
                                                                   : engine_.random.id<MessageId>();
  item.target = asker.account;
  item.kind = OutboxKind::kResendAnswer;
  item.only_device = asker.device;
  item.carries = id;
  return item;
}

std::optional<Bytes> Repair::said_under(const MessageId& id, const std::optional<MessageRow>& message,
                                        const std::optional<contents::InGroup>& group) {
  const UnixMicros now = engine_.clock.now();
  if (message && message->outgoing && message->kind == MessageKind::kDeleted) {
    const CorrectionRow deletion{message->id, message->from, {}, message->from_device, std::nullopt};
    return contents::correction(now, {deletion}, id, group);
  }
  if (const auto remark = engine_.store.remarks.under(id)) return contents::remark(now, *remark, true);
  const auto corrections = engine_.store.corrections.under(id);
  return corrections.empty() ? std::nullopt : std::optional(contents::correction(now, corrections, id, group));
}

std::optional<contents::CopyOf> Repair::copy_of(const MessageRow& message) {
  const auto partner = engine_.store.conversations.direct_peer(message.conversation);
  if (!partner) return std::nullopt;  // a note to oneself is no copy
  const uint64_t number = engine_.store.sent.number_of(*partner, message.from_device, message.id);
  return contents::CopyOf{*partner, message.order, number};
}

void Repair::forget_old() {
  const uint64_t now = engine_.clock.now().value;
  if (now > kAnswersUntilUs) engine_.store.sealed_for.prune({now - kAnswersUntilUs});
}

void Repair::shows_nothing(const MessageId& message, const AccountId& sender) {
  if (engine_.is_self(sender)) engine_.store.repairs.remove(message);
  const auto shown = engine_.store.messages.find(message);
  if (!shown || !engine_.store.messages.remove_undecryptable(message, sender)) return;
  engine_.store.repairs.remove(message);
  engine_.changes.message_removed(message, shown->conversation);
}

}  // namespace kith::core
