// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/admitting.h"

#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "core/engine.h"
#include "core/link_slots.h"
#include "core/new_registration.h"

namespace kith::core {

namespace {

using client_api::Linking;

constexpr size_t kIdentityKeyBytes = 33;

}  // namespace

Admitting::Admitting(Engine& engine) : engine_(engine), mailbox_(engine) {}

void Admitting::open(uint32_t request, const client_api::OpenLinkRequest& what) {
  Output& output = engine_.output;
  const Registration& own = *engine_.registration;
  if (!own.is_first()) return output.fail(request, FailureCode::kNotFirstDevice);
  auto link = read_link(what.link());
  if (!link) return output.fail(request, FailureCode::kNoSuchLink);
  const auto list = engine_.store.device_lists.find(own.account);
  if (list && list->devices.size() >= kDevicesMax) return output.fail(request, FailureCode::kTooManyDevices);
  cancel();
  request_ = request;
  invitation_ = std::move(link->invitation);
  if (link->server != own.server) elsewhere_ = std::move(link->server);
  mailbox_.open(own.server, invitation_.id, [this](const CallFailure& failure) { lost(failure); });
  mailbox_.wait(link_slot::kWaiting, kFirstWordMs, [this](const Bytes&) { on_waiting(); });
}

void Admitting::lost(const CallFailure& failure) {
  if (failure.code != FailureCode::kNoSuchLink || elsewhere_.empty()) return fail(failure);
  fail({FailureCode::kNoSuchLink, "it is of " + elsewhere_, 0});
}

void Admitting::on_waiting() {
  elsewhere_.clear();
  pair_ = crypto::make_link_key(engine_.random);
  opening_ = {pair_.public_key, engine_.random.bytes(crypto::kLinkNonceBytes)};
  mailbox_.write(link_slot::kCommitment, crypto::link_commitment(opening_), [this] {
    mailbox_.wait(link_slot::kNonce, kAnswerMs, [this](const Bytes& nonce) { on_nonce(nonce); });
  });
}

void Admitting::on_nonce(const Bytes& nonce) {
  keys_ = crypto::agree(invitation_, nonce, opening_, pair_.private_key, invitation_.public_key);
  if (!keys_) return fail(link_broken("no key"));
  mailbox_.write(link_slot::kOpening, opening_.encode(), [this] {
    mailbox_.wait(link_slot::kOffer, kAnswerMs, [this](const Bytes& sealed) { on_offer(sealed); });
  });
}

void Admitting::on_offer(const Bytes& sealed) {
  const auto plain = crypto::open_link(*keys_, link_slot::kOffer, sealed);
  if (!plain || !offer_.ParseFromString(*plain) || offer_.identity_key().size() != kIdentityKeyBytes ||
      !is_device_name(offer_.device_name()) || !is_device_name(offer_.platform()))
    return fail(link_broken("the offer is none"));
  offer_.set_device_name(one_line(offer_.device_name()));
  offer_.set_platform(one_line(offer_.platform()));
  Linking& linking = linking_.emplace();
  linking.set_stage(Linking::kComparing);
  linking.set_code(keys_->code);
  client_api::Response response;
  response.set_id(std::exchange(request_, 0));
  response.mutable_open_link()->set_device_name(offer_.device_name());
  response.mutable_open_link()->set_code(keys_->code);
  engine_.output.respond(std::move(response));
}

void Admitting::confirm(uint32_t request, const client_api::ConfirmLinkRequest& what) {
  if (!linking_ || linking_->stage() != Linking::kComparing)
    return engine_.output.fail(request, FailureCode::kNoSuchLink, "none was opened");
  request_ = request;
  history_ = what.history();
  linking_->set_stage(Linking::kFinishing);
  // Another device may have been let in of which this one was never told, because it was killed.
  engine_.devices.fetch(engine_.registration->account, [this](Devices::Outcome outcome) {
    if (!linking_ || linking_->stage() != Linking::kFinishing) return;
    if (outcome != Devices::Outcome::kDone) return fail({FailureCode::kOffline, "the own list can't be had", 0});
    ask_for_device();
  });
}

void Admitting::ask_for_device() {
  engine_.http.call("POST", "/v1/devices", wire::NewDeviceRequest().SerializeAsString(),
                    [this](const HttpReply& reply) {
                      if (!linking_ || linking_->stage() != Linking::kFinishing) return;
                      const auto response = reply.parse<wire::NewDeviceResponse>();
                      if (!response) return fail(failure_of(reply));
                      grant(*response);
                    });
}

void Admitting::grant(const wire::NewDeviceResponse& response) {
  const Registration& own = *engine_.registration;
  const auto list = engine_.own_devices.with({response.device_id()}, offer_);
  if (!list) return fail({FailureCode::kTooManyDevices, "", 0});
  signed_ = *list;
  granted_ = {response.device_id()};
  content::LinkGrant grant;
  grant.set_account_id(own.account.bytes());
  grant.set_device_id(response.device_id());
  grant.set_token(response.token());
  grant.set_server_id(own.server_id.bytes());
  grant.set_handle(own.handle.text());
  grant.set_name(engine_.profiles.own_name());
  grant.set_about(engine_.profiles.own_about());
  grant.set_device_list(signed_.device_list());
  grant.set_signature(signed_.signature());
  if (const auto history = engine_.history_giving.promise(granted_, history_)) grant.set_history_id(history->bytes());
  mailbox_.write(
      link_slot::kGrant, crypto::seal_link(*keys_, link_slot::kGrant, grant.SerializeAsString(), engine_.random),
      [this] { mailbox_.wait(link_slot::kDone, kAnswerMs, [this](const Bytes& sealed) { on_done(sealed); }); });
}

void Admitting::on_done(const Bytes& sealed) {
  content::LinkDone done;
  const auto plain = crypto::open_link(*keys_, link_slot::kDone, sealed);
  if (!plain || !done.ParseFromString(*plain)) return fail(link_broken("the end is none"));
  if (!done.linked()) return fail({FailureCode::kServer, "the server did not take the new device", 0});
  if (!engine_.devices.accept(engine_.registration->account, signed_)) return fail(link_broken("an older list"));
  const auto device = engine_.own_devices.find(granted_);
  if (!device) return fail(link_broken("the list is without it"));
  answer(std::exchange(request_, 0), *device);
  forget();
}

void Admitting::answer(uint32_t request, const client_api::Device& device) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_confirm_link() = device;
  engine_.output.respond(std::move(response));
}

void Admitting::forget() {
  mailbox_.close(true);
  linking_.reset();
  elsewhere_.clear();
  pair_.forget();
  invitation_.forget();
  if (keys_) keys_->forget();
  keys_.reset();
  granted_ = {};
}

void Admitting::cancel() { fail({FailureCode::kNoSuchLink, "it was given up", 0}); }

void Admitting::fail(const CallFailure& failure) {
  const DeviceId granted = linking_ ? granted_ : DeviceId();  // else that is seen to already
  const uint32_t request = std::exchange(request_, 0);
  forget();
  if (granted.value == 0) return tell(request, failure);
  // It may have come after all, and its word was lost.
  granted_ = granted;
  engine_.own_devices.take_revision([this, granted, request, failure] {
    if (!linking_ && granted_ == granted) granted_ = {};
    if (const auto device = engine_.own_devices.find(granted)) return answer(request, *device);
    tell(request, failure);
  });
}

void Admitting::tell(uint32_t request, const CallFailure& failure) {
  if (request != 0) engine_.output.fail(request, failure);
}

}  // namespace kith::core
