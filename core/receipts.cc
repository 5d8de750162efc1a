// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/receipts.h"

#include <map>
#include <set>

#include "core/contents.h"
#include "core/conversation_state.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/store/read_again.h"

namespace kith::core {

namespace {
// Each receipt names again so many that were read before: one that was sent while the other had blocked its reader was
// dropped.
constexpr int64_t kNamedAgain = 32;
constexpr int64_t kDueAtOnce = 1024;
constexpr size_t kRunsMax = 256;
}  // namespace

Receipts::Receipts(Engine& engine) : engine_(engine), gather_(engine.timers) {}

void Receipts::mark_read(uint32_t request, const client_api::MarkReadRequest& what) {
  Conversations conversations(engine_.store);
  const auto marked = conversations.mark_read(what);
  if (!marked) return engine_.output.fail(request, marked.error().code, marked.error().detail);
  if (marked->was_marked) unmark_unread(engine_, marked->conversation);
  if (marked->count > 0) {
    engine_.changes.conversation(marked->conversation);
    engine_.own_copies.was_read(marked->conversation);
    if (marked->told) read_again(engine_.database, marked->conversation, kNamedAgain);
    if (!gather_.is_set()) gather_.set(engine_.in_ms(kGatherMs), [this] { look_ = true; });
  }
  engine_.output.done(request, &client_api::Response::mutable_mark_read);
}

void Receipts::pump() {
  if (!look_ || gather_.is_set() || !engine_.registered()) return;
  look_ = false;
  const std::vector<ReadDueRow> due = engine_.store.receipts.due(kDueAtOnce);
  bool waits = false;
  for (size_t i = 0; i < due.size();) {
    const size_t taken = put(std::span(due).subspan(i));
    if (taken == 0) {  // stays due until there is room, and holds nobody else's up
      const ConversationId full = due[i].conversation;
      while (i < due.size() && due[i].conversation == full) ++i;
      waits = true;
      continue;
    }
    for (const ReadDueRow& row : std::span(due).subspan(i, taken)) engine_.store.receipts.clear_due(row);
    i += taken;
  }
  if (waits) return;
  look_ = due.size() == static_cast<size_t>(kDueAtOnce);
  if (look_) pump();
}

size_t Receipts::put_in_group(const GroupId& group, std::span<const ReadDueRow> due) {
  const Target target(group);
  const auto waiting = engine_.store.outbox.find_unsealed(target, OutboxKind::kReadReceipt);
  wire::ReadInGroup read;
  if (waiting) (void)read.ParseFromString(waiting->content);
  const bool fits = static_cast<size_t>(read.runs_size()) < kRunsMax;
  if (!fits) read.Clear();
  read.set_group_id(group.bytes());
  size_t taken = 0;
  for (; taken < due.size() && due[taken].conversation == due.front().conversation; ++taken) {
    const ReadDueRow& row = due[taken];
    const auto run = wire::ReceiptRun::of(row.number, row.message);
    if (read.runs_size() > 0) {
      wire::ReadInGroup::Run& last = *read.mutable_runs(read.runs_size() - 1);
      wire::ReceiptRun joined{last.first_number(), last.last_number(), last.marks()};
      if (last.account() == row.member.view() && last.device_id() == row.device.value && joined.extend(run)) {
        last.set_last_number(joined.last);
        last.set_marks(joined.marks);
        continue;
      }
    }
    if (static_cast<size_t>(read.runs_size()) == kRunsMax) break;
    wire::ReadInGroup::Run& added = *read.add_runs();
    added.set_account(row.member.bytes());
    added.set_device_id(row.device.value);
    added.set_first_number(run.first);
    added.set_last_number(run.last);
    added.set_marks(run.marks);
  }
  if (waiting && fits && !engine_.outbox.is_in_flight(target, waiting->message_id)) {
    engine_.store.outbox.set_content(waiting->sequence, read.SerializeAsString());
    return taken;
  }
  OutboxRow item;
  item.message_id = engine_.random.id<MessageId>();
  item.target = target;
  item.kind = OutboxKind::kReadReceipt;
  item.content = read.SerializeAsString();
  return engine_.outbox.add(item) ? taken : 0;
}

size_t Receipts::put(std::span<const ReadDueRow> due) {
  const auto conversation = engine_.store.conversations.find(due.front().conversation);
  if (conversation && conversation->kind == ConversationKind::kGroup)
    return put_in_group(conversation->peer.group(), due);
  const AccountId member = due.front().member;
  const auto waiting = engine_.store.outbox.find_unsealed(member, OutboxKind::kReadReceipt);
  std::vector<contents::ReadRun> runs;
  if (waiting) runs = contents::read_runs(waiting->content);
  const bool fits = runs.size() < kRunsMax;
  if (!fits) runs.clear();
  size_t taken = 0;
  for (; taken < due.size() && due[taken].member == member && due[taken].conversation == due.front().conversation;
       ++taken) {
    const ReadDueRow& row = due[taken];
    const auto run = wire::ReceiptRun::of(row.number, row.message);
    if (!runs.empty() && runs.back().device == row.device && runs.back().run.extend(run)) continue;
    if (runs.size() == kRunsMax) break;
    runs.push_back({row.device, run});
  }
  const Bytes content = contents::read_receipt(engine_.clock.now(), runs);
  if (waiting && fits) {
    engine_.store.outbox.set_content(waiting->sequence, content);
    return taken;
  }
  OutboxRow item;
  item.message_id = engine_.random.id<MessageId>();
  item.target = member;
  item.kind = OutboxKind::kReadReceipt;
  item.content = content;
  return engine_.outbox.add(item) ? taken : 0;
}

bool Receipts::raise(const AccountId& by, DeviceId device, const wire::ReceiptRun& run, SentState state) {
  const auto raised = engine_.store.sent.raise(by, by, device, run, state);
  if (!raised) {
    // What another device has sent may come later.
    if (engine_.own_copies.is_other(device)) engine_.store.sent.keep_early(by, by, device, run, state);
    return false;
  }
  const auto conversation = engine_.store.conversations.with(by);
  for (const MessageId& id : *raised) {
    // Of most it is the tick: what was sent to somebody alone for a message to a group is not in this conversation.
    if (conversation && engine_.store.messages.raise_in(*conversation, id, state)) {
      engine_.changes.message_changed(id, *conversation);
    } else if (engine_.store.sent.state_in_group(id)) {  // what answered for it has come
      look_at(id);
    } else if (engine_.store.messages.raise(id, state) && conversation) {
      engine_.changes.message_changed(id, *conversation);
    }
  }
  return true;
}

void Receipts::on_delivered(const wire::DeliveryReceipt& receipt) {
  const auto by = AccountId::from_bytes(receipt.from_account());
  if (!by) return;
  const bool says_something =
      raise(*by, {receipt.sender_device()}, {receipt.first_number(), receipt.last_number(), receipt.marks()},
            SentState::kDelivered);
  engine_.repair.on_receipt(*by, says_something);
}

void Receipts::on_delivered(const wire::GroupReceipt& receipt) {
  const auto group = GroupId::from_bytes(receipt.group_id());
  if (!group) return;
  const Target target(*group);
  const DeviceId device{receipt.sender_device()};
  const bool shows_read = engine_.store.settings.integer(setting::kReadReceipts, 1) != 0;
  std::set<MessageId> looked_at;
  // Of whom nothing is known here nothing is kept: the server names whom it likes.
  std::map<AccountId, bool> members;
  const auto may_have_read = [&](const AccountId& account) {
    const auto [known, is_new] = members.try_emplace(account, false);
    if (is_new) known->second = engine_.groups.may_be_member(*group, account);
    return known->second;
  };
  for (const wire::GroupReceipt::Run& said : receipt.runs()) {
    if (said.read() && !shows_read) continue;
    const SentState state = said.read() ? SentState::kRead : SentState::kDelivered;
    const wire::ReceiptRun run{said.first_number(), said.last_number(), said.marks()};
    for (BytesView left = said.accounts(); left.size() >= AccountId::kBytes; left.remove_prefix(AccountId::kBytes)) {
      const auto member = *AccountId::from_bytes(left.substr(0, AccountId::kBytes));
      if (!may_have_read(member)) continue;
      const auto raised = engine_.store.sent.raise(target, member, device, run, state);
      if (raised) {
        looked_at.insert(raised->begin(), raised->end());
      } else if (engine_.own_copies.is_other(device)) {
        engine_.store.sent.keep_early(target, member, device, run, state);
      }
    }
  }
  for (const MessageId& message : looked_at) look_at(message);
}

void Receipts::look_at(const MessageId& id) {
  const auto state = engine_.store.sent.state_in_group(id);
  if (!state || *state == SentState::kSent || !engine_.store.messages.raise(id, *state)) return;
  if (const auto message = engine_.store.messages.find(id)) engine_.changes.message_changed(id, message->conversation);
}

void Receipts::look_at(const GroupId& group) {
  const auto conversation = engine_.store.conversations.with(group);
  if (!conversation) return;
  for (const MessageId& message : engine_.store.messages.not_read_by_all(*conversation, kLookedAtMax)) look_at(message);
}

bool Receipts::take(const IncomingContent& incoming) {
  if (!engine_.store.settings.integer(setting::kReadReceipts, 1)) return true;
  size_t left = kRunsMax;
  for (const content::ReadReceipt::Run& run : incoming.content.read_receipt().runs()) {
    if (left-- == 0) break;
    raise(incoming.sender.account, {run.device_id()}, {run.first_number(), run.last_number(), run.marks()},
          SentState::kRead);
  }
  return true;
}

}  // namespace kith::core
