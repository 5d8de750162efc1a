// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/accounts.h"

#include <atomic>
#include <thread>

#include "bench/api.h"
#include "crypto/account_key.h"
#include "crypto/testing/test_device.h"
#include "wire/api.pb.h"

namespace kith::bench {
namespace {

constexpr size_t kWorkers = 16;

using gateway::testing::Client;

// Everything but the device list, which is each account's own.
wire::PublishKeysRequest shared_keys() {
  crypto::TestDevice device(1);
  wire::PublishKeysRequest keys;
  keys.set_registration_id(device.store.registration_id());
  keys.set_identity_key(device.store.identity().public_key);
  keys.mutable_signed_prekey()->set_id(device.signed_prekey.id);
  keys.mutable_signed_prekey()->set_public_key(device.signed_prekey.public_key);
  keys.mutable_signed_prekey()->set_signature(device.signed_prekey.signature);
  wire::Prekey& prekey = *keys.add_prekeys();
  prekey.set_id(device.one_time_prekeys.front().id);
  prekey.set_public_key(device.one_time_prekeys.front().public_key);
  return keys;
}

std::optional<BenchAccount> register_one(Client& client, const std::string& phone, wire::PublishKeysRequest keys,
                                         RandomSource& random) {
  wire::CodeRequest ask;
  ask.mutable_handle()->set_phone(phone);
  const auto code = call<wire::CodeResponse>(client, "POST", "/v1/registration/code", ask);
  if (!code) return std::nullopt;
  wire::RegistrationRequest proof;
  proof.mutable_handle()->set_phone(phone);
  proof.set_code(code->code());
  proof.set_request_id(random.bytes(16));
  const auto registered = call<wire::RegistrationResponse>(client, "POST", "/v1/registration", proof);
  if (!registered) return std::nullopt;

  const crypto::AccountKeyPair account_key = crypto::make_account_key(random);
  wire::DeviceList list;
  list.set_account_id(registered->account_id());
  list.set_revision(registered->device_list_revision());
  list.set_account_key(account_key.public_key);
  wire::DeviceList::Device& device = *list.add_devices();
  device.set_device_id(registered->device_id());
  device.set_identity_key(keys.identity_key());
  device.set_name("Bench");
  keys.mutable_device_list()->set_device_list(list.SerializeAsString());
  keys.mutable_device_list()->set_signature(crypto::sign_device_list(account_key, keys.device_list().device_list()));
  if (!call<wire::PublishKeysResponse>(client, "PUT", "/v1/keys", keys, registered->token())) return std::nullopt;
  return BenchAccount{*AccountId::from_bytes(registered->account_id()),
                      registered->device_id(),
                      registered->device_list_revision(),
                      registered->token(),
                      {}};
}

}  // namespace

std::optional<std::vector<BenchAccount>> register_accounts(uint16_t port, size_t count) {
  const wire::PublishKeysRequest keys = shared_keys();
  std::vector<BenchAccount> accounts(count);
  std::atomic<bool> failed{false};
  std::vector<std::jthread> workers;
  for (size_t worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([&, worker] {
      Client client(port);
      crypto::SeededRandom random(1000 + worker);
      for (size_t i = worker; i < count && !failed; i += kWorkers) {
        auto account = register_one(client, "+49170" + std::to_string(1'000'000 + i), keys, random);
        if (!account) {
          failed = true;
          return;
        }
        accounts[i] = std::move(*account);
      }
    });
  }
  workers.clear();
  if (failed) return std::nullopt;
  return accounts;
}

}  // namespace kith::bench
