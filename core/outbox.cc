// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/outbox.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "content/content.pb.h"
#include "core/contents.h"
#include "core/sealing.h"
#include "core/server_time.h"
#include "core/store/store.h"
#include "crypto/sessions.h"

namespace kith::core {

namespace {
constexpr uint32_t kPreparationsMax = 3;
constexpr int64_t kLoadedAtOnce = 100;
constexpr size_t kFieldBytes = 8;  // of a Send in its frame, beside itself

// Whom an answer names.
std::optional<Target> target_of(const auto& answer) {
  if (const auto account = AccountId::from_bytes(answer.account())) return Target(*account);
  if (const auto group = GroupId::from_bytes(answer.group())) return Target(*group);
  return std::nullopt;
}

// Whether for one of these accounts a list or bundles are being fetched.
bool any_is_preparing(const auto& lanes, const std::multiset<AccountId>& accounts) {
  return std::any_of(accounts.begin(), accounts.end(), [&lanes](const AccountId& account) {
    const auto lane = lanes.find(account);
    return lane != lanes.end() && lane->second->preparing;
  });
}

GroupId group_of_key(const OutboxRow& row) {
  content::Content content;
  if (row.kind != OutboxKind::kGroupKey || !content.ParseFromString(row.content)) return {};
  return GroupId::from_bytes(content.group_key().group_id()).value_or(GroupId{});
}

}  // namespace

Outbox::Item Outbox::item_of(const OutboxRow& row) {
  return {row.sequence, row.message_id, row.kind, row.held, group_of_key(row)};
}

Outbox::Outbox(Ports ports) : ports_(std::move(ports)), watch_(ports_.timers) {}

void Outbox::load() {
  int64_t after = 0;
  for (;;) {
    const std::vector<OutboxRow> rows = ports_.store.outbox.list(after, kLoadedAtOnce);
    if (rows.empty()) break;
    for (const OutboxRow& row : rows) queue(row.target, item_of(row));
    after = rows.back().sequence;
  }
}

void Outbox::reload() {
  lanes_.clear();
  handing_.clear();
  count_ = beside_ = in_flight_ = 0;
  messages_ = held_ = 0;
  load();
}

Outbox::Lane& Outbox::lane_of(const Target& target) {
  std::unique_ptr<Lane>& lane = lanes_[target];
  if (!lane) lane = std::make_unique<Lane>(ports_.timers);
  return *lane;
}

Outbox::Item* Outbox::find(const Target& target, const MessageId& id) {
  const auto lane = lanes_.find(target);
  if (lane == lanes_.end()) return nullptr;
  std::deque<Item>& items = lane->second->items;
  const auto item = std::find_if(items.begin(), items.end(), [&id](const Item& each) { return each.id == id; });
  return item == items.end() ? nullptr : &*item;
}

void Outbox::queue(const Target& target, const Item& item) {
  lane_of(target).items.push_back(item);
  ++count_;
  if (is_beside(item.kind)) ++beside_;
  if (item.kind == OutboxKind::kMessage) ++messages_;
  if (item.held) ++held_;
  if (item.kind == OutboxKind::kGroupKey) handing_[item.group].insert(target.account());
}

bool Outbox::has_room_for(const OutboxRow& item) {
  if (is_beside(item.kind)) return beside_ < kBesideMax;
  if (full()) return false;
  // What others ask for never takes the room of what is written.
  if (!item.silent()) return true;
  const std::deque<Item>& items = lane_of(item.target).items;
  const auto silent = std::count_if(items.begin(), items.end(), [](const Item& each) {
    return each.kind != OutboxKind::kMessage && !is_beside(each.kind);
  });
  return count_ - beside_ - messages_ < kSilentMax && silent < kSilentOfOneMax;
}

bool Outbox::add(const OutboxRow& item) {
  // Nothing goes there, and nothing from now is of use later.
  const bool to_account = item.target.kind == TargetKind::kAccount;
  if (item.silent() && to_account && ports_.store.device_lists.must_agree(item.target.account())) return true;
  if (!has_room_for(item)) return false;
  const int64_t sequence = ports_.store.outbox.add(item);
  if (sequence == 0) return false;
  Item queued = item_of(item);
  queued.sequence = sequence;
  queued.held = false;
  queue(item.target, queued);
  return true;
}

bool Outbox::add_own(const MessageId& id, OutboxKind kind, Bytes content, DeviceId only) {
  OutboxRow item;
  item.message_id = id;
  item.target = ports_.registration->account;
  item.kind = kind;
  item.only_device = only;
  item.content = std::move(content);
  return add(item);
}

void Outbox::redirect(const AccountId& provisional, const AccountId& account) {
  const auto from = lanes_.extract(provisional);
  if (from.empty()) return;
  std::deque<Item>& items = lane_of(account).items;
  items.insert(items.end(), from.mapped()->items.begin(), from.mapped()->items.end());
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.sequence < b.sequence; });
}

