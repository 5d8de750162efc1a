// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/group_traffic.h"

#include <cstdio>

#include "bench/message_number.h"
#include "bench/usage.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr uint64_t kPatienceUs = 60'000'000;

}  // namespace

GroupTraffic::GroupTraffic(uint16_t port, pid_t server, std::vector<BenchAccount> members, BenchGroup group,
                           size_t payload_bytes)
    : members_(std::move(members)),
      group_(std::move(group)),
      links_(port, *this),
      server_(server),
      receipt_numbers_(members_.size()) {
  crypto::SeededRandom random(now_us());
  payload_ = random.bytes(payload_bytes);
  random.fill(reinterpret_cast<char*>(&run_), sizeof run_);
}

bool GroupTraffic::connect() {
  for (BenchAccount& each : members_) links_.open(each);
  return links_.wait_open(members_.size());
}

bool GroupTraffic::run(uint64_t duration_us, bool receipts, GroupRound& round) {
  receipt_entries_ = receipt_bytes_ = 0;
  const uint64_t began_cpu_ns = cpu_ns(server_);
  const uint64_t began_us = now_us();
  while (now_us() < began_us + duration_us) {
    send(group_, receipts);
    if (!wait_for_all()) return false;
    const uint64_t confirmed_at_us = now_us();
    while (!accepted_ && links_.failures() == 0) links_.turn(10'000);
    ++round.messages;
    round.tick.add(ticked_at_us_ - sent_at_us_);
    round.last_confirmed.add(confirmed_at_us - sent_at_us_);
  }
  round.seconds = static_cast<double>(now_us() - began_us) / 1e6;
  const uint64_t give_up = now_us() + kPatienceUs;
  while (receipts_due_ > 0 && links_.failures() == 0 && now_us() < give_up) links_.turn(100'000);
  const auto messages = static_cast<double>(round.messages);
  round.server_us = static_cast<double>(cpu_ns(server_) - began_cpu_ns) / 1000.0 / messages /
                    static_cast<double>(members_.size() - 1);
  round.receipt_frames = static_cast<double>(receipt_entries_) / messages;
  round.receipt_bytes = static_cast<double>(receipt_bytes_) / messages;
  if (receipts_due_ > 0)
    std::fprintf(stderr, "%llu receipts are missing\n", static_cast<unsigned long long>(receipts_due_));
  return receipts_due_ == 0 && links_.failures() == 0;
}

bool GroupTraffic::send_one(const BenchGroup& group) {
  send(group, false);
  return wait_for_all();
}

void GroupTraffic::rest(uint64_t duration_us) {
  for (const uint64_t until = now_us() + duration_us; now_us() < until;) links_.turn(100'000);
}

void GroupTraffic::send(const BenchGroup& group, bool receipt) {
  writer_ = (writer_ + 1) % members_.size();
  missing_ = members_.size() - 1;
  if (receipt) receipts_due_ += missing_;
  accepted_ = false;
  sent_at_us_ = now_us();
  links_.at(writer_).send(id_of(run_, ++number_), group, payload_, receipt ? ++receipt_numbers_[writer_] : 0);
}

bool GroupTraffic::wait_for_all() {
  const uint64_t give_up = sent_at_us_ + kPatienceUs;
  while (missing_ > 0 && links_.failures() == 0 && now_us() < give_up) links_.turn(10'000);
  if (missing_ > 0) std::fprintf(stderr, "%zu members did not get a message\n", missing_);
  return missing_ == 0 && links_.failures() == 0;
}

void GroupTraffic::on_accepted(Link&, const MessageId& id, UnixMicros) {
  if (number_of(id) != number_) return;
  accepted_ = true;
  ticked_at_us_ = now_us();
}

void GroupTraffic::on_message(Link&, const MessageId& id, UnixMicros) {
  if (number_of(id) == number_) --missing_;
}

void GroupTraffic::on_group_receipt(Link&, const wire::GroupReceipt& receipt, size_t bytes) {
  ++receipt_entries_;
  receipt_bytes_ += bytes;
  for (const auto& run : receipt.runs()) {
    if (run.read()) continue;
    receipts_due_ -= (run.last_number() - run.first_number() + 1) * (run.accounts().size() / AccountId::kBytes);
  }
}

}  // namespace kith::bench
