// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/own_state.h"

#include "core/contents.h"
#include "core/engine.h"

namespace kith::core {

namespace {

Bytes key_of(StateKind kind, BytesView subject) { return RegisterRow::key_of(static_cast<uint8_t>(kind), subject); }

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
    for (const RegisterRow& row : rows) apply(row);
    after = rows.back().key;
  }
}

void OwnState::observe(const Stamp& seen, UnixMicros now) {
  const uint64_t before = last_.us;
  last_ = observed(last_, seen, now);
  if (last_.us != before) engine_.store.settings.set(setting::kStateClockUs, static_cast<int64_t>(last_.us));
}

OwnState::Counts& OwnState::counts() {
  if (!counts_) counts_ = {engine_.store.registers.count(), engine_.store.registers.removed_count()};
  return *counts_;
}

void OwnState::write(const RegisterRow& row, const std::optional<RegisterRow>& present, RegisterDue due) {
  Counts& count = counts();
  engine_.store.registers.put(row, due);
  if (!present) ++count.all;
  if (present && present->removed()) --count.removed;
  if (row.removed()) ++count.removed;
  if (count.removed <= kRemovedMax) return;
  engine_.store.registers.forget_oldest_removed();
  --count.all;
  --count.removed;
}

void OwnState::set(StateKind kind, BytesView subject, const content::StateValue& value, RegisterDue due) {
  RegisterRow row{key_of(kind, subject), value.SerializeAsString(), {}};
  const auto present = engine_.store.registers.find(row.key);
  if (present ? present->value == row.value : (row.removed() || !has_room())) return;
  const UnixMicros now = engine_.clock.now();
  row.stamp = next_stamp(last_, present ? present->stamp : Stamp{}, now, engine_.registration->device);
  observe(row.stamp, now);
  if (!engine_.own_copies.may_have_others()) due = RegisterDue::kNo;  // as pump() has it
  write(row, present, due);
  if (due == RegisterDue::kNo) return;
  if (due == RegisterDue::kNow) {
    look_ = true;
  } else if (!soon_.is_set()) {
    soon_.set(engine_.in_ms(kSoonMs), [this] { look_ = soon_is_due_ = true; });
  }
}

void OwnState::set_from_before(StateKind kind, BytesView subject, const content::StateValue& value) {
  const RegisterRow row{key_of(kind, subject), value.SerializeAsString(), {1, 0, engine_.registration->device}};
  if (engine_.store.registers.find(row.key) || !has_room()) return;
  write(row, std::nullopt, RegisterDue::kNow);
  look_ = true;
}

std::optional<content::StateValue> OwnState::find(StateKind kind, BytesView subject) {
  const auto row = engine_.store.registers.find(key_of(kind, subject));
  content::StateValue value;
  return row && value.ParseFromString(row->value) ? std::optional(value) : std::nullopt;
}

void OwnState::apply_again(StateKind kind, BytesView subject) {
  if (const auto row = engine_.store.registers.find(key_of(kind, subject))) apply(*row);
}

void OwnState::apply(const RegisterRow& row) {
  content::StateValue value;
  if (value.ParseFromString(row.value)) engine_.apply_state(row.kind(), row.subject(), value);
}

bool OwnState::take(const IncomingContent& incoming) {
  if (!engine_.is_self(incoming.sender.account)) return false;
  const content::OwnState& state = incoming.content.own_state();
  const UnixMicros now = engine_.clock.now();
  for (const RegisterRow& each : contents::registers(state)) merge(each, now);
  if (state.asks_for_all() && engine_.own_copies.is_other(incoming.sender.device))
    engine_.device_knows_nothing(incoming.sender.device);
  return true;
}

void OwnState::merge(const RegisterRow& said, UnixMicros now) {
  observe(said.stamp, now);
  const auto present = engine_.store.registers.find(said.key);
  if (present && present->stamp == said.stamp && present->value == said.value) return;
  if (present && !said.is_after(*present)) {
    // Whoever says it may have missed what this device knows.
    engine_.store.registers.set_due(said.key, RegisterDue::kNow);
    look_ = true;
    return;
  }
  if (!present && !has_room()) return;
  const bool differs = present ? present->value != said.value : !said.removed();
  write(said, present, RegisterDue::kNo);
  if (differs) apply(said);
}

void OwnState::tell(DeviceId device) {
  engine_.store.registers.set_telling({device, {}});
  look_ = true;
}

void OwnState::begin_anew() {
  counts_.reset();
  engine_.store.registers.remove_tellings();
  engine_.store.registers.set_all_due();
  look_ = true;
}

void OwnState::ask_for_all() {
  engine_.store.settings.set(setting::kStateToAsk, 1);
  look_ = true;
}

void OwnState::pump() {
  if (!look_) return;
  if (!engine_.own_copies.may_have_others()) {
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
  look_ = !engine_.own_copies.knows_list();
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
  if (!engine_.own_copies.knows_list()) return false;  // who is in it can be told then
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
