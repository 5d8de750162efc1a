// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/registration.h"

#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"
#include "core/engine.h"
#include "core/new_registration.h"
#include "core/refusal.h"
#include "core/server_address.h"
#include "crypto/account_key.h"
#include "wire/handle.h"

namespace kith::core {

namespace {

constexpr size_t kRequestIdBytes = 16;

// The digits of a code as people paste it, in any script, with spaces and dashes between: a code that is right must
// cost no try because of how it is written. "" when nothing of it is a digit.
std::string digits_of(std::string_view code) {
  std::string digits;
  for (size_t at = 0; at < code.size();) {
    if (const auto digit = decimal_digit(next_point(code, at))) digits.push_back(static_cast<char>('0' + *digit));
  }
  return digits;
}

}  // namespace

void RegistrationSteps::request_code(uint32_t request, const client_api::RequestCodeRequest& what) {
  const auto server = normalize_server(what.server());
  if (!server)
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "server: must begin with http:// or https://");
  const auto handle = Handle::parse(what.handle(), "");
  if (!handle) return engine_.output.fail(request, FailureCode::kInvalidHandle, about_handle(handle.error()));
  wire::CodeRequest body;
  *body.mutable_handle() = to_wire(*handle);
  engine_.http.call_unauthenticated("POST", *server, "/v1/registration/code", body.SerializeAsString(),
                                    [this, request](const HttpReply& reply) {
                                      const auto code = reply.parse<wire::CodeResponse>();
                                      if (!code) return engine_.output.fail(request, failure_of(reply));
                                      client_api::Response response;
                                      response.set_id(request);
                                      response.mutable_request_code()->set_code(code->code());
                                      response.mutable_request_code()->set_digits(code->digits());
                                      response.mutable_request_code()->set_expires_in_s(code->expires_in_s());
                                      engine_.output.respond(std::move(response));
                                    });
}

void RegistrationSteps::start(uint32_t request, const client_api::RegisterRequest& what) {
  Output& output = engine_.output;
  if (engine_.registered() && !engine_.connection.refused())
    return output.fail(request, FailureCode::kAlreadyRegistered);
  if (order_) return output.fail(request, FailureCode::kAlreadyRegistered, "a registration is under way");
  const auto server = normalize_server(what.server());
  if (!server)
    return output.fail(request, FailureCode::kInvalidArgument, "server: must begin with http:// or https://");
  const auto handle = Handle::parse(what.handle(), "");
  if (!handle) return output.fail(request, FailureCode::kInvalidHandle, about_handle(handle.error()));
  const auto name = Profiles::checked_name(what.name());
  if (!name) return output.fail(request, name.error().code, name.error().detail);
  if (!is_device_name(what.device_name()))
    return output.fail(request, FailureCode::kInvalidArgument, "device_name: must have at most 64 bytes");
  if (!is_device_name(what.platform()))
    return output.fail(request, FailureCode::kInvalidArgument, "platform: must have at most 64 bytes");
  Order order{request, what, *handle};
  order.what.set_server(*server);
  order.what.set_name(*name);
  order.what.set_code(digits_of(what.code()));
  const std::optional<Registration>& before = engine_.registration;
  if (before && engine_.registered() && before->handle != *handle) {
    return output.fail(request, FailureCode::kOtherHandle,
                       "handle: this device has the messages of " + before->handle.text());
  }
  order_ = std::move(order);
  if (before && !engine_.registered() && before->handle == *handle && before->server == *server) return publish(true);
  prove_handle();
}

void RegistrationSteps::prove_handle() {
  if (order_->what.code().empty()) {
    const uint32_t request = std::exchange(order_, std::nullopt)->request;
    return engine_.output.fail(request, FailureCode::kWrongCode, "code: must be digits");
  }
  Progress& progress = engine_.progress;
  if (progress.registration_request.empty()) {
    progress.registration_request = engine_.random.bytes(kRequestIdBytes);
    engine_.store.account.set_progress(progress);
  }
  wire::RegistrationRequest body;
  body.set_request_id(progress.registration_request);
  *body.mutable_handle() = to_wire(order_->handle);
  body.set_code(order_->what.code());
  body.set_pin(order_->what.pin());
  engine_.http.call_unauthenticated("POST", order_->what.server(), "/v1/registration", body.SerializeAsString(),
                                    [this](const HttpReply& reply) {
                                      const auto response = reply.parse<wire::RegistrationResponse>();
                                      if (!response || !AccountId::from_bytes(response->account_id()) ||
                                          response->token().empty() || !ServerId::from_bytes(response->server_id())) {
                                        return fail(reply);
                                      }
                                      on_proved(*response);
                                    });
}