void Outbox::fail_all(const AccountId& account, FailureReason why) {
  Lane& lane = lane_of(account);
  while (!lane.items.empty()) fail(account, lane.items.front().id, why);
}

void Outbox::hold_all(const AccountId& account) {
  const auto lane = lanes_.find(account);
  if (lane == lanes_.end()) return;
  std::vector<MessageId> silent;
  const bool asks = has(account, OutboxKind::kResendRequest);
  for (Item& item : lane->second->items) {
    if (item.kind != OutboxKind::kMessage) {
      silent.push_back(item.id);
    } else if (!std::exchange(item.held, true)) {
      ++held_;
    }
  }
  for (const MessageId& id : silent) drop(account, id);
  if (asks) ports_.request_dropped(account);
  ports_.store.outbox.hold_all(account);
}

void Outbox::release_all(const AccountId& account) {
  ports_.store.outbox.release_all(account);
  // A group may have waited for that alone.
  for (const auto& [target, paused] : lanes_) {
    if (target.is_group()) paused->pause.cancel();
  }
  const auto lane = lanes_.find(account);
  if (lane == lanes_.end()) return;
  for (Item& item : lane->second->items) {
    if (std::exchange(item.held, false)) --held_;
  }
}

void Outbox::remove_all(const AccountId& account, OutboxKind kind) {
  const auto lane = lanes_.find(account);
  if (lane == lanes_.end()) return;
  std::vector<MessageId> ids;
  for (const Item& item : lane->second->items) {
    if (item.kind == kind) ids.push_back(item.id);
  }
  for (const MessageId& id : ids) remove(account, id);
}

bool Outbox::has(const AccountId& account, OutboxKind kind) const {
  const auto lane = lanes_.find(account);
  if (lane == lanes_.end()) return false;
  const std::deque<Item>& items = lane->second->items;
  return std::any_of(items.begin(), items.end(), [kind](const Item& item) { return item.kind == kind; });
}

bool Outbox::is_in_flight(const Target& target, const MessageId& id) {
  const Item* const item = find(target, id);
  return item != nullptr && item->in_flight;
}

void Outbox::pump() {
  if (!ports_.connection.ready()) return;
  do {
    added_keys_ = false;
    serve_lanes();
  } while (added_keys_ && !ports_.store.database.failed());
  leave();
}

void Outbox::serve_lanes() {
  const uint32_t told = ports_.connection.limits().in_flight_sends_max();
  const size_t window = told == 0 ? kInFlightMax : std::min<size_t>(kInFlightMax, told);
  // Each lane gets its turn: the one after the lane served last begins.
  auto next = lanes_.upper_bound(last_served_);
  for (size_t left = lanes_.size(); left > 0 && !lanes_.empty(); --left) {
    if (next == lanes_.end()) next = lanes_.begin();
    const Target target = next->first;
    Lane& lane = *next->second;
    Turn turn;
    while (in_flight_ < window && !lane.preparing && !lane.settling && !lane.pause.is_set() &&
           send_next(target, lane, turn))
      last_served_ = target;
    // A lane that is done is forgotten, unless something still refers to it.
    next = lane.items.empty() && !lane.preparing ? lanes_.erase(next) : std::next(next);
    if (in_flight_ >= window || ports_.store.database.failed()) return;
  }
}

