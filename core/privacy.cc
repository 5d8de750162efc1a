// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/privacy.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "core/engine.h"
#include "core/media_settings.h"

namespace kith::core {

namespace {

// The numbers of client_api.Settings.Scope and wire.Privacy.Scope are the same.
static_assert(static_cast<int>(client_api::Settings::kEveryone) == static_cast<int>(wire::Privacy::kEveryone));
static_assert(static_cast<int>(client_api::Settings::kContacts) == static_cast<int>(wire::Privacy::kContacts));
static_assert(static_cast<int>(client_api::Settings::kNobody) == static_cast<int>(wire::Privacy::kNobody));

bool is_scope(int64_t scope) {
  return scope >= client_api::Settings::kEveryone && scope <= client_api::Settings::kNobody;
}

}  // namespace

struct PrivacySync::Shared {
  std::string_view subject;  // of its register
  std::string_view name;     // in this device's settings
  int64_t absent;            // what it is when it was never set
  bool is_scope = false;     // else 0 or 1

  [[nodiscard]] bool may_be(int64_t value) const { return is_scope ? core::is_scope(value) : value == 0 || value == 1; }
  static const Shared kReadReceipts, kLastSeen, kAbout, kPhoto, kHasPin, kLinkPreviews;
  static const std::array<const Shared*, kSharedSettings> kAll;
};
using Shared = PrivacySync::Shared;
constexpr Shared Shared::kReadReceipts = {"read_receipts", setting::kReadReceipts, 1};
constexpr Shared Shared::kLastSeen = {"last_seen", setting::kLastSeenScope, client_api::Settings::kEveryone, true};
constexpr Shared Shared::kAbout = {"about", setting::kAboutScope, client_api::Settings::kEveryone, true};
constexpr Shared Shared::kPhoto = {"photo", setting::kPhotoScope, client_api::Settings::kEveryone, true};
constexpr Shared Shared::kHasPin = {"has_pin", setting::kHasPin, 0};
constexpr Shared Shared::kLinkPreviews = {"link_previews", setting::kLinkPreviews, 0};
constexpr std::array<const Shared*, PrivacySync::kSharedSettings> Shared::kAll = {
    &kReadReceipts, &kLastSeen, &kAbout, &kPhoto, &kHasPin, &kLinkPreviews};

PrivacySync::PrivacySync(Engine& engine) : engine_(engine), again_(engine.timers) {}

client_api::Settings PrivacySync::settings() {
  const auto scope = [this](const Shared& shared) {
    return static_cast<client_api::Settings::Scope>(value_of(shared));
  };
  client_api::Settings settings;
  settings.set_read_receipts(value_of(Shared::kReadReceipts) != 0);
  settings.set_last_seen(scope(Shared::kLastSeen));
  settings.set_about(scope(Shared::kAbout));
  settings.set_photo(scope(Shared::kPhoto));
  settings.set_has_pin(value_of(Shared::kHasPin) != 0);
  settings.set_link_previews(value_of(Shared::kLinkPreviews) != 0);
  MediaSettings(engine_.store.settings).describe(settings);
  return settings;
}

int64_t PrivacySync::value_of(const Shared& shared) {
  return engine_.store.settings.integer(shared.name, shared.absent);
}

bool PrivacySync::take(const Shared& shared, int64_t value) {
  if (value_of(shared) == value) return false;
  engine_.store.settings.set(shared.name, value);
  if (shared.name == setting::kReadReceipts && value == 0) engine_.store.receipts.clear_all_due();
  if (shared.is_scope) changed();
  engine_.changes.settings();
  return true;
}

void PrivacySync::put(const Shared& shared, int64_t value) {
  if (!take(shared, value)) return;
  content::StateValue said;
  said.set_number(static_cast<uint64_t>(value));
  engine_.own_state.set(content::OwnState::kSetting, shared.subject, said);
}

// Who sees it no more is not to see the next one either; who sees it now looks when the server shows it.
void PrivacySync::set_photo_scope(int64_t scope) {
  const int64_t before = value_of(Shared::kPhoto);
  put(Shared::kPhoto, scope);
  if (scope > before) engine_.profile_photos.renew_key();
  if (scope != before && !engine_.profile_photos.reference().empty())
    engine_.store.settings.set(setting::kPhotoToTell, 1);
}

bool PrivacySync::needs_contacts() {
  const client_api::Settings now = settings();
  return now.last_seen() == client_api::Settings::kContacts || now.about() == client_api::Settings::kContacts ||
         now.photo() == client_api::Settings::kContacts;
}

void PrivacySync::get(uint32_t request) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_get_settings() = settings();
  engine_.output.respond(std::move(response));
}

