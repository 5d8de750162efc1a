// SPDX-License-Identifier: AGPL-3.0-or-later

// A device's own side of registration and keys, with real keys: what a client core would do, in a few lines.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/account_key.h"
#include "crypto/sessions.h"
#include "crypto/testing/memory_signal_store.h"
#include "server/handlers/testing/handlers_world.h"

namespace kith::testing {

// One phone number's holder: an account key and one device.
class TestDevice {
 public:
  TestDevice(HandlersWorld& world, std::string number)
      : world(world),
        phone(std::move(number)),
        account_key(crypto::make_account_key(world.random)),
        store(crypto::Sessions::make_identity(world.random), crypto::Sessions::make_registration_id(world.random)) {}

  // Asks for a code and registers with it. The answer of the last step.
  Outcome<wire::RegistrationResponse> register_number(std::string pin = "") {
    wire::CodeRequest ask;
    ask.mutable_handle()->set_phone(phone);
    const auto code = world.run(handlers::request_code(world.services(), "192.0.2.1", ask));
    if (!code) return std::unexpected<Refusal>(code.error());
    wire::RegistrationRequest request;
    request.mutable_handle()->set_phone(phone);
    request.set_code(code->code());
    request.set_pin(std::move(pin));
    request.set_request_id(world.random.bytes(16));
    auto response = world.run(handlers::register_device(world.services(), "192.0.2.1", request));
    if (response) {
      address = {*AccountId::from_bytes(response->account_id()), {response->device_id()}};
      token = response->token();
      revision = response->device_list_revision();
    }
    return response;
  }

  // Asks an active device of an account to let this one in, and takes what it is given: the account's key too, as which
  // the lists of this one are signed here. The answer to that device.
  Outcome<wire::NewDeviceResponse> begin_linking(const TestDevice& first) {
    auto response = world.run(handlers::new_device(world.services(), first.address, {}));
    if (response) {
      address = {first.address.account, {response->device_id()}};
      token = response->token();
      revision = response->device_list_revision();
      account_key = first.account_key;
    }
    return response;
  }
  // All of it; `others`: the account's active devices.
  bool become_linked(std::vector<TestDevice*> others) {
    return begin_linking(*others.front()) && publish(keys(30, std::move(others)));
  }

  // A list of the account, at this one's `revision`, which names these devices.
  wire::DeviceList list_of(std::vector<TestDevice*> devices) const {
    wire::DeviceList list;
    list.set_account_id(address.account.bytes());
    list.set_revision(revision);
    list.set_account_key(account_key.public_key);
    std::ranges::sort(devices, {}, [](TestDevice* device) { return device->address.device; });
    for (TestDevice* const device : devices) {
      wire::DeviceList::Device& one = *list.add_devices();
      one.set_device_id(device->address.device.value);
      one.set_identity_key(device->store.identity().public_key);
      one.set_name("Test");
    }
    return list;
  }
  // A list and nothing else.
  wire::PublishKeysRequest list_alone(std::vector<TestDevice*> devices) const {
    wire::PublishKeysRequest request;
    sign(request, list_of(std::move(devices)));
    return request;
  }
  // Keys and list of this device, as the first PUT /v1/keys has them; with `others` in the list.
  wire::PublishKeysRequest keys(uint32_t prekey_count = 30, std::vector<TestDevice*> others = {}) {
    crypto::Sessions sessions(store, world.random);
    wire::PublishKeysRequest request;
    others.push_back(this);
    sign(request, list_of(std::move(others)));
    request.set_registration_id(store.registration_id());
    request.set_identity_key(store.identity().public_key);
    const auto signed_prekey = sessions.make_signed_prekey(1, world.loops.clock.now());
    request.mutable_signed_prekey()->set_id(signed_prekey->id);
    request.mutable_signed_prekey()->set_public_key(signed_prekey->public_key);
    request.mutable_signed_prekey()->set_signature(signed_prekey->signature);
    const auto prekeys = sessions.make_prekeys(next_prekey, prekey_count);
    next_prekey += prekey_count;
    for (const auto& prekey : *prekeys) {
      request.add_prekeys()->set_id(prekey.id);
      request.mutable_prekeys(request.prekeys_size() - 1)->set_public_key(prekey.public_key);
    }
    return request;
  }
  void sign(wire::PublishKeysRequest& request, const wire::DeviceList& list) const {
    const Bytes bytes = list.SerializeAsString();
    request.mutable_device_list()->set_device_list(bytes);
    request.mutable_device_list()->set_signature(crypto::sign_device_list(account_key, bytes));
  }
  Outcome<wire::PublishKeysResponse> publish(wire::PublishKeysRequest request) {
    return world.run(handlers::publish_keys(world.services(), address, std::move(request)));
  }
  // All of it.
  bool become_active(std::string pin = "") { return register_number(std::move(pin)) && publish(keys()); }

  HandlersWorld& world;
  std::string phone;
  crypto::AccountKeyPair account_key;
  crypto::MemorySignalStore store;
  DeviceAddress address;
  Bytes token;
  uint64_t revision = 1;
  uint32_t next_prekey = 1;
};

}  // namespace kith::testing
