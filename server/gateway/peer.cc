// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <new>

#include "net/descriptor_tables.h"
#include "server/gateway/gateway_loop.h"

namespace kith::gateway {

using net::IoStatus;

Peer::Peer(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : transport_(std::move(transport)), home_(&home), address_(address) {}

std::string& Peer::output() {
  if (!output_) output_ = home_->buffers().take();
  ask_turn_end();
  return *output_;
}

void Peer::ask_turn_end() {
  if (turn_end_asked_ || !is_open()) return;
  turn_end_asked_ = true;
  home_->loop().at_turn_end(*this);
}

template <class Work>
void Peer::guard(Work work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    home_->metrics().out_of_memory_closed.add();
    close_now();
  }
}

void Peer::on_events(uint32_t events) {
  guard([&] { take_events(events); });
}

void Peer::take_events(uint32_t events) {
  if (!is_open()) return;
  if ((events & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    flush();
  }
  if (!is_open()) return;
  const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (paused_ && !lingering_) {
    // Nobody reads, and epoll would tell of it again and again.
    if (broken) close_now();
    return;
  }
  if ((events & EPOLLIN) != 0 || broken || transport_.wants_write()) read_some();
  if (is_open()) update_interest();
}

void Peer::read_some() {
  const std::span<char> buffer = home_->receive_buffer();
  const net::IoResult result = transport_.read(buffer.data(), buffer.size());
  switch (result.status) {
    case IoStatus::kDone:
      home_->metrics().bytes_received.add(result.bytes);
      if (!lingering_) on_bytes(buffer.first(result.bytes));
      wipe(buffer.data(), result.bytes);
      break;
    case IoStatus::kWouldBlock: break;
    case IoStatus::kClosed:
    case IoStatus::kFailed: close_now(); break;
  }
}

void Peer::flush() {
  while (output_ && !blocked_) {
    const net::IoResult result = transport_.write(output_->data() + output_sent_, output_->size() - output_sent_);
    if (result.status == IoStatus::kWouldBlock) {
      blocked_ = true;
    } else if (result.status != IoStatus::kDone) {
      close_now();
      return;
    } else {
      home_->metrics().bytes_sent.add(result.bytes);
      output_sent_ += static_cast<uint32_t>(result.bytes);
      if (output_sent_ == output_->size()) {
        home_->buffers().give_back(std::move(output_));
        output_sent_ = 0;
        if (on_output_sent()) continue;
        if (!is_open()) return;
      } else if (output_sent_ >= 64 * 1024 && output_sent_ >= output_->size() / 2) {
        output_->erase(0, output_sent_);
        output_sent_ = 0;
      }
    }
  }
  if (lingering_ && !output_ && !output_ended_) {
    output_ended_ = true;
    transport_.shut_down_output();
  }
  update_interest();
}

void Peer::on_turn_end() {
  turn_end_asked_ = false;
  if (!is_open()) return;
  guard([&] {
    flush();
    if (is_open()) after_flush();
  });
}

uint32_t Peer::wanted_events() const {
  uint32_t events = 0;
  if (!paused_ || lingering_) events |= EPOLLIN;
  if (blocked_ || transport_.wants_write()) events |= EPOLLOUT;
  return events;
}

void Peer::update_interest() {
  const uint32_t wanted = wanted_events();
  if (wanted == interest_) return;
  interest_ = static_cast<uint8_t>(wanted);
  home_->loop().modify(transport_.fd(), wanted, *this);
}

bool Peer::watch() {
  const uint32_t wanted = wanted_events();
  interest_ = static_cast<uint8_t>(wanted);
  return home_->loop().add(transport_.fd(), wanted, *this);
}

void Peer::unwatch() { home_->loop().remove(transport_.fd()); }

void Peer::pause_reading() {
  paused_ = true;
  update_interest();
}

void Peer::resume_reading() {
  paused_ = false;
  if (is_open()) update_interest();
}

void Peer::bound_unsent() {
  const int bytes = kUnsentBytesMax;
  (void)setsockopt(transport_.fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes,
                   sizeof bytes);  // a refusal costs memory only
}

void Peer::linger() {
  if (lingering_ || !is_open()) return;
  lingering_ = true;
  home_->deadlines().closing.add(*this, home_->loop().now_ms());
  ask_turn_end();
}

net::Transport Peer::release_transport() {
  unwatch();
  unlink();
  let_go_ = true;
  net::Transport transport = std::move(transport_);
  if (output_) home_->buffers().give_back(std::move(output_));
  home_->destroy_when_idle(*this);
  return transport;
}

bool Peer::hand_socket_over(GatewayLoop& to) {
  net::DescriptorTables& tables = *home_->shared().tables;
  unwatch();
  net::Descriptor socket = transport_.take_descriptor();
  if (tables.hand_over(socket, to.index(), reinterpret_cast<uintptr_t>(this))) return true;
  if (!transport_.put_descriptor(std::move(socket)) || !watch()) close_now();
  return false;
}

bool Peer::take_socket() {
  net::Descriptor socket = home_->shared().tables->take(home_->index(), reinterpret_cast<uintptr_t>(this));
  return socket && transport_.put_descriptor(std::move(socket));
}

void Peer::close_now() {
  if (let_go_) return;
  let_go_ = true;
  if (is_open()) unwatch();
  transport_.close();
  unlink();
  if (output_) home_->buffers().give_back(std::move(output_));
  home_->forget(address_);
  on_closed();
  home_->destroy_when_idle(*this);
}

}  // namespace kith::gateway