bool Outbox::send_next(const Target& target, Lane& lane, Turn& turn) {
  for (Item& item : lane.items) {
    if (item.in_flight || item.held) continue;
    // A group's keys leave together: one that has what it needs waits for the others, and what is behind it goes on.
    const bool gathers = item.kind == OutboxKind::kGroupKey && any_is_preparing(lanes_, handing_[item.group]);
    if (gathers && lane.preparations > 0) continue;
    std::optional<OutboxRow> row = ports_.store.outbox.find(item.sequence);
    if (!row) return false;  // the database failed: the commit will say so
    if (gathers && !row->sealed) {
      if (!prepare(target.account(), lane, turn, item, *row)) return false;
      continue;
    }
    switch (target.kind) {
      case TargetKind::kAccount: return send_to_account(target.account(), lane, turn, item, *row);
      case TargetKind::kGroup: return send_to_group(target.group(), lane, item, *row);
    }
    return false;  // a kind of a later version
  }
  return false;
}

bool Outbox::send_to_account(const AccountId& account, Lane& lane, Turn& turn, Item& item, OutboxRow& row) {
  if (!prepare(account, lane, turn, item, row)) return false;
  if (turn.addressees.empty()) {
    // A message to oneself with no other device: this is all there is to do.
    accept(account, item.id, item.kind, ports_.connection.server_now());
    return true;
  }
  if (!seal_for(row, turn)) {
    pause(lane, 0);
    return false;
  }
  put(lane, item, row);
  return true;
}

bool Outbox::hands_out(const GroupId& group) const {
  const auto keys = handing_.find(group);
  if (keys == handing_.end()) return false;
  return std::any_of(keys->second.begin(), keys->second.end(), [this](const AccountId& account) {
    const auto lane = lanes_.find(account);
    return lane != lanes_.end() && !lane->second->pause.is_set() && !ports_.store.device_lists.must_agree(account);
  });
}

bool Outbox::send_to_group(const GroupId& group, Lane& lane, Item& item, OutboxRow& row) {
  if (item.kind == OutboxKind::kReadReceipt) {
    put(lane, item, row);
    return true;
  }
  if (hands_out(group)) return false;
  const auto done = [this, group](bool answered) {
    Lane& fetched = lane_of(Target(group));
    fetched.preparing = fetched.list_is_stale = false;
    if (!answered) pause(fetched, 0);
  };
  const GroupSending::Outlook outlook = ports_.groups.prepare(group, lane.list_is_stale, done);
  lane.preparing = outlook.kind == GroupSending::Outlook::Kind::kFetches;
  switch (outlook.kind) {
    case GroupSending::Outlook::Kind::kReady: break;
    case GroupSending::Outlook::Kind::kFetches: return false;
    case GroupSending::Outlook::Kind::kWaits: pause(lane, 0); return false;
    case GroupSending::Outlook::Kind::kFails: fail(row.target, item.id, outlook.why); return true;
    case GroupSending::Outlook::Kind::kHandsOut:
      for (const GroupSending::KeyFor& key : outlook.keys) {
        OutboxRow hand_out;
        hand_out.message_id = ports_.groups.new_id();
        hand_out.target = key.account;
        hand_out.kind = OutboxKind::kGroupKey;
        hand_out.content = key.content;
        add(hand_out);
      }
      added_keys_ = true;  // those lanes may have had their turn
      return false;
  }
  if (ports_.groups.is_alone(group)) {
    accept(row.target, item.id, item.kind, ports_.connection.server_now());
    return true;
  }
  if (!ports_.groups.seal(row)) {
    pause(lane, 0);
    return false;
  }
  put(lane, item, row);
  return true;
}

