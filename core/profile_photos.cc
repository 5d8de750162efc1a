// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/profile_photos.h"

#include <utility>

#include "base/limits.h"
#include "core/engine.h"
#include "core/photo_file.h"
#include "core/sealed_file_view.h"
#include "crypto/aead.h"

namespace kith::core {

namespace {

using client_api::Failure;

constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;

Bytes bound_to(const AccountId& account) { return Bytes("kith profile photo v1\0", 22) + account.bytes(); }

bool is_here(const FileRow& file) { return file.state == FileState::kHere || file.state == FileState::kSending; }

std::optional<crypto::SealedFile> file_of(BytesView serialized) {
  content::PhotoFile photo;
  if (serialized.empty() || !photo.ParseFromArray(serialized.data(), static_cast<int>(serialized.size())))
    return std::nullopt;
  return photo_file(photo);
}

}  // namespace

ProfilePhotos::ProfilePhotos(Engine& engine) : engine_(engine), again_(engine.timers) {}

// ---------------------------------------------------------------- the own one

ProfileRow ProfilePhotos::own_row() {
  const AccountId& account = engine_.registration->account;
  ProfileRow row = engine_.store.profiles.find(account).value_or(ProfileRow{});
  row.account = account;
  return row;
}

void ProfilePhotos::set_own(const ProfileRow& row) {
  engine_.store.profiles.set(row);
  own_photo_.reset();
}

const OwnPhoto& ProfilePhotos::own_photo() {
  if (own_photo_) return *own_photo_;
  ProfileRow row = own_row();
  own_photo_.emplace();
  if (!row.photo.empty()) own_photo_->key = std::move(row.keys);
  const auto file = row.photo_file.is_none() ? std::nullopt : engine_.store.files.find(row.photo_file);
  if (!file) return *own_photo_;
  own_photo_->is_sending = file->state == FileState::kSending;
  if (is_here(*file)) own_photo_->shown = row.photo_file.hex();
  return *own_photo_;
}

void ProfilePhotos::tell_devices(BytesView subject, const content::StateValue& value) {
  engine_.own_state.set(content::OwnState::kProfile, subject, value);
}

void ProfilePhotos::set(const crypto::SealedFile& file) {
  ProfileRow row = own_row();
  const auto published = file_of(row.photo);
  const FileName before = std::exchange(row.photo_file, file.name());
  if (row.keys.empty()) {
    row.keys = engine_.random.bytes(kProfileKeyBytes);
    content::StateValue value;
    value.set_profile_key(row.keys);
    tell_devices("photo_key", value);
  }
  set_own(row);
  // One that was still on its way
  if (before != file.name() && (!published || before != published->name())) engine_.files.drop_photo(before, true);
  engine_.files.send_photo(file);
}

void ProfilePhotos::remove() {
  ProfileRow row = own_row();
  const auto published = file_of(std::exchange(row.photo, ""));
  const FileName before = std::exchange(row.photo_file, FileName{});
  set_own(row);
  tell_devices("photo", {});
  if (published) engine_.files.drop_photo(published->name(), true);
  engine_.files.drop_photo(before, true);
  show(row.account);
  engine_.own_profile_changed(true);
}

void ProfilePhotos::is_there(const FileName& name) {
  ProfileRow row = own_row();
  const auto published = file_of(row.photo);
  const auto file = engine_.store.files.find(name);
  if (row.photo_file != name || !file || (published && published->name() == name)) return;
  row.photo = photo_said(file->file).SerializeAsString();
  set_own(row);
  content::StateValue value;
  *value.mutable_photo() = photo_said(file->file);
  tell_devices("photo", value);
  if (published) engine_.files.drop_photo(published->name(), true);
  engine_.store.settings.set(setting::kPhotoAskedUs, static_cast<int64_t>(engine_.clock.now().value));
  engine_.own_profile_changed(true);
}

void ProfilePhotos::failed(const FileName& name) {
  ProfileRow row = own_row();
  const auto published = file_of(row.photo);
  if (row.photo_file != name || (published && published->name() == name)) return;
  row.photo_file = published ? published->name() : FileName{};
  set_own(row);
  engine_.files.drop_photo(name, true);
  show(row.account);
}

Bytes ProfilePhotos::reference() {
  const ProfileRow row = own_row();
  if (row.photo.empty() || row.keys.empty()) return "";
  return crypto::seal_aead(row.keys, bound_to(row.account), row.photo, engine_.random);
}

bool ProfilePhotos::is_on_server(BytesView reference) {
  const ProfileRow row = own_row();
  if (row.photo.empty()) return reference.empty();
  if (row.keys.empty()) return true;  // another device has it, and will tell it
  const auto photo = crypto::open_aead(row.keys, bound_to(row.account), reference);
  return photo && file_of(*photo) == file_of(row.photo);
}

void ProfilePhotos::renew_key() {
  ProfileRow row = own_row();
  if (row.keys.empty()) return;
  row.keys = engine_.random.bytes(kProfileKeyBytes);
  set_own(row);
  content::StateValue value;
  value.set_profile_key(row.keys);
  tell_devices("photo_key", value);
  engine_.own_profile_changed(true);
}

Bytes ProfilePhotos::key_for(const AccountId& partner, OutboxKind kind) {
  if ((kind != OutboxKind::kMessage && kind != OutboxKind::kProfileChanged) || engine_.is_self(partner)) return "";
  const Bytes& key = own_photo().key;
  if (key.empty() || engine_.store.contacts.blocked(partner)) return "";
  switch (engine_.store.settings.integer(setting::kPhotoScope, client_api::Settings::kEveryone)) {
    case client_api::Settings::kEveryone: break;
    case client_api::Settings::kContacts:
      if (!engine_.store.contacts.find(partner)) return "";
      break;
    default: return "";
  }
  // Somebody who has written, and got no answer, is told nothing (PHOTO-3).
  const auto conversation = engine_.store.conversations.with(partner);
  if (!conversation || !engine_.store.messages.has_outgoing(*conversation)) return "";
  return key;
}

void ProfilePhotos::apply_key(const content::StateValue& value) {
  ProfileRow row = own_row();
  if (value.profile_key().size() != kProfileKeyBytes || row.keys == value.profile_key()) return;
  row.keys = value.profile_key();
  set_own(row);
  engine_.own_profile_changed(false);
}

void ProfilePhotos::apply_photo(const content::StateValue& value) {
  const auto file = photo_file(value.photo());
  if (value.has_photo() && !file) return;
  ProfileRow row = own_row();
  const auto published = file_of(row.photo);
  if (file == published) return;
  row.photo = file ? photo_said(*file).SerializeAsString() : "";
  // One of this device's that is on its way there was chosen later.
  const bool is_sending = !row.photo_file.is_none() && (!published || row.photo_file != published->name());
  if (!is_sending) row.photo_file = file ? file->name() : FileName{};
  set_own(row);
  if (published) engine_.files.drop_photo(published->name(), true);
  if (file && !is_sending) engine_.files.want_photo(*file);
  show(row.account);
  engine_.own_profile_changed(false);
}

// PHOTO-5: the server keeps it for 30 days from the last time that it was asked for (MEDIA-4), and who would ask may
// have it already. What it has lost is sent again.
void ProfilePhotos::ask() {
  const auto published = file_of(own_row().photo);
  const auto now = static_cast<int64_t>(engine_.clock.now().value);
  const int64_t asked = engine_.store.settings.integer(setting::kPhotoAskedUs, 0);
  if (!published || (asked <= now && asked + static_cast<int64_t>(kAskDays * kDayUs) > now)) return;
  asking_ = true;
  engine_.http.call("HEAD", "/v1/files/" + published->id.hex(), "", [this, file = *published](const HttpReply& reply) {
    asking_ = false;
    if (!reply.ok() && reply.status != 404 && reply.status != 410)
      return again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
    engine_.store.settings.set(setting::kPhotoAskedUs, static_cast<int64_t>(engine_.clock.now().value));
    const auto row = engine_.store.files.find(file.name());
    if (!reply.ok() && own_row().photo_file == file.name() && row && row->state == FileState::kHere)
      engine_.files.send_photo(file);
  });
}

void ProfilePhotos::pump() {
  if (!look_ || asking_ || again_.is_set() || !engine_.connection.ready()) return;
  look_ = false;
  ask();
}

// ---------------------------------------------------------------- others'

std::optional<crypto::SealedFile> ProfilePhotos::opened(const ProfileRow& row) {
  for (size_t at = 0; at + kProfileKeyBytes <= row.keys.size() && !row.photo.empty(); at += kProfileKeyBytes) {
    const auto photo =
        crypto::open_aead(BytesView(row.keys).substr(at, kProfileKeyBytes), bound_to(row.account), row.photo);
    if (photo) return file_of(*photo);
  }
  return std::nullopt;
}

void ProfilePhotos::take_key(const AccountId& account, BytesView key) {
  if (key.size() != kProfileKeyBytes || engine_.is_self(account)) return;
  ProfileRow row = engine_.store.profiles.find(account).value_or(ProfileRow{});
  if (row.keys.starts_with(key) || !engine_.store.conversations.with(account)) return;
  row.account = account;
  // Two of the account's devices may for a while have different ones, so the one before stays.
  const bool is_known = row.keys.ends_with(key);
  row.keys = Bytes(key) + row.keys.substr(0, kProfileKeyBytes);
  if (!is_known) {
    row.fetched = {};
    engine_.profiles_may_be_new();
  }
  settle(std::move(row));
}

void ProfilePhotos::take(ProfileRow row, BytesView reference) {
  row.photo = Bytes(reference.size() <= kProfilePhotoReferenceBytesMax ? reference : BytesView());
  settle(std::move(row));
}

void ProfilePhotos::settle(ProfileRow row) {
  const auto photo = opened(row);
  const FileName before = std::exchange(row.photo_file, photo ? photo->name() : FileName{});
  engine_.store.profiles.set(row);
  if (before != row.photo_file) {
    engine_.files.drop_photo(before, false);
    show(row.account);
  }
  if (photo) engine_.files.want_photo(*photo);
}

// ---------------------------------------------------------------- all

void ProfilePhotos::show(const AccountId& account) {
  engine_.changes.partner(account);
  for (const GroupId& group : engine_.store.groups.with(account)) {
    if (const auto conversation = engine_.store.conversations.with(group)) engine_.changes.conversation(*conversation);
  }
}

void ProfilePhotos::moved(const FileName& name) {
  own_photo_.reset();
  for (const AccountId& account : engine_.store.profiles.with_photo(name)) show(account);
}

Result<client_api::OpenPhotoResponse, Refusal> ProfilePhotos::open(const client_api::OpenPhotoRequest& what) {
  const auto name = FileName::from_hex(what.photo());
  if (!name) return Refuse(Failure::kInvalidArgument, "photo: must be 32 hexadecimal digits");
  const auto row = engine_.store.files.find(*name);
  const bool is_photo = engine_.store.profiles.has_photo(*name) || !engine_.store.groups.with_photo(*name).empty();
  if (!row || !is_here(*row) || !is_photo) return Refuse(Failure::kNoSuchFile, "photo");
  client_api::OpenPhotoResponse response;
  response.set_file(row->name.hex());
  *response.mutable_sealed() = shown(row->file);
  return response;
}

}  // namespace kith::core
