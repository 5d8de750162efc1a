// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>
#include <memory>

#include "bench/api.h"
#include "bench/link.h"
#include "bench/message_number.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr size_t kMembers = 256;
constexpr size_t kGroupsOfOne = 10;  // of which each account is a member, when there are many groups
constexpr uint64_t kBetweenKillsUs = 1'500'000;
constexpr uint64_t kEachUs = 4'000;  // a message
constexpr uint64_t kPatienceUs = 240'000'000;
constexpr uint64_t kRestUs = 1'000'000;  // in which nothing more may come
constexpr const char* kLimits = "[rates]\ngroup_change = { burst = 100000, refill_ms = 1 }\n";

// Groups of which every other member is there and writes, 250 messages a second in all and one of each group
// outstanding, while the server is killed again and again. The others come at the end.
class GroupKilled final : public LinkOwner {
 public:
  GroupKilled(Server& server, std::vector<BenchAccount> accounts, const Options& options)
      : server_(server), accounts_(std::move(accounts)), groups_(options.killed_groups) {
    crypto::SeededRandom random(now_us());
    payload_ = random.bytes(options.payload_bytes);
    random.fill(reinterpret_cast<char*>(&run_), sizeof run_);
  }

  [[nodiscard]] bool make_groups() {
    for (size_t group = 0; group < groups_.size(); ++group) {
      std::vector<BenchAccount> members;
      for (size_t i = 0; i < kMembers; ++i) members.push_back(accounts_[account_of(group, i)]);
      auto made = make_group(server_.port(), members, 0);
      if (!made) return false;
      groups_[group] = {std::move(*made), 0, {}};
    }
    return true;
  }

  [[nodiscard]] bool open(bool writers) {
    links_ = std::make_unique<Links>(server_.port(), *this);
    for (size_t i = writers ? 0 : 1; i < accounts_.size(); i += 2) links_->open(accounts_[i]);
    return links_->wait_open(links_->size());
  }
  void close() { links_.reset(); }

