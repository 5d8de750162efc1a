// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/own_copies.h"

#include <algorithm>
#include <utility>

#include "core/engine.h"

namespace kith::core {

void OwnCopies::look_at_list() {
  if (!engine_.registration) return;
  const auto list = engine_.store.device_lists.find(engine_.registration->account);
  if (!list || !list->known()) return others_.reset();
  const auto before = std::exchange(others_, list->targets(*engine_.registration));
  if (!before) return;
  for (const DeviceId device : *others_) {
    if (std::find(before->begin(), before->end(), device) == before->end()) tell(device);
  }
}

void OwnCopies::tell(DeviceId device) {
  tell_sent(device);
  engine_.device_knows_nothing(device);
}

bool OwnCopies::is_other(DeviceId device) const {
  return others_ && std::find(others_->begin(), others_->end(), device) != others_->end();
}

void OwnCopies::tell_sent(DeviceId device) {
  std::vector<contents::SentRun> runs;
  size_t bytes = 0;
  const auto put_runs = [&] {
    engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kOwnSent,
                           contents::own_sent(engine_.clock.now(), std::exchange(runs, {})), device);
    bytes = 0;
  };
  size_t told = 0;
  for (const ConversationRow& row : engine_.store.conversations.list()) {
    const auto partner = row.direct_peer();
    if (!partner || ++told > kToldMax) continue;
    std::vector<Sent> sent = engine_.store.sent.lately(*partner, engine_.registration->device);
    if (sent.empty()) continue;
    const size_t size = sent.size() * 2 * (MessageId::kBytes + 2);
    if (bytes + size > kTellingBytesMax && !runs.empty()) put_runs();
    bytes += size;
    runs.push_back({*partner, std::move(sent)});
  }
  if (!runs.empty()) put_runs();
}

void OwnCopies::on_accepted(const MessageId& id, const Target& target, UnixMicros server_time) {
  // A note to oneself has gone to them, and a message to a group too.
  if (!may_have_others() || target.is_group() || engine_.is_self(target.account())) return;
  const auto message = engine_.store.messages.find(id);
  if (!message || message->kind == MessageKind::kDeleted) return;
  const uint64_t number = engine_.store.sent.number_of(target, message->from_device, id);
  const MessageRow sent = contents::as_sent(engine_.store.corrections, *message);
  engine_.outbox.add_own(id, OutboxKind::kOwnCopy, contents::copy(sent, {target.account(), server_time, number}));
}

void OwnCopies::was_read(const ConversationId& conversation) {
  if (!may_have_others()) return;
  const auto row = engine_.store.conversations.find(conversation);
  const auto last = engine_.store.messages.last_read(conversation);
  if (row && last) put({{row->peer, last->order, last->id}});
}

void OwnCopies::say_again(DeviceId device) {
  if (!may_have_others()) return;
  tell(device);
  std::vector<contents::ReadMark> marks;
  for (const ConversationRow& row : engine_.store.conversations.list()) {
    if (marks.size() == kSaidAgainMax) break;
    if (const auto last = engine_.store.messages.last_read(row.id)) marks.push_back({row.peer, last->order, last->id});
  }
  if (!marks.empty()) put(std::move(marks));
}

void OwnCopies::put(std::vector<contents::ReadMark> marks) {
  const AccountId self = engine_.registration->account;
  if (const auto waiting = engine_.store.outbox.find_unsealed(self, OutboxKind::kOwnRead)) {
    // One that has not left takes up a later one; the same conversation's later mark is further.
    for (const contents::ReadMark& before : contents::read_marks(BytesView(waiting->content))) {
      const bool is_said =
          std::any_of(marks.begin(), marks.end(), [&before](const auto& each) { return each.peer == before.peer; });
      if (!is_said) marks.push_back(before);
    }
    if (marks.size() <= contents::kReadMarksMax)
      return engine_.store.outbox.set_content(waiting->sequence, contents::own_read(engine_.clock.now(), marks));
  }
  if (marks.size() > contents::kReadMarksMax) marks.resize(1);
  engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kOwnRead,
                         contents::own_read(engine_.clock.now(), marks));
}

bool OwnCopies::take(const IncomingContent& incoming) {
  if (!engine_.is_self(incoming.sender.account)) return false;
  if (incoming.content.has_own_read()) take_read(incoming.content.own_read());
  if (incoming.content.has_own_sent()) take_sent(incoming.sender.device, incoming.content.own_sent());
  return true;
}

void OwnCopies::take_sent(DeviceId device, const content::OwnSent& sent) {
  for (const contents::SentRun& run : contents::sent_runs(sent)) {
    for (const Sent& each : run.sent) {
      for (const Raised& raised : engine_.store.sent.note(run.account, device, each)) {
        const auto conversation = engine_.store.conversations.with(run.account);
        if (engine_.store.messages.raise(raised.message, raised.state) && conversation)
          engine_.changes.message_changed(raised.message, *conversation);
      }
    }
  }
}

void OwnCopies::take_read(const content::OwnRead& read) {
  for (const contents::ReadMark& mark : contents::read_marks(read)) {
    const auto conversation = engine_.store.conversations.with(mark.peer);
    if (!conversation) continue;
    if (engine_.store.messages.mark_read_elsewhere(*conversation, MessageCursor{mark.order, mark.message},
                                                   engine_.connection.server_now()) > 0)
      engine_.changes.conversation(*conversation);
  }
}

}  // namespace kith::core
