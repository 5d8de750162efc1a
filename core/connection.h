// SPDX-License-Identifier: AGPL-3.0-or-later

// The connection to the server: a state machine over the host's socket.
//
//   kOffline ── start ──▶ kConnecting ── opened ──▶ kGreeting ── Welcome ──▶ kCatchingUp ── backlog is in ──▶ kOnline
//      ▲ stop                  ▲                        │ lost, closed, silent            │                      │
//      └── from any            └────── delay ────── kWaiting ◀───────────────────────────┴──────────────────────┘
//
// A server that does not take this device for one of its own is left, the user is told, and it is asked again rarely:
// from kRefusedMinMs, doubling to kRefusedMaxMs, and at each start(). It has ended the device, or has lost it, or is
// another than the one of the registration (Standing; IDENTITY-7), or gives out a list for the account that is under
// another key or without this device (OwnList; IDENTITY-4). Only the person can give the device up, by registering
// anew. A Welcome of the right server, or one's own list, ends it.
//
// The delay doubles from kDelayMinMs to kDelayMaxMs, of which a random half is waited; a connection that lasted
// kStableMs resets it. A silent connection is found out by a Ping at a third of the server's idle timeout: no frame
// within kPongMs means it is dead. A host that hears that the network is gone or back makes the Ping at once: gone is
// its word about the way outside, and a server may be nearer. All timing is on the monotonic clock.
#pragma once

#include <cstdint>
#include <string>

#include "client_api/host.pb.h"
#include "core/server_link.h"
#include "core/store/account_table.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;

class Connection final : public ServerLink {
 public:
  static constexpr uint64_t kDelayMinMs = 500;
  static constexpr uint64_t kDelayMaxMs = 60000;
  static constexpr uint64_t kStableMs = 30000;
  static constexpr uint64_t kRefusedMinMs = 300000;
  static constexpr uint64_t kRefusedMaxMs = 6 * 3600000;
  static constexpr uint64_t kOpenMs = 15000;  // for opening, and again for the Welcome
  static constexpr uint64_t kPongMs = 10000;
  static constexpr uint64_t kPongOfflineMs = 2000;  // when the network is said to be gone

  explicit Connection(Engine& engine);

  // Connects and stays connected until stop().
  void start();
  void stop();
  // Leaves the server until start(), which whoever registers anew calls if it was wanted().
  void leave();
  // Goes on where another engine was: as after a connection that was lost.
  void resume(uint32_t last_socket, uint32_t failures, bool wanted);
  void lose(uint64_t retry_after_ms = 0) override;  // closes the socket
  // The server does not take this device: told in the state, also after a new start, until it does.
  void turned_away(Standing standing);
  // The server gives out a device list of this account that is not this device's; or again one that is.
  enum class OwnList { kAgrees, kOtherKey, kWithoutThisDevice };
  void own_list_differs(OwnList how);
  void own_list_agrees();
  [[nodiscard]] bool doubts_own_list() const { return own_list_ != OwnList::kAgrees; }
  // Whether the server does not take this device for what it is: then it may be registered anew.
  [[nodiscard]] bool refused() const;

  void on_opened(uint32_t socket);
  void on_frame(uint32_t socket, const std::string& frame);
  void on_closed(uint32_t socket);
  void on_network_changed(bool online);

  [[nodiscard]] bool ready() const override { return phase_ == Phase::kCatchingUp || phase_ == Phase::kOnline; }
  void send(const wire::ClientFrame& frame) override;
  // Everything that was waiting at Hello has been taken in.
  void caught_up();

  void set_available(bool available);
  [[nodiscard]] bool available() const { return available_; }

  [[nodiscard]] client_api::State::Connection state() const;
  [[nodiscard]] bool wanted() const { return wanted_; }
  [[nodiscard]] const wire::Limits& limits() const override { return limits_; }
  [[nodiscard]] uint32_t socket() const { return has_socket() ? socket_ : 0; }
  [[nodiscard]] uint32_t last_socket() const { return socket_; }
  [[nodiscard]] uint32_t failures() const { return failures_; }
  [[nodiscard]] UnixMicros server_now() const override;

 private:
  enum class Phase { kOffline, kConnecting, kGreeting, kCatchingUp, kOnline, kWaiting };

  [[nodiscard]] bool has_socket() const {
    return phase_ == Phase::kConnecting || phase_ == Phase::kGreeting || ready();
  }
  void open();
  void close_socket();  // tells the host
  void drop_socket();   // the host knows
  void wait(uint64_t at_least_ms);
  void stand(Standing standing);
  // Whether the server that says this is the one of the registration.
  bool is_right_server(const std::string& server_id);
  void greet();
  void on_welcome(const wire::Welcome& welcome);
  void on_error(const wire::Error& error);
  void on_draining(const wire::Draining& draining);
  void ping_later();
  void ping(uint64_t pong_ms = kPongMs);
  void hear_time(uint64_t server_time_us);
  void put(const wire::ClientFrame& frame);

  Engine& engine_;
  Phase phase_ = Phase::kOffline;
  bool wanted_ = false;
  bool available_ = false;
  uint32_t socket_ = 0;
  uint32_t failures_ = 0;
  OwnList own_list_ = OwnList::kAgrees;
  uint32_t refusals_ = 0;  // since the last Welcome
  uint64_t pings_ = 0;
  wire::Limits limits_;
  uint64_t heard_us_ = 0;  // server time, and the monotonic time at which it was heard
  uint64_t heard_at_ms_ = 0;
  Timer attempt_;  // of opening, of the Welcome, or the next attempt
  Timer stable_;
  Timer ping_;
  Timer pong_;
  Timer drain_;
};

}  // namespace kith::core
