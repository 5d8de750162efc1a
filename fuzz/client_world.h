// SPDX-License-Identifier: AGPL-3.0-or-later

// A device for one input: Ana's client core, as it was after she and Ben had written to each other, on a disk that is
// put back each time.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/client_host.h"
#include "core/sealing.h"
#include "core/store/testing/faulty_vfs.h"
#include "core/testing/world.h"
#include "crypto/account_key.h"

namespace kith::fuzz {

// A database that stays open from input to input, on a disk that is put back: to open it and to prepare its statements
// anew would cost several times what an input does.
class KeptDatabase {
 public:
  // Goes on with `contents`, a database file; empty: with a new one.
  KeptDatabase(const char* name, const Bytes& contents);
  // As it was when it was made.
  core::Database& put_back();

 private:
  core::testing::FaultyVfs disk_;
  std::unique_ptr<core::Database> database_;
  Bytes contents_;
};

// Made once: two people, their keys, and the disks.
struct Meeting {
  Meeting();
  static Meeting& get();

  core::testing::World world;
  core::testing::Host& ana;
  core::testing::Host& ben;
  DeviceAddress anas, bens;
  std::string to_ben;  // Ana's conversation with Ben
  std::unique_ptr<KeptDatabase> anas_database;
  std::unique_ptr<KeptDatabase> new_database;
  std::unique_ptr<core::Database> bens_database;
  crypto::AccountKeyPair bens_key;
  wire::SignedDeviceList bens_list;
  wire::PrekeyBundlesResponse bens_bundles;
  uint64_t next_position = 0;  // of Ana's inbox
};

class ClientWorld final : core::HostActions {
 public:
  // `registered`: Ana as she was, connected; else an empty device.
  explicit ClientWorld(bool registered = true);
  ~ClientWorld() override;

  void frame(BytesView bytes);
  void frame(const wire::ServerFrame& frame) { this->frame(frame.SerializeAsString()); }
  // Ben's device sends this payload; delivered at the next position, under the next id and receipt number 0.
  void message(BytesView payload);
  // The ids of these, from 0.
  static MessageId message_id(uint64_t index);
  uint32_t request(client_api::Request request);
  // Answers the oldest call that waits.
  bool answer(uint32_t status, BytesView body);
  // Whether a call to a path with this ending waits; the others before it are answered with 503.
  bool skip_to(std::string_view ending);
  void pass(uint64_t ms);
  // What every user interface asks all the time still works, and what it gets is well formed.
  void check_state();
  [[nodiscard]] bool connected() const { return socket_open_; }

 private:
  // Hands in what has come, and what comes of it, until the core rests.
  void run();
  void respond(client_api::Response response) override { responses_.push_back(std::move(response)); }
  void tell(client_api::Event /*event*/) override {}
  void open_socket(uint32_t socket, std::string url) override;
  void send_frame(uint32_t socket, Bytes frame) override;
  void close_socket(uint32_t /*socket*/) override { socket_open_ = false; }
  void call_http(client_api::HttpCall call) override { calls_.push_back(std::move(call)); }
  void wake_at(uint64_t monotonic_ms) override { wake_at_ = monotonic_ms; }

  core::testing::VirtualClock clock_;
  crypto::SeededRandom random_;
  std::unique_ptr<core::Client> client_;
  core::ClientHost host_{*this};
  std::deque<client_api::HttpCall> calls_;
  std::vector<client_api::Response> responses_;
  uint32_t socket_ = 0;
  bool socket_open_ = false;
  uint64_t position_ = 0;
  uint64_t wake_at_ = 0;
  uint64_t messages_ = 0;
};

}  // namespace kith::fuzz