void PrivacySync::set(uint32_t request, const client_api::SetSettingsRequest& what) {
  for (const int scope :
       {static_cast<int>(what.last_seen()), static_cast<int>(what.about()), static_cast<int>(what.photo())}) {
    if (scope != client_api::Settings::kUnspecified && !is_scope(scope)) {
      return engine_.output.fail(request, FailureCode::kInvalidArgument,
                                 "last_seen, about and photo: everyone, contacts or nobody");
    }
  }
  const auto is_other = MediaSettings(engine_.store.settings).set(what);
  if (!is_other) return engine_.output.fail(request, is_other.error().code, is_other.error().detail);
  if (*is_other) {
    engine_.files.make_space();
    engine_.changes.settings();
  }
  if (what.has_read_receipts()) put(Shared::kReadReceipts, what.read_receipts() ? 1 : 0);
  if (what.has_link_previews()) put(Shared::kLinkPreviews, what.link_previews() ? 1 : 0);
  if (is_scope(what.last_seen())) put(Shared::kLastSeen, what.last_seen());
  if (is_scope(what.about())) put(Shared::kAbout, what.about());
  if (is_scope(what.photo())) set_photo_scope(what.photo());
  client_api::Response response;
  response.set_id(request);
  *response.mutable_set_settings() = settings();
  engine_.output.respond(std::move(response));
}

void PrivacySync::set_pin(uint32_t request, const client_api::SetPinRequest& what) {
  const bool remove = what.pin().empty();
  if (!remove && (!is_utf8(what.pin()) || utf8_length(what.pin()) < kPinCharactersMin ||
                  utf8_length(what.pin()) > kPinCharactersMax)) {
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "pin: must have 4 to 64 characters");
  }
  if (!engine_.connection.wanted()) return engine_.output.fail(request, FailureCode::kOffline, "not connected");
  wire::PinRequest body;
  body.set_pin(what.pin());
  engine_.http.call(remove ? "DELETE" : "PUT", "/v1/registration/pin", remove ? "" : body.SerializeAsString(),
                    [this, request, remove](const HttpReply& reply) {
                      if (!reply.ok()) return engine_.output.fail(request, failure_of(reply));
                      put(Shared::kHasPin, remove ? 0 : 1);
                      engine_.output.done(request, &client_api::Response::mutable_set_pin);
                    });
}

void PrivacySync::changed() {
  engine_.store.settings.set(setting::kPrivacyToSend, 1);
  ++edits_;
  look_ = true;
}

void PrivacySync::contacts_changed() {
  if (needs_contacts()) changed();
}

void PrivacySync::contact_removed() {
  if (value_of(Shared::kPhoto) == client_api::Settings::kContacts) engine_.profile_photos.renew_key();
}

void PrivacySync::tell_blocked(const AccountId& account) {
  if (engine_.store.handles.provisional(account)) return;
  content::StateValue value;
  if (engine_.store.contacts.blocked(account)) value.set_number(1);
  engine_.own_state.set(content::OwnState::kBlocked, account.view(), value);
}

bool PrivacySync::set_blocked(const AccountId& account, bool blocked) {
  if (engine_.store.contacts.blocked(account) == blocked) return false;
  engine_.store.contacts.set_blocked(account, blocked);
  engine_.typing_presence.message_came(account);
  engine_.changes.partner(account);
  engine_.changes.contacts();
  changed();
  return true;
}