void RegistrationSteps::on_proved(const wire::RegistrationResponse& response) {
  const std::optional<Registration>& before = engine_.registration;
  Registration now;
  now.server = order_->what.server();
  now.server_id = *ServerId::from_bytes(response.server_id());
  now.handle = order_->handle;
  now.account = *AccountId::from_bytes(response.account_id());
  now.device = {response.device_id()};
  now.token = response.token();
  // A linked device never had the private half.
  const bool has_key = before && before->account == now.account && before->is_first();
  now.account_key = has_key ? before->account_key : crypto::make_account_key(engine_.random);
  now.identity = crypto::Sessions::make_identity(engine_.random);
  now.registration_id = crypto::Sessions::make_registration_id(engine_.random);
  now.device_name = order_->what.device_name();
  take_registration(engine_, std::move(now), {response.device_list_revision()});

  const Registration& own = *engine_.registration;
  wire::DeviceList list;
  list.set_account_id(own.account.bytes());
  list.set_revision(engine_.progress.device_list_revision.value);
  list.set_account_key(own.account_key.public_key);
  list.set_created_us(engine_.clock.now().value);
  list.set_first_device_id(own.device.value);
  wire::DeviceList::Device& device = *list.add_devices();
  device.set_device_id(own.device.value);
  device.set_identity_key(own.identity.public_key);
  device.set_name(own.device_name);
  device.set_added_us(list.created_us());
  device.set_platform(one_line(order_->what.platform().empty() ? own.device_name : order_->what.platform()));
  wire::SignedDeviceList signed_list;
  signed_list.set_device_list(list.SerializeAsString());
  signed_list.set_signature(crypto::sign_device_list(own.account_key, signed_list.device_list()));
  if (!engine_.devices.accept(own.account, signed_list)) return fail(HttpReply{200, ""});
  engine_.profiles.set_own_name(order_->what.name());
  publish(true);
}

void RegistrationSteps::publish(bool with_list) {
  wire::PublishKeysRequest body;
  if (!make_publication(engine_, with_list, body)) return;  // the commit fails, and answers
  engine_.http.call("PUT", "/v1/keys", body.SerializeAsString(),
                    [this, with_list](const HttpReply& reply) { on_published(reply, with_list); });
}

void RegistrationSteps::on_published(const HttpReply& reply, bool with_list) {
  if (reply.ok()) return finish();
  switch (reply.error().code()) {
    case wire::kInvalidRevision:
      if (with_list) return compare_list();
      break;
    case wire::kUnauthenticated:
    case wire::kUnknownDevice:
      // The handle was registered again meanwhile, or the server has lost the device: this attempt is over, a new code
      // begins another.
      if (with_list && !order_->what.code().empty()) return prove_handle();
      break;
    default: break;
  }
  fail(reply);
}

void RegistrationSteps::compare_list() {
  engine_.http.call("GET", "/v1/accounts/" + engine_.registration->account.hex() + "/devices", "",
                    [this](const HttpReply& reply) {
                      const auto current = reply.parse<wire::SignedDeviceList>();
                      const auto own = engine_.store.device_lists.find(engine_.registration->account);
                      const wire::ErrorCode code = reply.error().code();
                      if (!current && code != wire::kUnauthenticated && code != wire::kUnknownDevice)
                        return fail(reply);
                      if (current && own && current->device_list() == own->device_list) return publish(false);
                      prove_handle();
                    });
}

void RegistrationSteps::finish() {
  engine_.progress.keys_published = true;
  engine_.progress.registration_request.clear();
  engine_.store.account.set_progress(engine_.progress);
  if (engine_.connection.wanted()) engine_.connection.start();  // as the device before was
  engine_.profiles.set_own_name(order_->what.name());
  engine_.profiles.push([this] {
    const Order order = *std::exchange(order_, std::nullopt);
    client_api::Response response;
    response.set_id(order.request);
    *response.mutable_register_() = engine_.state();
    engine_.output.respond(std::move(response));
  });
}

void RegistrationSteps::fail(const HttpReply& reply) {
  engine_.output.fail(order_->request, failure_of(reply));
  order_.reset();
}

}  // namespace kith::core
