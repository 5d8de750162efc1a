// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/privacy.h"

#include <algorithm>

#include "base/limits.h"
#include "core/engine.h"

namespace kith::core {

namespace {

// The numbers of client_api.Settings.Scope and wire.Privacy.Scope are the same.
static_assert(static_cast<int>(client_api::Settings::kEveryone) == static_cast<int>(wire::Privacy::kEveryone));
static_assert(static_cast<int>(client_api::Settings::kContacts) == static_cast<int>(wire::Privacy::kContacts));
static_assert(static_cast<int>(client_api::Settings::kNobody) == static_cast<int>(wire::Privacy::kNobody));

// The settings that all devices of the account share, as registers and as this device has them.
struct Shared {
  std::string_view subject;
  std::string_view name;
  int64_t absent;  // what one is that was never set
  uint64_t least;
  uint64_t greatest;
  bool is_scope;
};
constexpr Shared kShared[] = {
    {"read_receipts", setting::kReadReceipts, 1, 0, 1, false},
    {"last_seen", setting::kLastSeenScope, client_api::Settings::kEveryone, client_api::Settings::kEveryone,
     client_api::Settings::kNobody, true},
    {"about", setting::kAboutScope, client_api::Settings::kEveryone, client_api::Settings::kEveryone,
     client_api::Settings::kNobody, true},
    {"has_pin", setting::kHasPin, 0, 0, 1, false},
};

bool is_scope(int scope) { return scope >= client_api::Settings::kEveryone && scope <= client_api::Settings::kNobody; }

}  // namespace

PrivacySync::PrivacySync(Engine& engine) : engine_(engine), again_(engine.timers) {}

client_api::Settings PrivacySync::settings() {
  SettingsTable& table = engine_.store.settings;
  const auto scope = [&table](std::string_view name) {
    const int64_t value = table.integer(name, client_api::Settings::kEveryone);
    return static_cast<client_api::Settings::Scope>(value);
  };
  client_api::Settings settings;
  settings.set_read_receipts(table.integer(setting::kReadReceipts, 1) != 0);
  settings.set_last_seen(scope(setting::kLastSeenScope));
  settings.set_about(scope(setting::kAboutScope));
  settings.set_has_pin(table.integer(setting::kHasPin, 0) != 0);
  return settings;
}

void PrivacySync::get(uint32_t request) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_get_settings() = settings();
  engine_.output.respond(std::move(response));
}

void PrivacySync::set(uint32_t request, const client_api::SetSettingsRequest& what) {
  const client_api::Settings before = settings();
  SettingsTable& table = engine_.store.settings;
  for (const int scope : {static_cast<int>(what.last_seen()), static_cast<int>(what.about())}) {
    if (scope != client_api::Settings::kUnspecified && !is_scope(scope)) {
      return engine_.output.fail(request, FailureCode::kInvalidArgument,
                                 "last_seen and about: everyone, contacts or nobody");
    }
  }
  if (what.has_read_receipts() && what.read_receipts() != before.read_receipts()) {
    table.set(setting::kReadReceipts, what.read_receipts() ? 1 : 0);
    if (!what.read_receipts()) engine_.store.receipts.clear_all_due();
  }
  if (is_scope(what.last_seen())) table.set(setting::kLastSeenScope, what.last_seen());
  if (is_scope(what.about())) table.set(setting::kAboutScope, what.about());
  const client_api::Settings now = settings();
  if (now.last_seen() != before.last_seen() || now.about() != before.about()) changed();
  if (now.SerializeAsString() != before.SerializeAsString()) engine_.changes.settings();
  tell_settings();
  client_api::Response response;
  response.set_id(request);
  *response.mutable_set_settings() = now;
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
                      if (!reply.ok()) {
                        const CallFailure failure = failure_of(reply);
                        return engine_.output.fail(request, failure.code, failure.detail, failure.retry_after_ms);
                      }
                      engine_.store.settings.set(setting::kHasPin, remove ? 0 : 1);
                      engine_.changes.settings();
                      tell_settings();
                      engine_.output.done(request, &client_api::Response::mutable_set_pin);
                    });
}

void PrivacySync::changed() {
  engine_.store.settings.set(setting::kPrivacyToSend, 1);
  ++edits_;
  look_ = true;
}

void PrivacySync::contacts_changed() {
  const client_api::Settings now = settings();
  if (now.last_seen() == client_api::Settings::kContacts || now.about() == client_api::Settings::kContacts) changed();
}

void PrivacySync::tell_blocked(const AccountId& account) {
  if (engine_.store.handles.provisional(account)) return;
  content::StateValue value;
  if (engine_.store.contacts.blocked(account)) value.set_number(1);
  engine_.own_state.set(content::OwnState::kBlocked, account.view(), value);
}

void PrivacySync::apply_blocked(BytesView subject, const content::StateValue& value) {
  const auto account = AccountId::from_bytes(subject);
  const bool blocked = value.number() != 0;
  if (!account || account->is_none() || engine_.is_self(*account) ||
      engine_.store.contacts.blocked(*account) == blocked) {
    return;
  }
  engine_.store.contacts.set_blocked(*account, blocked);
  engine_.typing_presence.message_came(*account);
  engine_.changes.partner(*account);
  engine_.changes.contacts();
  changed();
}

void PrivacySync::apply_setting(BytesView subject, const content::StateValue& value) {
  const auto shared = std::find_if(std::begin(kShared), std::end(kShared),
                                   [subject](const Shared& each) { return each.subject == subject; });
  if (shared == std::end(kShared) || value.number() < shared->least || value.number() > shared->greatest) return;
  const auto number = static_cast<int64_t>(value.number());
  if (engine_.store.settings.integer(shared->name, shared->absent) == number) return;
  engine_.store.settings.set(shared->name, number);
  if (shared->name == setting::kReadReceipts && number == 0) engine_.store.receipts.clear_all_due();
  if (shared->is_scope) changed();
  engine_.changes.settings();
}

void PrivacySync::tell_settings() {
  for (const Shared& each : kShared) {
    content::StateValue value;
    value.set_number(static_cast<uint64_t>(engine_.store.settings.integer(each.name, each.absent)));
    // What was never set anywhere says nothing.
    if (value.number() != static_cast<uint64_t>(each.absent) ||
        engine_.own_state.find(content::OwnState::kSetting, each.subject))
      engine_.own_state.set(content::OwnState::kSetting, each.subject, value);
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
  for (const auto& [subject, scope] :
       {std::pair("last_seen", privacy.last_seen()), std::pair("about", privacy.about())}) {
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
  body.set_replace_blocked(true);
  for (const AccountId& account : engine_.store.contacts.blocked_accounts()) body.add_blocked(account.bytes());
  if (now.last_seen() == client_api::Settings::kContacts || now.about() == client_api::Settings::kContacts) {
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
    }
  });
}

}  // namespace kith::core