bool Outbox::prepare(const AccountId& account, Lane& lane, Turn& turn, const Item& item, const OutboxRow& row) {
  const bool fresh = row.kind == OutboxKind::kResendRequest && !row.sealed && lane.fresh_session_for != item.sequence;
  if (turn.prepared && !fresh) return true;
  if (ports_.store.handles.provisional(account)) return false;
  std::optional<DeviceListRow> list = ports_.store.device_lists.find(account);
  const bool needs_list = !list || !list->known() || lane.list_is_stale;
  std::vector<DeviceId> without_session;
  if (!needs_list) {
    turn = {std::move(*list), {}, false};
    for (const DeviceId device : turn.list.targets(*ports_.registration)) {
      turn.addressees.push_back({device, {}});
      if (fresh || !ports_.sessions.has_session({account, device})) without_session.push_back(device);
    }
    turn.prepared = without_session.empty();
    if (turn.prepared) return true;
  }
  if (++lane.preparations > kPreparationsMax) {
    // The server's answers do not bring it further.
    pause(lane, 0);
    lane.preparations = 0;
    return false;
  }
  lane.preparing = true;
  const auto done = [this, account](Devices::Outcome outcome) { prepared(account, outcome); };
  if (needs_list) {
    ports_.fetch_list(account, done);
  } else {
    if (fresh) lane.fresh_session_for = item.sequence;
    ports_.open_sessions(account, std::move(without_session), done);
  }
  return false;
}

void Outbox::prepared(const AccountId& account, Devices::Outcome outcome) {
  Lane& lane = lane_of(account);
  lane.preparing = false;
  switch (outcome) {
    case Devices::Outcome::kDone: lane.list_is_stale = false; return;
    case Devices::Outcome::kNoAccount: return fail_all(account, FailureReason::kAccountGone);
    case Devices::Outcome::kUnavailable:
    case Devices::Outcome::kInvalid: lane.fresh_session_for = 0; return pause(lane, 0);
  }
}

bool Outbox::seal_for(OutboxRow& row, Turn& turn) {
  const AccountId account = row.target.account();
  if (row.receipt_number == 0 && !row.receipt_for().is_none() && account != ports_.registration->account) {
    row.receipt_number = ports_.store.sent.add(account, ports_.registration->device, row.message_id, row.receipt_for());
  }
  std::optional<Bytes> profile_key;
  std::vector<OutboxEnvelope> envelopes;
  bool changed = !row.sealed || row.revision != turn.list.revision || row.envelopes.size() != turn.addressees.size();
  for (Turn::Addressee& addressee : turn.addressees) {
    const DeviceId device = addressee.device;
    const auto sealed = std::find_if(row.envelopes.begin(), row.envelopes.end(),
                                     [device](const OutboxEnvelope& envelope) { return envelope.device == device; });
    if (sealed != row.envelopes.end()) {
      envelopes.push_back(std::move(*sealed));
      continue;
    }
    changed = true;
    const bool gets_content = row.only_device.value == 0 || row.only_device == device;
    Bytes content = contents::bound(gets_content ? row.content : contents::nothing(ports_.clock.now()), row.message_id,
                                    row.receipt_number);
    if (!profile_key) profile_key = ports_.profile_key(account, row.kind);
    if (gets_content) contents::add_profile_key(*profile_key, content);
    auto payload = seal(ports_.sessions, {account, device}, content);
    if (!payload) {
      // What the session holds is of no use: the next attempt opens a new one.
      ports_.store.signal.remove_session({account, device});
      ports_.store.outbox.set_receipt_number(row.sequence, row.receipt_number);
      return false;
    }
    if (gets_content) {
      if (addressee.keys.empty()) addressee.keys = turn.list.keys_of(device).value_or(Bytes());
      ports_.store.sealed_for.note(row.message_id, {account, device},
                                   {addressee.keys, row.carries, ports_.clock.now()});
    }
    envelopes.push_back({device, std::move(*payload)});
  }
  row.envelopes = std::move(envelopes);
  row.revision = turn.list.revision;
  if (changed) ports_.store.outbox.seal(row);
  return true;
}

