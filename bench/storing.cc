// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/storing.h"

#include "bench/message_number.h"
#include "bench/usage.h"

namespace kith::bench {
namespace {

constexpr size_t kWindow = 500;  // messages of one sender without an answer, in the bulk
constexpr uint64_t kPatienceUs = 120'000'000;

}  // namespace

Storing::Storing(uint16_t port, std::vector<BenchAccount>& senders, std::vector<BenchAccount>& users,
                 size_t payload_bytes)
    : users_(users), links_(port, *this), random_(now_us()), payload_(random_.bytes(payload_bytes)) {
  sent_.fill(std::vector<uint64_t>(users.size()));
  random_.fill(reinterpret_cast<char*>(&run_), sizeof run_);
  for (BenchAccount& sender : senders) links_.open(sender);
}

bool Storing::bulk(size_t count) {
  target_ = sent_at_us_.size() + count;
  refill_ = true;
  for (size_t i = 0; i < kSenders * kWindow && sent_at_us_.size() < target_; ++i)
    send(links_.at(i % kSenders), now_us());
  return wait();
}

bool Storing::open_loop(uint64_t rate, uint64_t duration_us, Latencies& ticks) {
  refill_ = false;
  ticks_ = &ticks;
  const uint64_t total = rate * duration_us / 1'000'000;
  const uint64_t began_us = now_us();
  for (uint64_t next = 0; next < total && links_.failures() == 0;) {
    const auto due_us = [&] { return began_us + next * 1'000'000 / rate; };
    for (const uint64_t now = now_us(); next < total && due_us() <= now; ++next)
      send(links_.at(next % kSenders), due_us());
    const uint64_t now = now_us();
    links_.turn(next < total && due_us() > now ? due_us() - now : 0);
  }
  const bool all = wait();
  ticks_ = nullptr;
  return all;
}

bool Storing::wait() {
  const uint64_t give_up = now_us() + kPatienceUs;
  while (accepted_ < sent_at_us_.size() && links_.failures() == 0 && now_us() < give_up) links_.turn(100'000);
  return accepted_ == sent_at_us_.size();
}

void Storing::send(Link& link, uint64_t at_us) {
  const uint64_t number = sent_at_us_.size();
  sent_at_us_.push_back(at_us);
  link.send(id_of(run_, number), users_[number % users_.size()], payload_,
            ++sent_[link.index()][number % users_.size()]);
}

void Storing::on_accepted(Link& link, const MessageId& id, UnixMicros) {
  ++accepted_;
  if (ticks_ != nullptr) ticks_->add(now_us() - sent_at_us_[number_of(id)]);
  if (refill_ && sent_at_us_.size() < target_) send(link, now_us());
}

}  // namespace kith::bench
