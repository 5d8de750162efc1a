// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/account_table.h"

#include "core/store/handles_table.h"

namespace kith::core {

namespace {

// What can't be is known: then the server says it again.
Standing standing_of(int64_t number) {
  const bool is_one = number >= 0 && number <= static_cast<int64_t>(Standing::kOtherServer);
  return is_one ? static_cast<Standing>(number) : Standing::kKnown;
}

}  // namespace

std::optional<Registration> AccountTable::registration() {
  auto row = database_.prepare(
      "SELECT server, handle, account, device, token, account_public, account_private, identity_public, "
      "identity_private, registration_id, device_name, server_id FROM registration");
  if (!row.step()) return std::nullopt;
  Registration registration;
  registration.server = row.text(0);
  if (!row.text(1).empty()) registration.handle = read_handle_column(database_, row, 1);
  registration.account = row.id<AccountId>(2);
  registration.device = DeviceId{static_cast<uint32_t>(row.integer(3))};
  registration.token = row.blob(4);
  registration.account_key = {row.blob(5), row.blob(6)};
  registration.identity = {row.blob(7), row.blob(8)};
  registration.registration_id = static_cast<uint32_t>(row.integer(9));
  registration.device_name = row.text(10);
  registration.server_id = row.id<ServerId>(11);
  const bool is_sound = !registration.account.is_none() && !registration.token.empty() &&
                        registration.account_key.public_key.size() == 32 &&
                        (registration.account_key.private_key.size() == 64 || !registration.is_first()) &&
                        registration.identity.public_key.size() == 33 && registration.identity.private_key.size() == 32;
  if (!is_sound) {
    database_.found_damage();
    return std::nullopt;
  }
  return registration;
}

AccountId AccountTable::account_id() {
  auto row = database_.prepare("SELECT account FROM registration");
  return row.step() ? row.id<AccountId>(0) : AccountId{};
}

Handle AccountTable::handle() {
  auto row = database_.prepare("SELECT handle FROM registration");
  return row.step() && !row.text(0).empty() ? read_handle_column(database_, row, 0) : Handle();
}

void AccountTable::set_registration(const Registration& registration) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO registration (id, server, handle, account, device, token, account_public, "
          "account_private, identity_public, "
          "identity_private, registration_id, device_name, server_id) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_text(registration.server)
      .bind_text(registration.handle.text())
      .bind_id(registration.account)
      .bind(registration.device.value)
      .bind_blob(registration.token)
      .bind_blob(registration.account_key.public_key)
      .bind_blob(registration.account_key.private_key)
      .bind_blob(registration.identity.public_key)
      .bind_blob(registration.identity.private_key)
      .bind(registration.registration_id)
      .bind_text(registration.device_name)
      .bind_id(registration.server_id)
      .run();
}

Progress AccountTable::progress() {
  auto row = database_.prepare(
      "SELECT confirmed_position, undecryptable, next_prekey_id, next_signed_prekey_id, "
      "signed_prekey_made_us, keys_published, "
      "device_list_revision, standing, registration_request FROM progress WHERE id = 1");
  Progress progress;
  if (!row.step()) {
    database_.found_damage();  // the migration has made it
    return progress;
  }
  progress.confirmed_position = Position{static_cast<uint64_t>(row.integer(0))};
  progress.undecryptable = static_cast<uint64_t>(row.integer(1));
  progress.next_prekey_id = static_cast<uint32_t>(row.integer(2));
  progress.next_signed_prekey_id = static_cast<uint32_t>(row.integer(3));
  progress.signed_prekey_made_at = UnixMicros{static_cast<uint64_t>(row.integer(4))};
  progress.keys_published = row.integer(5) != 0;
  progress.device_list_revision = Revision{static_cast<uint64_t>(row.integer(6))};
  progress.standing = standing_of(row.integer(7));
  progress.registration_request = row.blob(8);
  return progress;
}

void AccountTable::set_progress(const Progress& progress) {
  database_
      .prepare(
          "UPDATE progress SET confirmed_position = ?, undecryptable = ?, next_prekey_id = ?, "
          "next_signed_prekey_id = ?, "
          "signed_prekey_made_us = ?, keys_published = ?, device_list_revision = ?, standing = ?, "
          "registration_request = ?")
      .bind(static_cast<int64_t>(progress.confirmed_position.value))
      .bind(static_cast<int64_t>(progress.undecryptable))
      .bind(progress.next_prekey_id)
      .bind(progress.next_signed_prekey_id)
      .bind(static_cast<int64_t>(progress.signed_prekey_made_at.value))
      .bind(progress.keys_published ? 1 : 0)
      .bind(static_cast<int64_t>(progress.device_list_revision.value))
      .bind(static_cast<int64_t>(progress.standing))
      .bind_blob(progress.registration_request)
      .run();
}

void AccountTable::set_confirmed_position(Position position) {
  database_.prepare("UPDATE progress SET confirmed_position = ?").bind(static_cast<int64_t>(position.value)).run();
}

void AccountTable::count_undecryptable(uint64_t more) {
  database_.prepare("UPDATE progress SET undecryptable = undecryptable + ?").bind(static_cast<int64_t>(more)).run();
}

}  // namespace kith::core
