// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/safety_numbers.h"

#include "core/conversations.h"
#include "core/engine.h"
#include "crypto/account_key.h"

namespace kith::core {

namespace {

void answer(Engine& engine, uint32_t request, const DeviceListRow& list) {
  const Registration& own = *engine.registration;
  client_api::Response response;
  response.set_id(request);
  client_api::SafetyNumber& number = *response.mutable_get_safety_number();
  number.set_digits(crypto::safety_number(own.account, own.account_key.public_key, list.account, list.account_key));
  number.set_qr_payload(
      crypto::safety_number_qr(own.account, own.account_key.public_key, list.account, list.account_key));
  number.set_verified(list.verified);
  engine.output.respond(std::move(response));
}

void get_for(Engine& engine, uint32_t request, const AccountId& account) {
  if (engine.is_self(account))
    return engine.output.fail(request, FailureCode::kInvalidArgument, "there is no safety number with oneself");
  if (const auto list = engine.store.device_lists.find(account); list && list->known())
    return answer(engine, request, *list);
  if (!engine.connection.wanted()) return engine.output.fail(request, FailureCode::kOffline, "not connected");
  engine.devices.fetch(account, [&engine, request, account](Devices::Outcome outcome) {
    switch (outcome) {
      case Devices::Outcome::kDone:
        if (const auto list = engine.store.device_lists.find(account); list) answer(engine, request, *list);
        return;
      case Devices::Outcome::kNoAccount: return engine.output.fail(request, FailureCode::kNoSuchAccount);
      case Devices::Outcome::kUnavailable:
        return engine.output.fail(request, FailureCode::kOffline, "the server did not answer");
      case Devices::Outcome::kInvalid:
        return engine.output.fail(request, FailureCode::kIdentityInvalid, "the device list does not verify");
    }
  });
}

}  // namespace

void get_safety_number(Engine& engine, uint32_t request, const client_api::GetSafetyNumberRequest& what) {
  engine.people.find(request, what,
                     [&engine, request](const AccountId& account) { get_for(engine, request, account); });
}

void set_verified(Engine& engine, uint32_t request, const client_api::SetVerifiedRequest& what) {
  const auto conversation = Conversations(engine.store).resolve(what.conversation());
  if (!conversation) return engine.output.fail(request, conversation.error().code, conversation.error().detail);
  const auto peer = engine.store.conversations.direct_peer(*conversation);
  const AccountId partner = peer.value_or(AccountId{});
  const auto list = engine.store.device_lists.find(partner);
  if (!list || !list->known())
    return engine.output.fail(request, FailureCode::kInvalidArgument, "there is no safety number yet");
  bool verified = what.verified();
  if (!what.scanned_qr_payload().empty()) {
    const Registration& own = *engine.registration;
    if (!crypto::safety_number_qr_matches(what.scanned_qr_payload(), own.account, own.account_key.public_key, partner,
                                          list->account_key)) {
      return engine.output.fail(request, FailureCode::kIdentityInvalid,
                                "the scanned code is not the one of this conversation");
    }
    verified = true;
  }
  // Whoever has compared it agrees to it.
  if (verified) engine.handle_owners.agree(partner);
  if (verified != list->verified) {
    engine.store.device_lists.set_verified(partner, verified);
    content::StateValue value;
    if (verified) value.set_account_key(list->account_key);
    engine.own_state.set(content::OwnState::kVerified, partner.view(), value);
    engine.changes.conversation(*conversation);
    engine.changes.contacts();
  }
  engine.output.done(request, &client_api::Response::mutable_set_verified);
}

void apply_verified(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto account = AccountId::from_bytes(subject);
  const auto list = account ? engine.store.device_lists.find(*account) : std::nullopt;
  if (!list || !list->known() || engine.is_self(*account)) return;  // applied again when there is one
  const bool verified = !value.account_key().empty() && value.account_key() == list->account_key;
  if (verified == list->verified) return;
  engine.store.device_lists.set_verified(*account, verified);
  engine.changes.partner(*account);
  engine.changes.contacts();
  // Who was compared was agreed to; but whose a handle is, each device has heard for itself.
  if (verified && engine.store.device_lists.must_agree(*account) && engine.store.handles.claimed_by(*account).is_none())
    engine.handle_owners.agree(*account);
}

void compared_identity_changed(Engine& engine, const AccountId& account) {
  const auto list = engine.store.device_lists.find(account);
  const auto value = engine.own_state.find(content::OwnState::kVerified, account.view());
  if (!list || !value || value->account_key().empty()) return;
  if (value->account_key() == list->account_key) return apply_verified(engine, account.view(), *value);
  engine.store.device_lists.set_must_agree(account, true);
}

void agreed_to_identity(Engine& engine, const AccountId& account) {
  const auto list = engine.store.device_lists.find(account);
  const auto value = engine.own_state.find(content::OwnState::kVerified, account.view());
  if (list && value && value->account_key() != list->account_key)
    engine.own_state.set(content::OwnState::kVerified, account.view(), {});
}

}  // namespace kith::core
