// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/pair_traffic.h"

#include <cstdio>

#include "bench/message_number.h"
#include "bench/usage.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr uint64_t kSettleUs = 20'000'000;

}  // namespace

PairTraffic::PairTraffic(uint16_t port, pid_t server, std::vector<BenchAccount> accounts, size_t payload_bytes)
    : accounts_(std::move(accounts)), links_(port, *this), sides_(accounts_.size()), server_(server) {
  crypto::SeededRandom random(now_us());
  payload_ = random.bytes(payload_bytes);
  random.fill(reinterpret_cast<char*>(&run_), sizeof run_);
}

bool PairTraffic::connect() {
  constexpr size_t kAtOnce = 500;
  while (links_.size() < accounts_.size()) {
    for (size_t i = 0; i < kAtOnce && links_.size() < accounts_.size(); ++i) links_.open(accounts_[links_.size()]);
    if (!links_.wait_open(links_.size())) return false;
  }
  return true;
}

void PairTraffic::begin(PairRound& round, ConfirmWhen confirm_when) {
  round_ = &round;
  confirm_when_ = confirm_when;
  counting_ = true;
  ++run_;
  sent_at_us_.clear();
  began_us_ = now_us();
  began_cpu_ns_ = cpu_ns(server_);
}

bool PairTraffic::finish() {
  round_->server_us = static_cast<double>(cpu_ns(server_) - began_cpu_ns_) / 1000.0 /
                      static_cast<double>(std::max<uint64_t>(round_->delivered, 1));
  round_->seconds = static_cast<double>(now_us() - began_us_) / 1e6;
  counting_ = answering_ = false;
  const uint64_t give_up = now_us() + kSettleUs;
  while (outstanding_ > 0 && now_us() < give_up && links_.failures() == 0) links_.turn(100'000);
  if (outstanding_ > 0)
    std::fprintf(stderr, "%llu messages have no receipt\n", static_cast<unsigned long long>(outstanding_));
  return outstanding_ == 0 && links_.failures() == 0;
}

bool PairTraffic::run_closed(uint64_t duration_us, ConfirmWhen confirm_when, PairRound& round) {
  begin(round, confirm_when);
  answering_ = true;
  for (size_t side = 0; side < sides_.size(); side += 2) send(side, now_us());
  while (now_us() < began_us_ + duration_us && links_.failures() == 0) links_.turn(10'000);
  return finish();
}

bool PairTraffic::run_open(uint64_t rate_per_second, uint64_t duration_us, ConfirmWhen confirm_when, PairRound& round) {
  begin(round, confirm_when);
  const uint64_t total = rate_per_second * duration_us / 1'000'000;
  const auto due_us = [&](uint64_t number) { return began_us_ + number * 1'000'000 / rate_per_second; };
  for (uint64_t next = 0; next < total && links_.failures() == 0;) {
    for (const uint64_t now = now_us(); next < total && due_us(next) <= now; ++next)
      send(next % sides_.size(), due_us(next));
    const uint64_t now = now_us();
    links_.turn(next < total && due_us(next) > now ? due_us(next) - now : 0);
  }
  return finish();
}

void PairTraffic::send(size_t side, uint64_t at_us) {
  const uint64_t number = sent_at_us_.size();
  sent_at_us_.push_back(at_us);
  const uint64_t receipt_number = ++sides_[side].sent;
  sides_[side].waiting.push({at_us, false, number, receipt_number});
  ++outstanding_;
  links_.at(side).send(id_of(run_, number), accounts_[side ^ 1], payload_, receipt_number);
}

void PairTraffic::on_accepted(Link& link, const MessageId& id, UnixMicros) {
  Side& side = sides_[link.index()];
  const uint64_t number = number_of(id);
  for (size_t i = 0; i < side.waiting.size(); ++i) {
    if (side.waiting[i].number != number) continue;
    side.waiting[i].accepted = true;
    if (counting_) round_->tick.add(now_us() - side.waiting[i].at_us);
    break;
  }
  if (confirm_when_ == ConfirmWhen::kAccepted) links_.at(link.index() ^ 1).confirm();
  settle(link.index());
}

void PairTraffic::on_message(Link& link, const MessageId& id, UnixMicros) {
  sides_[link.index()].has_message = true;
  const uint64_t number = number_of(id);
  if (!counting_ || number >= sent_at_us_.size()) return;
  ++round_->delivered;
  round_->one_way.add(now_us() - sent_at_us_[number]);
}

void PairTraffic::on_receipt(Link& link, uint64_t last_number) {
  Side& side = sides_[link.index()];
  side.receipted = std::max(side.receipted, last_number);
  settle(link.index());
}

void PairTraffic::on_delivered(Link& link) {
  if (std::exchange(sides_[link.index()].has_message, false) && confirm_when_ == ConfirmWhen::kAtOnce) link.confirm();
}

void PairTraffic::settle(size_t index) {
  Side& side = sides_[index];
  while (!side.waiting.empty() && side.waiting.front().accepted &&
         side.waiting.front().receipt_number <= side.receipted) {
    if (counting_) {
      ++round_->receipted;
      round_->round_trip.add(now_us() - side.waiting.front().at_us);
    }
    side.waiting.pop_front();
    --outstanding_;
    if (answering_) send(index ^ 1, now_us());
  }
}

}  // namespace kith::bench