void Outbox::write(const OutboxRow& row, wire::Send& send) {
  send.set_message_id(row.message_id.bytes());
  send.set_urgency(row.silent() ? wire::Send::kSilent : wire::Send::kNormal);
  if (row.target.is_group()) return GroupSending::write(row, send);
  wire::ToAccount& to = *send.mutable_account();
  to.set_account_id(row.target.account().bytes());
  to.set_device_list_revision(row.revision.value);
  to.set_receipt_number(row.receipt_number);
  for (const OutboxEnvelope& sealed : row.envelopes) {
    wire::Envelope& envelope = *to.add_envelopes();
    envelope.set_device_id(sealed.device.value);
    envelope.set_payload(sealed.payload);
  }
}

void Outbox::put(Lane& lane, Item& item, const OutboxRow& row) {
  wire::Send send;
  write(row, send);
  const uint32_t payload_max = ports_.connection.limits().envelope_bytes_max();
  const bool too_large = std::any_of(row.envelopes.begin(), row.envelopes.end(), [payload_max](const auto& sealed) {
    return payload_max != 0 && sealed.payload.size() > payload_max;
  });
  const size_t bytes = send.ByteSizeLong() + kFieldBytes;
  if (too_large || bytes > frame_bytes_max()) return fail(row.target, item.id, FailureReason::kMessageTooLarge);
  item.in_flight = true;
  item.sent_at_ms = ports_.clock.monotonic().value;
  ++lane.in_flight;
  ++in_flight_;
  lane.preparations = 0;
  const bool is_full = leaving_.sends_size() == static_cast<int>(kSendsMax);
  if (is_full || leaving_bytes_ + bytes > frame_bytes_max()) leave();
  leaving_.add_sends()->Swap(&send);
  leaving_bytes_ += bytes;
  if (!watch_.is_set()) watch();
}

size_t Outbox::frame_bytes_max() const {
  const uint32_t told = ports_.connection.limits().frame_bytes_max();
  return told == 0 ? kFrameBytesMax : told;
}

void Outbox::leave() {
  if (leaving_.sends_size() == 0) return;
  wire::ClientFrame frame;
  if (leaving_.sends_size() == 1) {
    frame.mutable_send()->Swap(leaving_.mutable_sends(0));
  } else {
    frame.mutable_sends()->Swap(&leaving_);
  }
  leaving_.Clear();
  leaving_bytes_ = 0;
  ports_.connection.send(frame);
}

void Outbox::on_accepted(const wire::Accepted& accepted) {
  const auto id = MessageId::from_bytes(accepted.message_id());
  const auto target = target_of(accepted);
  const Item* const item = id && target ? find(*target, *id) : nullptr;
  if (item != nullptr) accept(*target, *id, item->kind, bounded_time(accepted.server_time_us()));
}

void Outbox::accept(const Target& target, const MessageId& id, OutboxKind kind, UnixMicros server_time) {
  if (const auto accepted = ports_.store.messages.accept(id, server_time)) {
    // Whom a note to oneself is for has read it.
    if (ports_.registration && target == Target(ports_.registration->account))
      ports_.store.messages.raise(id, SentState::kRead);
    ports_.message_changed(id, accepted->conversation);
  }
  lane_of(target).failures = 0;
  if (kind == OutboxKind::kResendRequest) ports_.request_accepted(target.account(), id, server_time);
  if (kind == OutboxKind::kMessage) ports_.message_accepted(id, target, server_time);
  remove(target, id);
}

