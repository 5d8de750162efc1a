// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/signal_tables.h"

#include <cassert>
#include <utility>

namespace kith::core {

const SignalTables::Own& SignalTables::own() {
  if (!own_) {
    const auto registration = account_.registration();
    static const Own kNone;
    if (!registration) return kNone;
    own_ = Own{registration->identity, registration->registration_id};
  }
  return *own_;
}

crypto::IdentityKeyPair SignalTables::identity() { return own().identity; }

uint32_t SignalTables::registration_id() { return own().registration_id; }

SignalTables::Session& SignalTables::session(const DeviceAddress& peer) {
  assert(database_.in_transaction());
  if (const auto known = sessions_.find(peer); known != sessions_.end()) return known->second;
  if (sessions_.size() >= kSessionsKept) {
    write_back();
    forget();
  }
  Session& session = sessions_[peer];
  auto row = database_.prepare("SELECT record FROM sessions WHERE account = ? AND device = ?");
  row.bind_id(peer.account).bind(peer.device.value);
  if (row.step()) session.record = row.blob(0);
  return session;
}

void SignalTables::write_back() {
  for (auto& [peer, session] : sessions_) {
    if (!std::exchange(session.changed, false)) continue;
    if (session.record) {
      database_
          .prepare(
              "INSERT INTO sessions (account, device, record) VALUES (?, ?, ?) ON CONFLICT (account, device) DO UPDATE "
              "SET record = excluded.record")
          .bind_id(peer.account)
          .bind(peer.device.value)
          .bind_blob(*session.record)
          .run();
    } else {
      database_.prepare("DELETE FROM sessions WHERE account = ? AND device = ?")
          .bind_id(peer.account)
          .bind(peer.device.value)
          .run();
    }
  }
}

std::optional<Bytes> SignalTables::load_session(const DeviceAddress& peer) {
  if (database_.in_transaction()) return session(peer).record;
  auto row = database_.prepare("SELECT record FROM sessions WHERE account = ? AND device = ?");
  row.bind_id(peer.account).bind(peer.device.value);
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

bool SignalTables::store_session(const DeviceAddress& peer, BytesView record) {
  session(peer) = {Bytes(record), true};
  return !database_.failed();
}

void SignalTables::remove_session(const DeviceAddress& peer) { session(peer) = {std::nullopt, true}; }

std::optional<Bytes> SignalTables::load_prekey(uint32_t id) {
  auto row = database_.prepare("SELECT record FROM prekeys WHERE id = ?");
  row.bind(id);
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

bool SignalTables::store_prekey(uint32_t id, BytesView record) {
  database_.prepare("INSERT OR REPLACE INTO prekeys (id, record) VALUES (?, ?)").bind(id).bind_blob(record).run();
  return !database_.failed();
}

void SignalTables::remove_prekey(uint32_t id) { database_.prepare("DELETE FROM prekeys WHERE id = ?").bind(id).run(); }

std::optional<Bytes> SignalTables::load_signed_prekey(uint32_t id) {
  auto row = database_.prepare("SELECT record FROM signed_prekeys WHERE id = ?");
  row.bind(id);
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

bool SignalTables::store_signed_prekey(uint32_t id, BytesView record) {
  database_.prepare("INSERT OR REPLACE INTO signed_prekeys (id, record) VALUES (?, ?)")
      .bind(id)
      .bind_blob(record)
      .run();
  return !database_.failed();
}

std::optional<Bytes> SignalTables::trusted_identity(const DeviceAddress& peer) {
  return device_lists_.sender_key(peer);
}

void SignalTables::keep_newest_prekeys(uint32_t count) {
  database_
      .prepare(
          "DELETE FROM prekeys WHERE ordinal <= (SELECT ordinal FROM prekeys ORDER BY ordinal DESC LIMIT 1 OFFSET ?)")
      .bind(count)
      .run();
}

std::vector<uint32_t> SignalTables::signed_prekey_ids() {
  std::vector<uint32_t> ids;
  auto row = database_.prepare("SELECT id FROM signed_prekeys ORDER BY id");
  while (row.step()) ids.push_back(static_cast<uint32_t>(row.integer(0)));
  return ids;
}

void SignalTables::remove_signed_prekey(uint32_t id) {
  database_.prepare("DELETE FROM signed_prekeys WHERE id = ?").bind(id).run();
}

void SignalTables::remove_everything() {
  forget();
  database_.prepare("DELETE FROM sessions").run();
  database_.prepare("DELETE FROM prekeys").run();
  database_.prepare("DELETE FROM signed_prekeys").run();
  forget_identity();
}

}  // namespace kith::core