void PrivacySync::apply_blocked(BytesView subject, const content::StateValue& value) {
  const auto account = AccountId::from_bytes(subject);
  if (account && !account->is_none() && !engine_.is_self(*account)) (void)set_blocked(*account, value.number() != 0);
}

void PrivacySync::apply_setting(BytesView subject, const content::StateValue& value) {
  for (const Shared* shared : Shared::kAll) {
    const auto number = static_cast<int64_t>(value.number());
    if (shared->subject == subject && shared->may_be(number)) (void)take(*shared, number);
  }
}

void PrivacySync::wait(const HttpReply& reply) {
  again_.set(engine_.in_ms(std::max<uint64_t>(kAgainMs, reply.error().retry_after_ms())), [this] { look_ = true; });
}

void PrivacySync::pump() {
  if (!look_ || sending_ || again_.is_set() || engine_.connection.state() != client_api::State::kOnline) return;
  look_ = false;
  if (engine_.store.settings.integer(setting::kPrivacyToFetch, 0)) return fetch();
  if (engine_.store.settings.integer(setting::kPrivacyToSend, 0)) send();
}

void PrivacySync::fetch() {
  sending_ = true;
  engine_.http.call("GET", "/v1/privacy", "", [this](const HttpReply& reply) {
    sending_ = false;
    look_ = true;
    const auto privacy = reply.parse<wire::Privacy>();
    if (!privacy && reply.is_temporary()) return wait(reply);
    if (privacy) take_fetched(*privacy);
    engine_.store.settings.set(setting::kPrivacyToFetch, 0);
  });
}

// It says what was so before this device came. What another device has said, or was done here, is later.
void PrivacySync::take_fetched(const wire::Privacy& privacy) {
  content::StateValue value;
  value.set_number(1);
  int left = static_cast<int>(kPrivacyListMax);
  for (const Bytes& bytes : privacy.blocked()) {
    const auto account = AccountId::from_bytes(bytes);
    if (!account || account->is_none() || left-- <= 0) continue;
    engine_.own_state.set_from_before(content::OwnState::kBlocked, account->view(), value);
    engine_.own_state.apply_again(content::OwnState::kBlocked, account->view());
  }
  for (const auto& [subject, scope] : {std::pair("last_seen", privacy.last_seen()), std::pair("about", privacy.about()),
                                       std::pair("photo", privacy.photo())}) {
    if (!is_scope(scope)) continue;
    value.set_number(static_cast<uint64_t>(scope));
    engine_.own_state.set_from_before(content::OwnState::kSetting, subject, value);
    engine_.own_state.apply_again(content::OwnState::kSetting, subject);
  }
}

void PrivacySync::send() {
  const client_api::Settings now = settings();
  wire::Privacy body;
  body.set_last_seen(static_cast<wire::Privacy::Scope>(now.last_seen()));
  body.set_about(static_cast<wire::Privacy::Scope>(now.about()));
  body.set_photo(static_cast<wire::Privacy::Scope>(now.photo()));
  body.set_replace_blocked(true);
  for (const AccountId& account : engine_.store.contacts.blocked_accounts()) body.add_blocked(account.bytes());
  if (needs_contacts()) {
    body.set_replace_contacts(true);
    for (const AccountId& account : engine_.store.contacts.accounts()) {
      if (body.contacts_size() < static_cast<int>(kPrivacyListMax)) body.add_contacts(account.bytes());
    }
  }
  sending_ = true;
  engine_.http.call("PUT", "/v1/privacy", body.SerializeAsString(), [this, edits = edits_](const HttpReply& reply) {
    sending_ = false;
    look_ = true;
    if (!reply.ok()) {
      wait(reply);
    } else if (edits == edits_) {
      engine_.store.settings.set(setting::kPrivacyToSend, 0);
      if (engine_.store.settings.integer(setting::kPhotoToTell, 0) != 0) {
        engine_.store.settings.set(setting::kPhotoToTell, 0);
        engine_.own_profile_changed(true);
      }
    }
  });
}

}  // namespace kith::core
