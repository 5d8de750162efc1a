// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/network.h"

#include <algorithm>

namespace kith::sim {
namespace {

constexpr uint64_t kBytesPerMs = 400;  // of files
constexpr size_t kPieceBytes = 48 * 1024;

uint64_t transfer_us(size_t bytes) { return bytes * 1000 / kBytesPerMs; }

}  // namespace

void Network::connect(std::function<void(std::shared_ptr<Link>)> done) {
  if (silent_) return;
  if (!online_) {
    scheduler_.after(dice_.between(100, 2'000), [done = std::move(done)] { done(nullptr); });
    return;
  }
  // There and back again.
  scheduler_.after(delay(), [this, done = std::move(done)]() mutable {
    if (silent_) return;
    auto link = std::make_shared<Link>(scheduler_, dice_, delay_);
    const bool accepted = online_ && server_.accept(link);
    scheduler_.after(delay(), [this, accepted, link, done = std::move(done)] {
      if (silent_) return;
      if (!accepted || !online_) {
        link->cut();
        return done(nullptr);
      }
      links_.push_back(link);
      done(link);
    });
  });
}

void Network::call(const client_api::HttpCall& call, std::function<void(uint32_t, Bytes)> done) {
  if (silent_) return;
  if (!online_ || dice_.percent(lost_requests_)) {
    scheduler_.after(delay(), [done = std::move(done)] { done(0, {}); });
    return;
  }
  scheduler_.after(delay(), [this, call, done = std::move(done)]() mutable {
    server_.call(call, [this, done = std::move(done)](uint32_t status, Bytes body) {
      const bool lost = dice_.percent(lost_answers_) || !online_;
      if (silent_) return;
      scheduler_.after(delay(), [lost, status, done, body = std::move(body)]() mutable {
        if (lost) return done(0, {});
        done(status, std::move(body));
      });
    });
  });
}

void Network::send_part(client_api::HttpCall call, std::function<bool()> wanted,
                        std::function<void(uint32_t, Bytes)> done) {
  if (silent_) return;
  if (!online_ || dice_.percent(lost_requests_)) {
    scheduler_.after(delay(), [done = std::move(done)] { done(0, {}); });
    return;
  }
  const uint64_t arrives_us = delay() + transfer_us(call.body().size());
  scheduler_.after(arrives_us, [this, cuts = cuts_, call = std::move(call), wanted = std::move(wanted),
                                done = std::move(done)]() mutable {
    const bool breaks = silent_ || cuts != cuts_ || !wanted() || dice_.percent(breaks_);
    if (breaks) call.mutable_body()->resize(dice_.below(call.body().size()));
    server_.call(call, [this, breaks, done = std::move(done)](uint32_t status, Bytes body) {
      const bool lost = breaks || dice_.percent(lost_answers_) || !online_;
      if (silent_) return;
      scheduler_.after(delay(), [lost, status, done, body = std::move(body)]() mutable {
        if (lost) return done(0, {});
        done(status, std::move(body));
      });
    });
  });
}

void Network::fetch(const client_api::HttpCall& call, Take take) {
  this->call(call, [this, take = std::move(take)](uint32_t status, Bytes body) mutable {
    give(status, std::make_shared<const Bytes>(std::move(body)), 0, cuts_, std::move(take));
  });
}

void Network::give(uint32_t status, std::shared_ptr<const Bytes> body, size_t at, uint64_t cuts, Take take) {
  if (silent_) return;
  const size_t size = std::min(kPieceBytes, body->size() - at);
  const bool is_last = at + size == body->size();
  if (size != 0 && (cuts != cuts_ || dice_.percent(breaks_)))
    return take(status, body->substr(at, dice_.below(size)), true);
  take(status, body->substr(at, size), is_last);
  if (is_last) return;
  scheduler_.after(transfer_us(size),
                   [this, status, body = std::move(body), at = at + size, cuts, take = std::move(take)]() mutable {
                     give(status, std::move(body), at, cuts, std::move(take));
                   });
}

std::vector<std::shared_ptr<Link>> Network::links() {
  std::vector<std::shared_ptr<Link>> there;
  std::erase_if(links_, [&](const std::weak_ptr<Link>& weak) {
    const auto link = weak.lock();
    if (!link || (link->gone(End::kDevice) && link->gone(End::kServer))) return true;
    there.push_back(link);
    return false;
  });
  return there;
}

void Network::set_online(bool online) {
  trace_.note(scheduler_.now(), name_, online ? "is in the network" : "is out of the network");
  online_ = online;
  if (!online) cut();
}

void Network::set_silent(bool silent) {
  trace_.note(scheduler_.now(), name_, silent ? "network is silent" : "network is not silent");
  silent_ = silent;
  if (silent) silence(true, true);
}

void Network::cut() {
  trace_.note(scheduler_.now(), name_, "connections are cut");
  ++cuts_;
  for (const auto& link : links()) link->cut();
}

void Network::silence(bool up, bool down) {
  trace_.note(scheduler_.now(), name_, "connections are half open", (up ? 1 : 0) + (down ? 2 : 0));
  for (const auto& link : links()) {
    if (up) link->silence(End::kDevice);
    if (down) link->silence(End::kServer);
  }
}

}  // namespace kith::sim
