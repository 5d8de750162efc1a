// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_receipts.h"

#include <algorithm>
#include <utility>

namespace kith {
namespace {

constexpr uint64_t kFirstMs = 50;
constexpr uint64_t kLongMs = 600'000;
constexpr uint32_t kDoublings = 14;  // of kFirstMs, until kLongMs
constexpr uint32_t kLongWaits = 6;
constexpr uint64_t kToldMs = 600'000;
constexpr size_t kCoalesceDepth = 64;  // how far back a run looks, of one member, for one that it goes on

}  // namespace

// Of an entry after `level` others: 0.05, 0.1 ... 409.6 s, six times 600 s, 1200, 2400 ... s. Thirty-two take 30 days.
uint64_t GroupReceipts::wait_ms(uint32_t level) {
  if (level < kDoublings) return kFirstMs << level;
  if (level < kDoublings + kLongWaits) return kLongMs;
  return kLongMs << std::min<uint32_t>(level - kDoublings - kLongWaits + 1, 20);
}

bool GroupReceipts::is_known(Sender& sender, const AccountId& member, const Pending& pending) const {
  if (pending.read) return false;
  const auto told = sender.told.find(member);
  return told != sender.told.end() && told->second == pending.run;
}

void GroupReceipts::add(const DeviceAddress& sender, const GroupId& group, const AccountId& member,
                        const wire::ReceiptRun& run, bool read) {
  if (closed_ || run.none()) return;
  const Key key{sender, group};
  auto place = senders_.find(key);
  if (place == senders_.end()) {
    if (!make_room()) {
      ++ports_.counters.notices_dropped;
      return;
    }
    place = senders_.try_emplace(key).first;
  }
  Sender& into = place->second;
  if (is_known(into, member, {run, read})) return;
  const bool is_newer = !read && run.last > into.newest;
  std::vector<Pending>& all = into.pending[member];
  // What comes is most often what follows on the last of them.
  const auto depth = static_cast<std::ptrdiff_t>(std::min(all.size(), kCoalesceDepth));
  const bool taken = std::any_of(all.rbegin(), all.rbegin() + depth, [&](Pending& known) {
    return known.read == read && (known.run == run || known.run.extend(run));
  });
  if (!taken) {
    if (into.runs >= kRunsMax || runs_ >= ports_.runs_of_all_max) {
      ++ports_.counters.notices_dropped;
      if (all.empty()) into.pending.erase(member);
      return;
    }
    all.push_back({run, read});
    ++into.runs;
    ++runs_;
  }
  if (is_newer) {
    into.newest = run.last;
    into.level = 0;
  }
  if (is_newer || into.due_ms == 0) schedule(key, into);
}

void GroupReceipts::schedule(const Key& key, Sender& sender) {
  const uint64_t now = ports_.time.now_ms();
  const uint64_t soon = now + kFirstMs;
  const uint64_t due = sender.last_ms == 0 ? soon : std::max(soon, sender.last_ms + wait_ms(sender.level));
  if (sender.due_ms != 0 && sender.due_ms <= due) return;
  if (sender.due_ms != 0) due_.erase({sender.due_ms, key});
  sender.due_ms = due;
  due_.insert({due, key});
  arm();
}

void GroupReceipts::arm() {
  const uint64_t due = due_.empty() ? UINT64_MAX : due_.begin()->first;
  if (due >= armed_ms_) return;
  if (timer_ != 0) ports_.timers.cancel(timer_);
  armed_ms_ = due;
  const uint64_t now = ports_.time.now_ms();
  timer_ = ports_.timers.after(due > now ? due - now : 0, [this] { fire(); });
}

void GroupReceipts::fire() {
  timer_ = 0;
  armed_ms_ = UINT64_MAX;
  const uint64_t now = ports_.time.now_ms();
  while (!due_.empty() && due_.begin()->first <= now) {
    const Key key = due_.begin()->second;
    due_.erase(due_.begin());
    emit(key, senders_.at(key));
  }
  arm();
}

void GroupReceipts::emit(const Key& key, Sender& sender) {
  const uint64_t now = ports_.time.now_ms();
  if (now - sender.last_ms > kToldMs) sender.told.clear();
  // By what is said, so that what is the same is said once; in an order that chance has no part in.
  std::map<std::tuple<uint64_t, uint64_t, uint64_t, bool>, std::vector<AccountId>> said;
  for (const auto& [member, all] : sender.pending) {
    for (const Pending& each : all) {
      said[{each.run.first, each.run.last, each.run.marks, each.read}].push_back(member);
      if (!each.read) sender.told[member] = each.run;
    }
  }
  std::vector<GroupReceiptRun> runs;
  runs.reserve(said.size());
  for (auto& [what, members] : said) {
    std::ranges::sort(members);
    const auto& [first, last, marks, read] = what;
    runs.push_back({{first, last, marks}, read, std::move(members)});
  }
  sender.pending.clear();
  runs_ -= std::exchange(sender.runs, 0);
  sender.due_ms = 0;
  sender.last_ms = now;
  ++sender.level;
  ports_.put(key.first.account, encode_group_receipt_body(key.second, key.first.device, runs));
}

// Seldom: of all of which nothing waits, a half goes, those that had an entry longest ago. False: something waits of
// all of them.
bool GroupReceipts::make_room() {
  if (senders_.size() < kSendersMax) return true;
  std::vector<uint64_t> times;
  for (const auto& [key, sender] : senders_) {
    if (sender.due_ms == 0) times.push_back(sender.last_ms);
  }
  if (times.empty()) return false;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  std::erase_if(senders_, [&](const auto& one) { return one.second.due_ms == 0 && one.second.last_ms <= *middle; });
  return true;
}

void GroupReceipts::sweep() {
  const uint64_t now = ports_.time.now_ms();
  for (auto& [key, sender] : senders_) {
    if (now - sender.last_ms > kToldMs) sender.told = {};
  }
}

void GroupReceipts::close() {
  closed_ = true;
  if (timer_ != 0) ports_.timers.cancel(std::exchange(timer_, 0));
  for (const auto& [due, key] : std::exchange(due_, {})) emit(key, senders_.at(key));
}

}  // namespace kith
