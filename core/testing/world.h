// SPDX-License-Identifier: AGPL-3.0-or-later

// A small world for tests of the client core: clients on disks in memory, a LoopbackServer, and one virtual clock for
// all. Everything follows from the seed.
//
// Time stands still while there is something to do, and moves on with advance(). A host carries out one action at a
// time; what is on its way between a host and the server arrives in order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/client.h"
#include "core/open_device.h"
#include "core/store/database.h"
#include "core/store/testing/faulty_vfs.h"
#include "core/testing/loopback_host.h"
#include "core/testing/loopback_server.h"
#include "core/testing/virtual_clock.h"
#include "crypto/testing/seeded_random.h"

namespace kith::core::testing {

class World;

// One device: a client, its disk, and what a user interface sees of it.
class Host final : LoopbackHost {
 public:
  Host(World& world, std::string name);

  // Hands the request in, lets the world run, and gives the response; moves time on, 30 s at most, when it takes
  // longer.
  client_api::Response request(client_api::Request request);
  // The same without waiting.
  uint32_t post(client_api::Request request);
  client_api::Response await(uint32_t id, uint64_t within_ms);
  std::optional<client_api::Response> response(uint32_t id);

  // Loses power: everything not synced and every action not carried out is gone. reopen() starts the program again.
  void crash();
  void reopen();
  // The same for a disk that may be damaged: says why it can't be opened.
  std::optional<OpenError> try_reopen();
  // Ends the program in good order.
  void close();
  [[nodiscard]] bool is_open() const { return device_.client != nullptr; }

  // Whether there is a way to the server. Cutting it closes the socket; a silent network does not, but nothing gets
  // through.
  void set_network(bool network);
  void set_silent(bool silent) { silent_ = silent; }

  // Calls that it names get to the server when they are released.
  std::function<bool(const client_api::HttpCall&)> holds_http;
  void release_http();

  void input(client_api::Input input);
  // Carries out the next action. False: there is none.
  bool step();
  void tick_if_due();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] uint64_t wakes_at() const { return wake_at_; }
  // How far this device's clock is off the world's.
  void set_clock_off(int64_t us) { clock_.off_us = us; }
  // How often it was read, either way.
  [[nodiscard]] uint64_t clock_reads() const { return clock_.reads; }
  FaultyVfs& disk() { return disk_; }
  // For looking into the database, or damaging it, between inputs.
  Database& database() { return *device_.database; }
  Client& client() { return *device_.client; }

  using LoopbackHost::files;
  std::vector<client_api::Event> events;                       // since the test last cleared them
  uint64_t steps = 0;                                          // actions carried out
  std::function<void(const client_api::Action&)> before_step;  // may crash the host: then the action is lost

 private:
  friend class World;
  void respond(client_api::Response response) override;
  void tell(client_api::Event event) override { events.push_back(std::move(event)); }
  void open_socket(uint32_t socket, std::string url) override;
  void send_frame(uint32_t socket, Bytes frame) override;
  void call_http(client_api::HttpCall call) override;
  void call_with_file(client_api::HttpCall call) override;
  void fetch_file(client_api::FetchFile fetch) override;
  // Hands in what has come: at once, as nothing here is busy.
  void settle();
  void receive(const LoopbackServer::Outgoing& outgoing);
  void forget_world();

  struct OwnClock final : Clock {
    explicit OwnClock(const Clock& the_world) : world(the_world) {}
    [[nodiscard]] UnixMicros now() const override {
      ++reads;
      return {world.now().value + static_cast<uint64_t>(off_us)};
    }
    [[nodiscard]] MonotonicMs monotonic() const override {
      ++reads;
      return world.monotonic();
    }
    const Clock& world;
    int64_t off_us = 0;
    mutable uint64_t reads = 0;
  };

  World& world_;
  OwnClock clock_;
  std::string name_;
  FaultyVfs disk_;
  Device device_;
  std::map<uint32_t, client_api::Response> responses_;
  std::vector<client_api::HttpCall> held_http_;
  bool network_ = true;
  bool silent_ = false;
};

class World {
 public:
  explicit World(uint64_t seed = 1,
                 std::function<std::unique_ptr<LoopbackServer>(Clock&, RandomSource&)> make_server = {});

  Host& add(const std::string& name);
  // One frame and one action of each host. False: there was nothing to do.
  bool step();
  // Until nothing is left to do at this time.
  void run();
  // Runs, and moves time on step by step, from deadline to deadline.
  void advance(uint64_t ms);

  VirtualClock clock;
  crypto::SeededRandom random;
  std::unique_ptr<LoopbackServer> server;
  std::vector<std::unique_ptr<Host>> hosts;

 private:
  bool deliver_one();
};

// ---- short ways to say what a user does; all of them let the world run

// Registers with the handle.
void register_handle(Host& host, const std::string& handle, const std::string& name);
// The same, and connects.
void sign_up(Host& host, const std::string& handle, const std::string& name);
void connect(Host& host);
// The conversation's id.
// What the photo of a profile or a group is that has this id. "": it has none.
Bytes photo_bytes(Host& host, const std::string& photo);
std::string open_chat(Host& host, const std::string& handle);
// The message's id.
std::string say(Host& host, const std::string& conversation, const std::string& text);
std::vector<client_api::Message> history(Host& host, const std::string& conversation);
std::vector<std::string> texts(Host& host, const std::string& conversation);
client_api::Message message(Host& host, const std::string& id);
client_api::State state(Host& host);

}  // namespace kith::core::testing
