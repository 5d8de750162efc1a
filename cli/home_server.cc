// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/home_server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/home.h"
#include "cli/local_socket.h"
#include "cli/rpc/session.h"
#include "cli/shares.h"

namespace kith::cli {
namespace {

constexpr uint64_t kFarewellMs = 1000;
constexpr uint64_t kNoDescriptorsMs = 200;

}  // namespace

struct HomeServer::Guest {
  Guest(net::ClientNetwork& network, int descriptor, rpc::Session::Start start)
      : socket(network, descriptor),
        session(std::move(start), [this](const std::string& line) { socket.send_line(line); }, kLineBytesMax) {}

  LocalSocket socket;
  rpc::Session session;
  bool missed_events = false;
  bool gone = false;
};

HomeServer::HomeServer(const Home& home, net::ClientNetwork& network, OwnCore& core, Shares& shares)
    : home_(home),
      network_(network),
      core_(core),
      shares_(shares),
      listening_(listen_in(home.directory()).value_or(-1)) {
  wait_for_guests();
}

HomeServer::~HomeServer() {
  ending_ = true;
  if (listening_ >= 0) {
    network_.stop_watching(listening_);
    ::close(listening_);
    remove_socket_in(home_.directory());
  }
  const auto is_done = [this] {
    return core_.damaged() || std::all_of(guests_.begin(), guests_.end(), [](const auto& entry) {
             return entry.second->gone ||
                    (entry.second->session.outstanding() == 0 && entry.second->socket.queued() == 0);
           });
  };
  network_.run_until(is_done, {{net::ClientNetwork::now().value + kFarewellMs}});
  network_.cancel_timer(kSweepTimer);
  network_.cancel_timer(kAcceptTimer);
  for (const auto& [user, guest] : guests_) core_.forget(user);
}

void HomeServer::wait_for_guests() {
  if (listening_ < 0 || ending_ || guests_.size() >= kGuestsMax) return;
  network_.when_readable(listening_, [this] { welcome(); });
}

void HomeServer::welcome() {
  while (guests_.size() < kGuestsMax) {
    const auto descriptor = accept_same_user(listening_);
    if (!descriptor && errno != EAGAIN)  // no descriptors are left: not at once again
      return network_.set_timer(kAcceptTimer, {net::ClientNetwork::now().value + kNoDescriptorsMs},
                                [this] { wait_for_guests(); });
    if (!descriptor) break;
    const OwnCore::User user = ++last_user_;
    auto guest =
        std::make_unique<Guest>(network_, *descriptor, [this, user](client_api::Request request, Host::Answer answer) {
          shares_.join(user, request);
          core_.start(user, std::move(request), [this, user, answer](const auto& response) {
            answer(response);
            read_on(*guests_.at(user));
          });
        });
    guest->socket.on_sent = [this, user] { read_on(*guests_.at(user)); };
    read_on(*guest);
    guests_.emplace(user, std::move(guest));
  }
  wait_for_guests();
}

void HomeServer::read_on(Guest& guest) {
  if (guest.missed_events && guest.socket.queued() < kQueueBytesMax) {
    guest.missed_events = false;
    client_api::Event resync;
    resync.mutable_resync();
    guest.socket.send_line(rpc::event_line(resync));
  }
  if (ending_ || guest.gone || guest.socket.is_reading() || !guest.session.has_room() ||
      guest.socket.queued() >= kQueueBytesMax)
    return;
  guest.socket.read_on([this, &guest](std::string_view part) {
    if (!part.empty()) {
      guest.session.take(part);
      return read_on(guest);
    }
    guest.gone = true;
    // In a turn of its own: this is its socket's
    network_.set_timer(kSweepTimer, net::ClientNetwork::now(), [this] {
      std::vector<OwnCore::User> users;
      for (const auto& [user, one] : guests_) {
        if (one->gone) users.push_back(user);
      }
      for (const OwnCore::User user : users) end(user);
      wait_for_guests();
    });
  });
}

void HomeServer::end(OwnCore::User user) {
  core_.forget(user);
  guests_.erase(user);
  for (client_api::Request& request : shares_.leave(user)) core_.start(0, std::move(request), [](const auto&) {});
}

void HomeServer::tell(const client_api::Event& event) {
  if (guests_.empty()) return;
  const std::string line = rpc::event_line(event);
  for (const auto& [user, guest] : guests_) {
    if (guest->gone) continue;
    guest->missed_events = guest->missed_events || guest->socket.queued() >= kQueueBytesMax;
    if (!guest->missed_events) guest->socket.send_line(line);
  }
}

}  // namespace kith::cli
