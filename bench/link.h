// SPDX-License-Identifier: AGPL-3.0-or-later

// The load's end of the protocol: many authenticated connections in one thread, cheap enough that the server is what is
// measured.
//
// A turn: one epoll_wait, at most one read of each ready link, then one write of each link that has output. Payloads
// are opaque: nothing is encrypted. Positions are confirmed by the owner (LinkOwner), as a real device would: messages
// at once, receipts with the next message.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "bench/accounts.h"
#include "bench/groups.h"
#include "net/socket.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith::bench {

class Links;

class Link {
 public:
  [[nodiscard]] size_t index() const { return index_; }
  [[nodiscard]] BenchAccount& account() { return *account_; }
  [[nodiscard]] bool is_open() const { return state_ == State::kOpen; }

  // Queue a frame; it leaves at the end of the turn.
  // `receipt_number`: dense for each account (TICK-1).
  void send(const MessageId& id, const BenchAccount& to, BytesView payload, uint64_t receipt_number);
  // `receipt_number`: dense for each group; 0: no receipt is wanted.
  void send(const MessageId& id, const BenchGroup& to, BytesView payload, uint64_t receipt_number);
  // Everything that has been received. Nothing when that was confirmed already.
  void confirm();

 private:
  friend class Links;
  enum class State : uint8_t { kConnecting, kUpgrading, kGreeting, kOpen, kClosed };

  void put(const wire::ClientFrame& frame);

  Links* links_ = nullptr;
  BenchAccount* account_ = nullptr;
  net::Descriptor socket_;
  wire::WebSocketReader reader_;
  Bytes out_;
  Bytes head_;  // of the upgrade's answer, while it is incomplete
  Position received_;
  size_t index_ = 0;
  State state_ = State::kConnecting;
  bool has_output_ = false;
  bool blocked_ = false;
  bool watches_output_ = true;
};

// Told what comes. Ids and payloads are valid during the call.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  virtual void on_open(Link&) {}  // Welcome, the backlog and BacklogEnd have come
  virtual void on_accepted(Link&, const MessageId&, UnixMicros) {}
  virtual void on_message(Link&, const MessageId&, UnixMicros) {}
  virtual void on_receipt(Link&, uint64_t /*last_number*/) {}
  // `bytes`: of the entry.
  virtual void on_group_receipt(Link&, const wire::GroupReceipt&, size_t /*bytes*/) {}
  // After the entries of one Deliver.
  virtual void on_delivered(Link&) {}
};

class Links {
 public:
  // As many as one table of descriptors holds, and one address has ports for, with room for the rest.
  static constexpr size_t kMost = 14'000;

  // To 127.0.0.1:port, from the addresses 127.1.x.y, beginning with the one of that number.
  Links(uint16_t port, LinkOwner& owner, uint32_t first_address = 0);
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  // Begins to connect: upgrade and Hello follow. The account outlives the link. `receive_bytes`: of the kernel's
  // buffer; 0 for its default.
  Link& open(BenchAccount& account, int receive_bytes = 0);
  // Closes the link's socket at once.
  void close(Link& link);
  [[nodiscard]] size_t size() const { return links_.size(); }
  [[nodiscard]] Link& at(size_t index) { return *links_[index]; }
  [[nodiscard]] size_t open_count() const { return open_count_; }
  // Links that the server closed, or refused, or gave an entry twice or with a gap before it, and sends it refused:
  // anything but 0 makes a run void.
  [[nodiscard]] size_t failures() const { return failures_; }

  // One turn that waits at most so long.
  void turn(uint64_t wait_us);
  // Turns until so many links are open. False after `patience_us`, or when one failed.
  [[nodiscard]] bool wait_open(size_t count, uint64_t patience_us = 60'000'000);

 private:
  friend class Link;
  void mark(Link& link);
  void on_ready(Link& link, uint32_t events);
  void greet(Link& link);
  void on_bytes(Link& link, std::span<char> bytes);
  void on_frame(Link& link, const wire::ServerFrame& frame);
  void flush(Link& link);
  void fail(Link& link, const char* why);

  uint16_t port_;
  LinkOwner& owner_;
  uint32_t first_address_;
  int epoll_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Link*> with_output_;
  std::unique_ptr<char[]> buffer_;
  wire::ServerFrame incoming_;
  wire::ClientFrame outgoing_;
  uint32_t mask_ = 0x9e3779b9;
  size_t open_count_ = 0;
  size_t failures_ = 0;
};

}  // namespace kith::bench
