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

void PrivacySync::pump() {
  if (!look_ || sending_ || again_.is_set() || !engine_.connection.ready()) return;
  look_ = false;
  if (!engine_.store.settings.integer(setting::kPrivacyToSend, 0)) return;
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
      again_.set(engine_.in_ms(std::max<uint64_t>(kAgainMs, reply.error().retry_after_ms())), [this] { look_ = true; });
    } else if (edits == edits_) {
      engine_.store.settings.set(setting::kPrivacyToSend, 0);
    }
  });
}

}  // namespace kith::core
