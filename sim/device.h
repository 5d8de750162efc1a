// SPDX-License-Identifier: AGPL-3.0-or-later

// One device: a client core, its disk, its clocks, and the host that carries out the core's actions one at a time.
//
// The host does one thing in each step: hands an input in, or carries out an action. Between two steps anything may
// happen, also the end of the program (what the disk has is kept) or of the machine (of what was not synced, chance
// keeps something). What the user interface was told goes to a Witness.
//
// Files: a sealed file that is whole is durable at once; what has come of one loses its end when power is lost.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/client_host.h"
#include "core/store/database.h"
#include "core/store/testing/faulty_vfs.h"
#include "core/testing/loopback_files.h"
#include "sim/clocks.h"
#include "sim/kept_keys.h"
#include "sim/network.h"
#include "sim/position_check.h"
#include "wire/websocket.h"

namespace kith::sim {

// Who sees what user interfaces are told; the checks live there.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void event(const std::string& device, const client_api::Event& event) = 0;
  virtual void broken(std::string what) = 0;
  // A message left for the network; a second time for the same one if it is sent again.
  virtual void sent(const std::string& device, const wire::Send& send) = 0;
  // Keys of groups that it had.
  virtual void kept(const std::string& device, std::vector<KeptKey> keys) = 0;
};

class Device final : core::HostActions, core::FileActions {
 public:
  struct Surroundings {
    Scheduler& scheduler;
    Trace& trace;
    Network& network;
    Witness& witness;
  };
  Device(Surroundings surroundings, std::string name, Mutation mutation);
  ~Device() override;

  void reseed(uint64_t seed, uint64_t stream);
  void set_mutation(Mutation mutation) { mutation_ = mutation; }
  // The server repeats what was sent, in other messages.
  void expect_repetitions() { positions_.expect_repetitions(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  // It begins anew, as a device that nobody knows.
  void be_called(std::string name) {
    name_ = std::move(name);
    copy_ = {};
  }

  // Starts the program; tries again after a second when the disk does not let it.
  void start();
  // Nobody ever starts it again.
  void stay_off() { stays_off_ = true; }
  [[nodiscard]] bool runs() const { return client_ != nullptr; }
  // The program ends at once; with `power`, the machine does. Forgets plans.
  void crash(bool power);
  // Crashes after so many more steps, or after so many more writes of the disk, in the middle of what the core does;
  // starts again after `down_us`.
  void crash_after(uint64_t steps, bool power, uint64_t down_us);
  void crash_at_write(uint64_t writes, uint64_t down_us);
  void forget_plans();
  // A copy of the disk of a program that does not run, and the disk put back from it. False: there is none.
  void keep_copy() {
    copy_ = disk_.copy();
    copied_files_ = files_;
  }
  bool put_back();

  // Tells what keys of groups it has had since it started.
  void tell_kept();

  // Hands a request in; `done` gets the response, unless the program ends before.
  void request(client_api::Request request, std::function<void(const client_api::Response&)> done);
  void network_changed(bool online);

  core::testing::FaultyVfs& disk() { return disk_; }
  core::testing::HostFiles& files() { return files_; }
  // Whether one is on its way, or is to be.
  [[nodiscard]] bool moves_files();
  // Asks the core which of its files it needs.
  void ask_about_files();
  // Of a program that runs; else null.
  [[nodiscard]] core::Database* database() { return database_.get(); }
  std::function<void()> on_start;  // the program runs: what its user interface asks for first
  DeviceClock clock;
  uint64_t steps = 0;

 private:
  void wake();
  void take_step(uint64_t ticket);
  void hand_in();
  void respond(client_api::Response response) override;
  void tell(client_api::Event event) override { on_.witness.event(name_, event); }
  void open_socket(uint32_t socket, std::string url) override;
  void send_frame(uint32_t socket, Bytes frame) override;
  void close_socket(uint32_t socket) override;
  void call_http(client_api::HttpCall call) override;
  void wake_at(uint64_t monotonic_ms) override;
  void call_with_file(client_api::HttpCall call) override;
  void fetch_file(client_api::FetchFile fetch) override;
  void cancel(uint32_t call) override { transfers_.erase(call); }
  void remove_file(std::string file) override;
  // Whether the transfer goes on.
  std::function<bool()> going(uint32_t call);
  // Bytes that have come of a file.
  [[nodiscard]] uint64_t come_of(const client_api::FetchFile& fetch) const;
  // What has come of a file, if it is the one.
  client_api::FileFetched::Outcome look_at(const client_api::FetchFile& fetch);
  void take_piece(const client_api::FetchFile& fetch, uint32_t status, const Bytes& piece, bool last);
  void receive(uint32_t socket, Bytes bytes);
  void tell_closed(uint32_t socket);
  void confirm_early(BytesView frame);

  Surroundings on_;
  std::string name_;
  Mutation mutation_;
  Dice random_;  // the core's
  Dice dice_;    // the host's
  core::testing::FaultyVfs disk_;
  std::unique_ptr<core::Database> database_;
  std::unique_ptr<core::Client> client_;
  core::ClientHost host_{*this, this};
  core::testing::HostFiles files_;
  std::set<uint32_t> transfers_;  // of files, by call
  std::map<uint32_t, std::function<void(const client_api::Response&)>> requests_;
  uint32_t start_number_ = 0;  // answers to an earlier start of the program are nothing to this one
  uint64_t ticket_ = 0;
  bool step_soon_ = false;
  bool stays_off_ = false;
  uint64_t wake_ticket_ = 0;
  std::shared_ptr<Link> link_;
  uint32_t socket_ = 0;
  wire::WebSocketReader reader_;
  PositionCheck positions_;
  core::testing::FaultyVfs::Copy copy_;
  core::testing::HostFiles copied_files_;

  struct Plan {
    uint64_t at_step = UINT64_MAX;
    uint64_t at_write = UINT64_MAX;
    bool power = false;
    uint64_t down_us = 0;
  } plan_;
};

}  // namespace kith::sim
