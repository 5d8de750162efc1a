// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/own_state.h"

#include <utility>

#include "core/contents.h"
#include "core/engine.h"

namespace kith::core {

namespace {

using State = content::OwnState;

Bytes key_of(uint32_t kind, BytesView subject) { return Bytes(1, static_cast<char>(kind)) + Bytes(subject); }

}  // namespace

OwnState::OwnState(Engine& engine) : engine_(engine), soon_(engine.timers) {}

void OwnState::load() {
  SettingsTable& settings = engine_.store.settings;
  // A microsecond later, in the place of the counter.
  if (const int64_t us = settings.integer(setting::kStateClockUs, 0); us > 0)
    last_ = {static_cast<uint64_t>(us) + 1, 0, {}};
  soon_is_due_ = true;
  const auto known = static_cast<int64_t>(Engine::kinds_of_state());
  if (settings.integer(setting::kStatesKnown, 0) >= known) return;
  settings.set(setting::kStatesKnown, known);
  if (!engine_.registration) return;
  Bytes after;
  for (auto rows = engine_.store.registers.after(after, kPieceBytesMax); !rows.empty();
       rows = engine_.store.registers.after(after, kPieceBytesMax)) {
    for (const RegisterRow& row : rows) apply(row.key, row.value);
    after = rows.back().key;
  }
}

void OwnState::note_clock(const Stamp& stamp) {
  const uint64_t before = last_.us;
  last_ = stamp;
  if (stamp.us != before) engine_.store.settings.set(setting::kStateClockUs, static_cast<int64_t>(stamp.us));
}

bool OwnState::has_room() {
  if (!count_) count_ = engine_.store.registers.count();
  return *count_ < kRegistersMax;
}

void OwnState::write(RegisterRow row, RegisterDue due) {
  const bool is_new = !engine_.store.registers.find(row.key).has_value();
  engine_.store.registers.put(row, due);
  if (is_new && count_) ++*count_;
  if (row.removed() && engine_.store.registers.removed_count() > kRemovedMax) {
    engine_.store.registers.forget_oldest_removed();
    count_.reset();
  }
}

void OwnState::set(StateKind kind, BytesView subject, const content::StateValue& value, RegisterDue due) {
  RegisterRow row{key_of(kind, subject), value.SerializeAsString(), {}};
  const auto present = engine_.store.registers.find(row.key);
  if (present ? present->value == row.value : (row.removed() || !has_room())) return;
  row.stamp = next_stamp(last_, present ? present->stamp : Stamp{}, engine_.clock.now(), engine_.registration->device);
  note_clock(observed(last_, row.stamp, engine_.clock.now()));
  if (engine_.own_copies.has_looked() && !engine_.own_copies.has_others()) due = RegisterDue::kNo;  // as pump() has it
  write(std::move(row), due);
  if (due == RegisterDue::kNo) return;
  if (due == RegisterDue::kNow) {
    look_ = true;
  } else if (!soon_.is_set()) {
    soon_.set(engine_.in_ms(kSoonMs), [this] { look_ = soon_is_due_ = true; });
  }
}

void OwnState::set_from_before(StateKind kind, BytesView subject, const content::StateValue& value) {
  RegisterRow row{key_of(kind, subject), value.SerializeAsString(), {1, 0, engine_.registration->device}};
  if (engine_.store.registers.find(row.key) || !has_room()) return;
  write(std::move(row), RegisterDue::kNow);
  look_ = true;
}

std::optional<content::StateValue> OwnState::find(StateKind kind, BytesView subject) {
  const auto row = engine_.store.registers.find(key_of(kind, subject));
  content::StateValue value;
  return row && value.ParseFromString(row->value) ? std::optional(value) : std::nullopt;
}

void OwnState::apply_again(StateKind kind, BytesView subject) {
  if (const auto row = engine_.store.registers.find(key_of(kind, subject))) apply(row->key, row->value);
}

void OwnState::apply(BytesView key, BytesView value) {
  content::StateValue parsed;
  if (!parsed.ParseFromArray(value.data(), static_cast<int>(value.size()))) return;
  engine_.apply_state(static_cast<unsigned char>(key.front()), key.substr(1), parsed);
}

bool OwnState::take(const IncomingContent& incoming) {
  if (!engine_.is_self(incoming.sender.account)) return false;
  const State& state = incoming.content.own_state();
  int left = kRegistersOfOneMax;
  for (const State::Register& each : state.registers()) {
    if (left-- == 0) break;
    merge(each);
  }
  if (state.asks_for_all() && engine_.own_copies.is_other(incoming.sender.device)) tell(incoming.sender.device);
  return true;
}

void OwnState::merge(const State::Register& said) {
  const State::Stamp& stamp = said.stamp();
  if (said.kind() == 0 || said.kind() > UINT8_MAX || said.subject().size() > kSubjectBytesMax ||
      said.value().size() > kValueBytesMax || stamp.us() == 0 || stamp.us() > kStampMaxUs) {
    return;  // the same for every device
  }
  RegisterRow row{
      key_of(said.kind(), said.subject()), said.value(), {stamp.us(), stamp.counter(), DeviceId{stamp.device_id()}}};
  note_clock(observed(last_, row.stamp, engine_.clock.now()));
  const auto present = engine_.store.registers.find(row.key);
  if (present && present->stamp == row.stamp && present->value == row.value) return;
  if (present && !row.is_after(*present)) {
    // Whoever says it may have missed what this device knows.
    engine_.store.registers.set_due(row.key, RegisterDue::kNow);
    look_ = true;
    return;
  }
  if (!present && !has_room()) return;
  const bool differs = present ? present->value != row.value : !row.removed();
  write(row, RegisterDue::kNo);
  if (differs) apply(row.key, row.value);
}

void OwnState::tell(DeviceId device) {
  engine_.store.registers.set_telling({device, {}});
  look_ = true;
}

void OwnState::begin_anew() {
  engine_.store.registers.remove_tellings();
  engine_.store.registers.set_all_due();
  look_ = true;
}

void OwnState::ask_for_all() {
  engine_.store.settings.set(setting::kStateToAsk, 1);
  look_ = true;
}

void OwnState::pump() {
  if (!look_ || !engine_.own_copies.has_looked()) return;
  if (!engine_.own_copies.has_others()) {
    // Whoever joins is told everything. Nothing is written that need not be: the disk may be full.
    RegistersTable& registers = engine_.store.registers;
    if (registers.has_due(RegisterDue::kNow) || registers.has_due(RegisterDue::kSoon)) registers.clear_due();
    if (registers.telling()) registers.remove_tellings();
    if (engine_.store.settings.integer(setting::kStateToAsk, 0) != 0)
      engine_.store.settings.set(setting::kStateToAsk, 0);
    look_ = false;
    return;
  }
  if (engine_.outbox.has(engine_.registration->account, OutboxKind::kOwnState)) return;
  if (put_due(RegisterDue::kNow)) return;
  if (soon_is_due_) {
    if (put_due(RegisterDue::kSoon)) return;
    soon_is_due_ = false;
  }
  if (put_telling()) return;
  look_ = false;
}

bool OwnState::put_due(RegisterDue due) {
  const bool asks = due == RegisterDue::kNow && engine_.store.settings.integer(setting::kStateToAsk, 0) != 0;
  const std::vector<RegisterRow> rows = engine_.store.registers.due(due, kPieceBytesMax);
  if (rows.empty() && !asks) return false;
  if (!put(rows, asks, {})) return true;
  for (const RegisterRow& row : rows) engine_.store.registers.set_due(row.key, RegisterDue::kNo);
  if (asks) engine_.store.settings.set(setting::kStateToAsk, 0);
  if (due == RegisterDue::kSoon) soon_is_due_ = engine_.store.registers.has_due(due);
  return true;
}

bool OwnState::put_telling() {
  while (const auto telling = engine_.store.registers.telling()) {
    std::vector<RegisterRow> rows;
    if (engine_.own_copies.is_other(telling->device))
      rows = engine_.store.registers.after(telling->after_key, kPieceBytesMax);
    if (rows.empty()) {
      engine_.store.registers.remove_telling(telling->device);
      continue;
    }
    if (put(rows, false, telling->device)) engine_.store.registers.set_telling({telling->device, rows.back().key});
    return true;
  }
  return false;
}

bool OwnState::put(const std::vector<RegisterRow>& rows, bool asks, DeviceId only) {
  return engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kOwnState,
                                contents::own_state(engine_.clock.now(), rows, asks), only);
}

}  // namespace kith::core