void Outbox::on_refused(const wire::Refused& refused) {
  const auto id = MessageId::from_bytes(refused.message_id());
  const auto named = target_of(refused);
  if (!id || !named) return;
  const Target target = *named;
  Item* item = find(target, *id);
  if (item == nullptr) return;
  switch (refused.code()) {
    case wire::kNoSuchAccount: return fail(target, *id, FailureReason::kAccountGone);
    case wire::kTooLarge: return fail(target, *id, FailureReason::kMessageTooLarge);
    case wire::kMalformed:
    case wire::kUnsupportedTarget:
    case wire::kInvalidArgument: return fail(target, *id, FailureReason::kRefused);
    default: break;
  }
  // Who has left a group tells nobody there what he has read.
  if (item->kind == OutboxKind::kReadReceipt && refused.code() == wire::kNoSuchGroup) return remove(target, *id);
  if (!item->in_flight) return;
  Lane& lane = lane_of(target);
  item->in_flight = false;
  --lane.in_flight;
  --in_flight_;
  lane.settling = lane.in_flight > 0;
  if (target.is_group()) {
    // By a change that is not here yet, perhaps.
    lane.list_is_stale = refused.code() == wire::kNoSuchGroup || refused.code() == wire::kNotAllowed;
    const bool news = ports_.groups.take(target.group(), refused.stale_group());
    // The second time in a row what is new did not help.
    if ((!news && !lane.list_is_stale) || ++lane.failures > 2) pause(lane, refused.retry_after_ms());
  } else if (refused.code() == wire::kStaleDevices || refused.code() == wire::kNoSuchDevice) {
    lane.list_is_stale = true;
    // The second time in a row the new list did not help.
    if (++lane.failures > 2) pause(lane, 0);
  } else {
    pause(lane, refused.retry_after_ms());
  }
}

void Outbox::fail(const Target& target, const MessageId& id, FailureReason why) {
  if (ports_.store.messages.fail(id, why)) {
    if (const auto message = ports_.store.messages.find(id)) ports_.message_changed(id, message->conversation);
  }
  drop(target, id);
}

bool Outbox::may_take_back(const Target& target, const MessageId& id) {
  const auto row = ports_.store.outbox.find(id, target);
  return !row || !row->sealed;
}

void Outbox::drop(const Target& target, const MessageId& id) {
  const Item* const item = find(target, id);
  // What the account's own devices are told of it is beside.
  const bool is_saying = item != nullptr &&
                         (item->kind == OutboxKind::kRemark || item->kind == OutboxKind::kCorrection) &&
                         target != Target(ports_.registration->account);
  remove(target, id);
  if (is_saying) ports_.saying_dropped(id);
}

void Outbox::remove(const Target& target, const MessageId& id) {
  Lane& lane = lane_of(target);
  const auto item =
      std::find_if(lane.items.begin(), lane.items.end(), [&id](const Item& each) { return each.id == id; });
  if (item == lane.items.end()) return;
  ports_.store.outbox.remove(item->sequence);
  if (item->in_flight) {
    --lane.in_flight;
    --in_flight_;
    if (lane.in_flight == 0) lane.settling = false;
  }
  if (item->kind == OutboxKind::kGroupKey) {
    std::multiset<AccountId>& accounts = handing_[item->group];
    accounts.extract(target.account());
    if (accounts.empty()) handing_.erase(item->group);
  }
  --count_;
  if (is_beside(item->kind)) --beside_;
  if (item->kind == OutboxKind::kMessage) --messages_;
  if (item->held) --held_;
  lane.items.erase(item);
}

void Outbox::pause(Lane& lane, uint64_t at_least_ms) {
  if (lane.pause.is_set()) return;  // several refusals of one round count once
  const uint64_t delay = std::min(kPauseMaxMs, kPauseMinMs << std::min(lane.failures, 10u));
  ++lane.failures;
  lane.pause.set(in_ms(std::max(delay, at_least_ms)), [] {});  // the pump that follows every input goes on
}

void Outbox::watch() {
  watch_.set(in_ms(kAnswerMs), [this] {
    if (in_flight_ == 0) return;
    const uint64_t now = ports_.clock.monotonic().value;
    for (const auto& [target, lane] : lanes_) {
      for (const Item& item : lane->items) {
        if (item.in_flight && now - item.sent_at_ms >= kAnswerMs) return ports_.connection.lose(0);
      }
    }
    watch();
  });
}

void Outbox::on_connection_gone() {
  watch_.cancel();
  in_flight_ = 0;
  for (const auto& [target, lane] : lanes_) {
    lane->in_flight = 0;
    lane->settling = false;
    for (Item& item : lane->items) item.in_flight = false;
  }
}

}  // namespace kith::core
