// SPDX-License-Identifier: AGPL-3.0-or-later

// All handlers over ports in memory, on virtual loops: the server without its network.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "server/delivery/testing/recording_session.h"
#include "server/delivery/testing/virtual_time.h"
#include "server/handlers/handlers.h"
#include "server/handlers/testing/memory_ports.h"

namespace kith::testing {

struct HandlersWorldOptions {
  size_t shards = 1;
  uint64_t seed = 1;
  DeliverySettings delivery;
  HandlerSettings handlers;
  RateSettings rates;
  std::shared_ptr<MemoryPorts> ports;  // null: new ones
};

class HandlersWorld {
 public:
  using Options = HandlersWorldOptions;

  explicit HandlersWorld(Options options = {})
      : loops(options.shards + 1, options.seed),
        random(options.seed),
        rate_limits(loops.clock, options.rates),
        options_(std::move(options)),
        ports_(options_.ports ? options_.ports : std::make_shared<MemoryPorts>()) {
    start();
  }
  ~HandlersWorld() { stop(); }

  void stop() {
    if (!shards_) return;
    for (size_t i = 0; i < shards_->size(); ++i) loops.begin(i, shards_->at(i).close());
    loops.settle();
    loops.pass(1);
    services_.reset();
    shards_.reset();
  }
  void restart() {
    stop();
    start();
  }

  [[nodiscard]] MemoryPorts& ports() { return *ports_; }
  [[nodiscard]] Services& services() { return *services_; }
  [[nodiscard]] Shard& of(const AccountId& account) { return shards_->of(account); }
  [[nodiscard]] size_t index_of(const AccountId& account) const { return shards_->index_of(account); }
  [[nodiscard]] VirtualLoop& loop_of(const AccountId& account) { return loops[shards_->index_of(account)]; }

  // Runs a handler to its end, on loop 0 as HTTP does.
  template <class T>
  T run(Task<T> task) {
    return loops.run(0, std::move(task));
  }
  template <class T>
  T run_on(const AccountId& account, Task<T> task) {
    return loops.run(index_of(account), std::move(task));
  }

  // ---- accounts that are there already, with device tokens

  static Bytes secret_of(const DeviceAddress& device) {
    return crypto::digest("secret of a test", device.account.bytes() + static_cast<char>(device.device.value));
  }
  static Bytes token_of(const DeviceAddress& device) {
    Bytes token = device.account.bytes();
    append_u32(token, device.device.value);
    return token + secret_of(device);
  }
  AccountId add_account(uint32_t devices = 1) {
    const AccountId id = random.id<AccountId>();
    add_account(id, devices);
    return id;
  }
  void add_account(AccountId id, uint32_t devices) {
    std::vector<Bytes> hashes;
    for (uint32_t device = 1; device <= devices; ++device)
      hashes.push_back(crypto::digest("kith token v1", secret_of({id, {device}})));
    ports_->accounts.add_account(id, "+49170" + std::to_string(1000000 + ++phones_), devices, hashes);
  }

  // ---- the socket

  Outcome<DeviceAddress> hello(DeviceAddress device, RecordingSession& session, Position confirmed = {},
                               bool available = false) {
    return run_on(device.account, handlers::hello(*services_, hello_of(device, confirmed, available), session));
  }
  static wire::Hello hello_of(DeviceAddress device, Position confirmed = {}, bool available = false) {
    wire::Hello hello;
    hello.set_version_min(1);
    hello.set_version_max(1);
    hello.set_token(token_of(device));
    hello.set_confirmed_position(confirmed.value);
    hello.set_client("test");
    hello.set_available(available);
    return hello;
  }
  static wire::Send send_of(MessageId id, AccountId to, std::vector<uint32_t> devices, Bytes payload = "ciphertext",
                            uint64_t receipt_number = 0) {
    wire::Send send;
    send.set_message_id(id.bytes());
    wire::ToAccount& account = *send.mutable_account();
    account.set_account_id(to.bytes());
    account.set_device_list_revision(1);
    account.set_receipt_number(receipt_number);
    for (const uint32_t device : devices) {
      wire::Envelope& envelope = *account.add_envelopes();
      envelope.set_device_id(device);
      envelope.set_payload(payload);
    }
    return send;
  }
  // Begins to send; the answer is there when it is.
  void begin_send(DeviceAddress from, wire::Send send, std::optional<wire::ServerFrame>& answer) {
    loops.begin(index_of(from.account), handlers::send_message(*services_, from, std::move(send)), answer);
  }
  wire::ServerFrame send(DeviceAddress from, wire::Send send) {
    return run_on(from.account, handlers::send_message(*services_, from, std::move(send)));
  }
  wire::ServerFrame send(DeviceAddress from, AccountId to) {
    return send(from, send_of(random.id<MessageId>(), to, {1}));
  }
  void confirm(DeviceAddress device, Position position) {
    loop_of(device.account).run([&] { of(device.account).confirm(device, position); });
  }
  void detach(DeviceAddress device, RecordingSession& session) {
    loop_of(device.account).run([&] { of(device.account).detach(device, session); });
  }

  VirtualLoops loops;  // the last one does the heavy work
  SeededRandom random;
  LocalRateLimits rate_limits;

 private:
  void start() {
    std::vector<Shards::Loop> parts;
    for (size_t i = 0; i < options_.shards; ++i) parts.push_back({&loops[i], &loops[i]});
    const auto slots = loops.run(0, take_all_slots(ports_->inboxes, random.id<SlotOwner>()));
    shards_ = std::make_unique<Shards>(parts, loops.clock, delivery_ports(ports_->all()), options_.delivery, *slots);
    services_.reset(new Services{ports_->all(), loops.clock, random, *shards_, rate_limits, loops[options_.shards],
                                 options_.handlers});
    services_->settings.server_id = *loops.run(0, ports_->accounts.server_id(ServerId{{1}}));
    for (size_t i = 0; i < options_.shards; ++i) loops[i].run([&] { shards_->at(i).start(); });
  }

  Options options_;
  std::shared_ptr<MemoryPorts> ports_;
  std::unique_ptr<Shards> shards_;
  std::unique_ptr<Services> services_;
  uint32_t phones_ = 0;
};

}  // namespace kith::testing
