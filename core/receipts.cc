// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/receipts.h"

#include "core/contents.h"
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

size_t Receipts::put(std::span<const ReadDueRow> due) {
  const AccountId member = due.front().member;
  const auto waiting = engine_.store.outbox.find_unsealed(member, OutboxKind::kReadReceipt);
  std::vector<contents::ReadRun> runs;
  if (waiting) runs = contents::read_runs(waiting->content);
  const bool fits = runs.size() < kRunsMax;
  if (!fits) runs.clear();
  size_t taken = 0;
  for (; taken < due.size() && due[taken].member == member; ++taken) {
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
    if (engine_.store.messages.raise(id, state) && conversation) engine_.changes.message_changed(id, *conversation);
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