  // What has no answer is sent again; then the groups are written to in turn, each when its last message has its
  // answer.
  [[nodiscard]] bool write(uint64_t duration_us) {
    for (const Group& group : groups_) {
      if (group.under_way) send(*group.under_way);
    }
    const uint64_t began_us = now_us();
    for (uint64_t turn = 0; now_us() < began_us + duration_us && links_->failures() == 0;) {
      for (; began_us + turn * kEachUs <= now_us(); ++turn) {
        if (const size_t group = next_group_++ % groups_.size(); !groups_[group].under_way) send_next(group);
      }
      links_->turn(kEachUs);
    }
    return links_->failures() == 0;
  }
  // Whether everything has its answer.
  [[nodiscard]] bool finish_writing() {
    return turn_until(
        [this] { return std::ranges::none_of(groups_, [](const Group& group) { return !!group.under_way; }); });
  }
  // Whether everybody of these members has what was accepted, and nothing more comes.
  [[nodiscard]] bool receive_all(bool writers) {
    const bool all = turn_until([this, writers] { return missing(writers) == 0; });
    for (const uint64_t until = now_us() + kRestUs; now_us() < until;) links_->turn(10'000);
    if (!all) std::fprintf(stderr, "group_killed: %zu messages did not come\n", missing(writers));
    return all && links_->failures() == 0;
  }

  [[nodiscard]] size_t messages() const { return messages_.size(); }
  [[nodiscard]] size_t repeated() const { return repeated_; }
  [[nodiscard]] size_t dated_otherwise() const { return dated_otherwise_; }

 private:
  struct Message {
    size_t group = 0;
    size_t writer = 0;  // among the members
    uint64_t time_us = 0;
    std::vector<bool> got;  // of each member
  };
  struct Group {
    BenchGroup group;
    size_t written = 0;
    std::optional<size_t> under_way;  // number of the message that has no answer
  };

  [[nodiscard]] size_t account_of(size_t group, size_t member) const {
    return (group * kMembers / kGroupsOfOne + member) % accounts_.size();
  }
  [[nodiscard]] size_t member_of(size_t group, size_t account) const {
    return (account + accounts_.size() - account_of(group, 0)) % accounts_.size();
  }

  void send_next(size_t group) {
    size_t writer = groups_[group].written++ * 2 % kMembers;
    writer += account_of(group, writer) % 2;  // one of those that are there
    groups_[group].under_way = messages_.size();
    Message& message = messages_.emplace_back(Message{group, writer % kMembers, 0, std::vector<bool>(kMembers)});
    message.got[message.writer] = true;
    for (size_t member = 0; member < kMembers; ++member) {
      if (member != message.writer) ++missing_[account_of(group, member) % 2];
    }
    send(messages_.size() - 1);
  }
  void send(size_t number) {
    const Message& message = messages_[number];
    links_->at(account_of(message.group, message.writer) / 2)
        .send(id_of(run_, number), groups_[message.group].group, payload_, 0);
  }

  void on_accepted(Link&, const MessageId& id, UnixMicros time) override {
    Message& message = messages_[number_of(id)];
    note_time(message, time);
    std::optional<size_t>& under_way = groups_[message.group].under_way;
    if (under_way == number_of(id)) under_way.reset();
  }
  void on_message(Link& link, const MessageId& id, UnixMicros time) override {
    Message& message = messages_[number_of(id)];
    note_time(message, time);
    const auto account = static_cast<size_t>(&link.account() - accounts_.data());
    std::vector<bool>::reference got = message.got[member_of(message.group, account)];
    if (got) {
      ++repeated_;
    } else {
      --missing_[account % 2];
    }
    got = true;
  }
  void on_delivered(Link& link) override { link.confirm(); }

  // The order of a group's messages is that of their times (ORDER-1): the same for its writer and for all others.
  void note_time(Message& message, UnixMicros time) {
    if (message.time_us != 0 && message.time_us != time.value) ++dated_otherwise_;
    message.time_us = time.value;
  }
  [[nodiscard]] size_t missing(bool writers) const { return missing_[writers ? 0 : 1]; }

  template <class Condition>
  [[nodiscard]] bool turn_until(Condition condition) {
    for (const uint64_t give_up = now_us() + kPatienceUs;
         !condition() && links_->failures() == 0 && now_us() < give_up;)
      links_->turn(10'000);
    return condition();
  }

  Server& server_;
  std::vector<BenchAccount> accounts_;
  std::vector<Group> groups_;
  std::unique_ptr<Links> links_;
  Bytes payload_;
  uint64_t run_ = 0;
  std::vector<Message> messages_;  // by number
  size_t missing_[2] = {};         // of those that are there, of the others
  size_t repeated_ = 0;
  size_t dated_otherwise_ = 0;
  size_t next_group_ = 0;
};

}  // namespace

bool run_group_killed(const Options& options, Report& report) {
  Server server;
  const size_t count = std::max(kMembers, options.killed_groups * kMembers / kGroupsOfOne);
  const auto accounts = server.start_with_copies(count + count % 2, options.loops, kLimits);
  if (accounts.empty()) return false;
  GroupKilled load(server, accounts, options);
  if (!load.make_groups()) return false;
  for (size_t kill = 0; kill < options.kills; ++kill) {
    if (!load.open(true) || !load.write(kBetweenKillsUs + kill * 50'000 % 500'000) || !server.crash()) return false;
    load.close();
  }
  if (!load.open(true) || !load.write(0) || !load.finish_writing() || !load.receive_all(true)) return false;
  load.close();
  if (!load.open(false) || !load.receive_all(false)) return false;
  const auto dropped = metric(server.port(), "kith_group_entries_dropped_total");
  report.add("group_killed.kills", static_cast<double>(options.kills));
  report.add("group_killed.messages", static_cast<double>(load.messages()));
  report.add("group_killed.delivered_again", static_cast<double>(load.repeated()));
  if (load.dated_otherwise() != 0 || dropped != 0) {
    std::fprintf(stderr, "group_killed: %zu times are not the same for all, %g entries had no room\n",
                 load.dated_otherwise(), dropped.value_or(-1));
    return false;
  }
  return true;
}

}  // namespace kith::bench
