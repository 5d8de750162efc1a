// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/joining.h"

#include <algorithm>
#include <utility>

#include "core/engine.h"
#include "core/link_slots.h"
#include "core/new_registration.h"
#include "core/server_address.h"
#include "crypto/account_key.h"

namespace kith::core {

namespace {

using client_api::Linking;

}  // namespace

Joining::Joining(Engine& engine) : engine_(engine), mailbox_(engine), again_(engine.timers) {}

void Joining::start(uint32_t request, const client_api::StartLinkingRequest& what) {
  Output& output = engine_.output;
  if (engine_.registered() && !engine_.connection.refused())
    return output.fail(request, FailureCode::kAlreadyRegistered);
  const auto server = normalize_server(what.server());
  if (!server)
    return output.fail(request, FailureCode::kInvalidArgument, "server: must begin with http:// or https://");
  if (!is_device_name(what.device_name()))
    return output.fail(request, FailureCode::kInvalidArgument, "device_name: must have at most 64 bytes");
  if (!is_device_name(what.platform()))
    return output.fail(request, FailureCode::kInvalidArgument, "platform: must have at most 64 bytes");
  cancel();
  request_ = request;
  server_ = *server;
  device_name_ = what.device_name();
  platform_ = what.platform().empty() ? what.device_name() : what.platform();
  const std::optional<Registration>& before = engine_.registration;
  if (before && !engine_.registered() && !before->is_first() && before->server == server_ &&
      engine_.store.device_lists.find(before->account)) {
    linking_.emplace().set_stage(Linking::kFinishing);
    return publish(true);
  }
  show_link();
}

void Joining::cancel() {
  mailbox_.close(true);
  again_.cancel();
  linking_.reset();
  forget_secrets();
  if (const uint32_t request = std::exchange(request_, 0); request != 0)
    engine_.output.fail(request, FailureCode::kNoSuchLink, "it was given up");
}

void Joining::forget_secrets() {
  pair_.forget();
  invitation_.forget();
  wipe(identity_.private_key);
  if (keys_) keys_->forget();
  keys_.reset();
}

void Joining::show_link() {
  pair_ = crypto::make_link_key(engine_.random);
  invitation_ = crypto::make_link_invitation(engine_.random, pair_.public_key);
  identity_ = crypto::Sessions::make_identity(engine_.random);
  Linking& linking = linking_.emplace();
  linking.set_stage(Linking::kWaiting);
  linking.set_link(link_text(server_, invitation_));
  linking.set_expires_us(engine_.clock.now().value + LinkMailbox::kLifeMs * 1000);
  mailbox_.open(server_, invitation_.id, [this](const CallFailure& failure) { fail(failure); });
  mailbox_.write(link_slot::kWaiting, Bytes(1, '\1'), [this] {
    client_api::Response response;
    response.set_id(std::exchange(request_, 0));
    response.mutable_start_linking()->set_link(linking_->link());
    response.mutable_start_linking()->set_expires_us(linking_->expires_us());
    engine_.output.respond(std::move(response));
    mailbox_.wait(link_slot::kCommitment, LinkMailbox::kLifeMs,
                  [this](const Bytes& commitment) { on_commitment(commitment); });
  });
}

void Joining::on_commitment(const Bytes& commitment) {
  commitment_ = commitment;
  nonce_ = engine_.random.bytes(crypto::kLinkNonceBytes);
  mailbox_.write(link_slot::kNonce, nonce_, [this] {
    mailbox_.wait(link_slot::kOpening, LinkMailbox::kLifeMs, [this](const Bytes& bytes) { on_opening(bytes); });
  });
}

void Joining::on_opening(const Bytes& bytes) {
  const auto opening = crypto::LinkOpening::decode(bytes);
  if (!opening || crypto::link_commitment(*opening) != commitment_)
    return fail(link_broken("not what was committed to"));
  keys_ = crypto::agree(invitation_, nonce_, *opening, pair_.private_key, opening->public_key);
  if (!keys_) return fail(link_broken("no key"));
  linking_->set_stage(Linking::kComparing);
  linking_->set_code(keys_->code);
  content::LinkOffer offer;
  offer.set_identity_key(identity_.public_key);
  offer.set_device_name(device_name_);
  offer.set_platform(platform_);
  mailbox_.write(link_slot::kOffer,
                 crypto::seal_link(*keys_, link_slot::kOffer, offer.SerializeAsString(), engine_.random), [this] {
                   mailbox_.wait(link_slot::kGrant, LinkMailbox::kLifeMs,
                                 [this](const Bytes& sealed) { on_grant(sealed); });
                 });
}

std::optional<wire::SignedDeviceList> Joining::checked_list(const content::LinkGrant& grant) {
  wire::DeviceList list;
  if (!list.ParseFromString(grant.device_list()) || list.account_id() != grant.account_id()) return std::nullopt;
  const bool names_this =
      std::any_of(list.devices().begin(), list.devices().end(), [this, &grant](const wire::DeviceList::Device& device) {
        return device.device_id() == grant.device_id() && device.identity_key() == identity_.public_key;
      });
  if (!names_this || !crypto::verify_device_list(list.account_key(), grant.device_list(), grant.signature()))
    return std::nullopt;
  wire::SignedDeviceList signed_list;
  signed_list.set_device_list(grant.device_list());
  signed_list.set_signature(grant.signature());
  return signed_list;
}

void Joining::on_grant(const Bytes& sealed) {
  content::LinkGrant grant;
  const auto plain = crypto::open_link(*keys_, link_slot::kGrant, sealed);
  if (!plain || !grant.ParseFromString(*plain)) return fail(link_broken("the grant can't be opened"));
  const auto account = AccountId::from_bytes(grant.account_id());
  const auto server_id = ServerId::from_bytes(grant.server_id());
  const auto list = checked_list(grant);
  const auto handle = grant.handle().empty() ? std::optional(Handle()) : Handle::from_text(grant.handle());
  if (!account || !server_id || !list || !handle || grant.token().empty())
    return fail(link_broken("the grant is none"));
  if (engine_.registered() && engine_.registration->account != *account)
    return fail({FailureCode::kOtherHandle, "this device has the messages of another account", 0});

  wire::DeviceList inside;
  (void)inside.ParseFromString(list->device_list());  // checked_list has
  Registration now;
  now.server = server_;
  now.server_id = *server_id;
  now.handle = *handle;
  now.account = *account;
  now.device = {grant.device_id()};
  now.token = grant.token();
  now.account_key.public_key = inside.account_key();
  now.identity = identity_;
  now.registration_id = crypto::Sessions::make_registration_id(engine_.random);
  now.device_name = device_name_;
  take_registration(engine_, std::move(now), {inside.revision()});
  if (!engine_.devices.accept(*account, *list)) return fail(link_broken("the list does not verify"));
  engine_.store.settings.set(setting::kPrivacyToFetch, 1);
  engine_.profiles.take_own(grant.name(), grant.about());
  engine_.history_taking.expect({inside.first_device_id()}, HistoryId::from_bytes(grant.history_id()));
  linking_->set_stage(Linking::kFinishing);
  publish(true);
}

void Joining::publish(bool with_list) {
  wire::PublishKeysRequest body;
  if (!make_publication(engine_, with_list, body)) return;  // the commit fails
  engine_.http.call("PUT", "/v1/keys", body.SerializeAsString(),
                    [this, with_list](const HttpReply& reply) { on_published(reply, with_list); });
}

// The server has a list of this revision. It is this very one, or one after it, when the answer to it was lost.
void Joining::look_at_list(CallFailure refused) {
  engine_.devices.fetch(engine_.registration->account, [this, refused = std::move(refused)](Devices::Outcome outcome) {
    if (!linking_ || linking_->stage() != Linking::kFinishing) return;  // given up meanwhile
    if (outcome == Devices::Outcome::kDone) return publish(false);      // it names this device
    not_taken(refused);
  });
}

void Joining::on_published(const HttpReply& reply, bool with_list) {
  if (!linking_ || linking_->stage() != Linking::kFinishing) return;  // given up meanwhile
  if (!reply.ok() && reply.is_temporary()) {
    again_.set(engine_.in_ms(kAgainMs), [this, with_list] { publish(with_list); });
    return;
  }
  if (with_list && reply.error().code() == wire::kInvalidRevision) return look_at_list(failure_of(reply));
  if (!reply.ok()) return not_taken(failure_of(reply));
  engine_.progress.keys_published = true;
  engine_.store.account.set_progress(engine_.progress);
  const uint32_t request = std::exchange(request_, 0);
  if (request != 0) {
    client_api::Response response;
    response.set_id(request);
    response.mutable_start_linking();
    engine_.output.respond(std::move(response));
  }
  if (engine_.connection.wanted()) engine_.connection.start();
  linking_.reset();
  if (mailbox_.is_open()) mailbox_.write(link_slot::kDone, sealed_done(true), [this] { mailbox_.close(false); });
  forget_secrets();
}

void Joining::not_taken(const CallFailure& why) {
  if (!mailbox_.is_open()) return show_link();  // what was interrupted is no more: from the beginning
  mailbox_.write(link_slot::kDone, sealed_done(false), [] {});
  fail(why);
}

Bytes Joining::sealed_done(bool linked) {
  content::LinkDone done;
  done.set_linked(linked);
  return crypto::seal_link(*keys_, link_slot::kDone, done.SerializeAsString(), engine_.random);
}

void Joining::fail(const CallFailure& failure) {
  again_.cancel();
  forget_secrets();
  if (const uint32_t request = std::exchange(request_, 0); request != 0) engine_.output.fail(request, failure);
  // The last word to the first device may not get through: it sees the list.
  if (!linking_ || linking_->stage() == Linking::kFailed) return;
  linking_->set_stage(Linking::kFailed);
  linking_->clear_link();
  linking_->mutable_failure()->set_code(failure.code);
  linking_->mutable_failure()->set_detail(failure.detail);
}

}  // namespace kith::core
