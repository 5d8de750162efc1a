// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles: the own one, and those of conversation partners.
//
// A photo is a sealed file as those of messages are (files.h). Where it is, the profile says on the server, encrypted
// under the account's profile key, which goes to people with what is said to them.
//
//   own        set() ── files: to the server ──▶ is_there(): the profile has it, other devices and partners are told
//   another's  take(), take_key() ── opened by a key that is known ──▶ files: from the server ──▶ Person.photo
//
// What is shown of an account is a row of the database (profiles_table.h): the photo that its profile has, the keys
// that it has said, and the file. All of it is derived anew when one of them comes, in any order.
//
// Security: only who has the key can say where the photo is, and for this account only; the server can leave it out, or
//           show an earlier one. The file is held against its digest. What can't be opened, or is larger than a photo
//           may be, is none, and is not fetched.
// Source:   PHOTO-1 to PHOTO-5 in docs/protocol.md.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/refusal.h"
#include "core/store/outbox_table.h"
#include "core/store/profiles_table.h"
#include "core/timers.h"
#include "crypto/media.h"

namespace kith::core {

struct Engine;

// What is asked for with each message and change of state, as the database has it.
struct OwnPhoto {
  Bytes key;          // "": there is no photo that it would show
  std::string shown;  // the photo that this device has, as State names it; "": none
  bool is_sending = false;
};

class ProfilePhotos {
 public:
  // So often the server is asked for the own one, which prolongs its time there.
  static constexpr uint64_t kAskDays = 7;
  static constexpr uint64_t kAgainMs = 60'000;

  explicit ProfilePhotos(Engine& engine);

  // ---- the own one
  // The host has sealed it on this device. It is the profile's when it is on the server.
  void set(const crypto::SealedFile& file);
  void remove();
  // What the profile has of it, on the server. "": nothing.
  Bytes reference();
  // Whether the server has what it is to have, as far as this device can say.
  bool is_on_server(BytesView reference);
  // Whoever has the key that there is reads no photo that comes from now on.
  void renew_key();
  // What goes to this account with an item of this kind. "": it is not to see the photo, or there is none.
  Bytes key_for(const AccountId& partner, OutboxKind kind);
  // From another device of the account (STATE-1).
  void apply_photo(const content::StateValue& value);
  void apply_key(const content::StateValue& value);
  const OwnPhoto& own_photo();

  // ---- others'
  // Somebody says theirs.
  void take_key(const AccountId& account, BytesView key);
  // The profile, with what the server has just said of its photo. Writes the row.
  void take(ProfileRow row, BytesView reference);

  // ---- from the files
  void is_there(const FileName& name);
  void failed(const FileName& name);
  void moved(const FileName& name);

  Result<client_api::OpenPhotoResponse, Refusal> open(const client_api::OpenPhotoRequest& what);
  void look_again() { look_ = true; }
  void pump();

 private:
  ProfileRow own_row();
  void set_own(const ProfileRow& row);
  // The row's photo, by a key that is known.
  std::optional<crypto::SealedFile> opened(const ProfileRow& row);
  // Writes the row, with the file that is its photo now.
  void settle(ProfileRow row);
  void tell_devices(BytesView subject, const content::StateValue& value);
  void show(const AccountId& account);
  void ask();

  Engine& engine_;
  std::optional<OwnPhoto> own_photo_;
  bool look_ = true;
  bool asking_ = false;
  Timer again_;
};

}  // namespace kith::core
