// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <optional>

#include "base/executor.h"
#include "server/delivery/shard.h"
#include "server/gateway/gateway_loop.h"
#include "server/handlers/services.h"

namespace kith::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  MetricFamily& add(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    all_.push_back(std::move(family));
    return all_.back();
  }
  void counter(const char* name, const char* help, uint64_t value) {
    sample(add(name, help, MetricType::Counter), value);
  }
  void gauge(const char* name, const char* help, uint64_t value) { sample(add(name, help, MetricType::Gauge), value); }

  static void sample(MetricFamily& family, uint64_t value, const char* label = nullptr, std::string label_value = {}) {
    ClientMetric metric;
    if (label != nullptr) metric.label.push_back({label, std::move(label_value)});
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
    family.metric.push_back(std::move(metric));
  }
  std::vector<MetricFamily>& all() { return all_; }

 private:
  std::vector<MetricFamily> all_;
};

uint64_t sum(const Shared& shared, LoopCounter LoopMetrics::* counter) {
  uint64_t total = 0;
  for (const auto& loop : shared.loops) total += (loop->metrics().*counter).value();
  return total;
}

void add_connections(const Shared& shared, Families& families) {
  const auto counter = [&](const char* name, const char* help, LoopCounter LoopMetrics::* of) {
    families.counter(name, help, sum(shared, of));
  };
  families.gauge("kith_connections", "Open connections.", shared.connections.total());
  families.gauge("kith_connections_max", "Connections that may be open; 0: no bound.", shared.connections.total_max());
  families.gauge("kith_sessions", "Authenticated WebSocket sessions.", sum(shared, &LoopMetrics::sessions));
  families.gauge("kith_sessions_starting",
                 "Connections between Hello and Welcome: at work on it, or waiting for their turn.",
                 sum(shared, &LoopMetrics::sessions_starting));
  counter("kith_connections_accepted_total", "Connections accepted.", &LoopMetrics::connections_accepted);
  counter("kith_connections_refused_total", "Connections refused: a bound, or out of descriptors.",
          &LoopMetrics::connections_refused);
  counter("kith_received_bytes_total", "Bytes received.", &LoopMetrics::bytes_received);
  counter("kith_sent_bytes_total", "Bytes sent.", &LoopMetrics::bytes_sent);
  counter("kith_frames_received_total", "WebSocket frames received.", &LoopMetrics::frames_received);
  counter("kith_sends_accepted_total", "Sends answered with Accepted.", &LoopMetrics::sends_accepted);
  counter("kith_entries_sent_total", "Inbox entries sent to devices.", &LoopMetrics::entries_delivered);
  counter("kith_ephemeral_dropped_total", "Typing and presence frames dropped for slow readers.",
          &LoopMetrics::ephemeral_dropped);
  counter("kith_slow_readers_closed_total", "Connections closed because too much output waited.",
          &LoopMetrics::slow_readers_closed);
  counter("kith_idle_closed_total", "Connections closed by a timeout.", &LoopMetrics::idle_closed);
  counter("kith_malformed_closed_total", "Connections closed for breaking a rule of framing or protocol.",
          &LoopMetrics::malformed_closed);
  counter("kith_out_of_memory_closed_total", "Connections closed because memory ran out while they were served.",
          &LoopMetrics::out_of_memory_closed);
  counter("kith_http_requests_total", "HTTP requests.", &LoopMetrics::http_requests);
  counter("kith_http_failures_total", "HTTP answers with a status of 500 or above.", &LoopMetrics::http_failures);

  MetricFamily& refused =
      families.add("kith_sends_refused_total", "Sends answered with Refused, by code.", MetricType::Counter);
  for (int code = 1; code < wire::ErrorCode_ARRAYSIZE; ++code) {
    uint64_t total = 0;
    for (const auto& loop : shared.loops) total += loop->metrics().sends_refused[code].value();
    if (total != 0) Families::sample(refused, total, "code", wire::ErrorCode_Name(static_cast<wire::ErrorCode>(code)));
  }
}

void add_loops(const Shared& shared, Families& families) {
  constexpr double kBounds[] = {0.0001, 0.001, 0.01, 0.1, std::numeric_limits<double>::infinity()};
  MetricFamily& turns =
      families.add("kith_loop_turn_seconds", "Time of an event loop's turn, without the wait.", MetricType::Histogram);
  for (size_t i = 0; i < shared.loops.size(); ++i) {
    const net::EventLoop::Counters& counters = shared.loops[i]->loop().counters();
    ClientMetric metric;
    metric.label.push_back({"loop", std::to_string(i)});
    uint64_t so_far = 0;
    for (size_t bucket = 0; bucket < std::size(kBounds); ++bucket) {
      so_far += counters.turns_by_length[bucket].load(std::memory_order_relaxed);
      metric.histogram.bucket.push_back({so_far, kBounds[bucket]});
    }
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = static_cast<double>(counters.busy_us.load(std::memory_order_relaxed)) / 1e6;
    turns.metric.push_back(std::move(metric));
  }
}

void add_shards(const ShardCounters& total, uint64_t accounts, std::optional<uint64_t> inbox_bytes,
                Families& families) {
  families.gauge("kith_accounts_in_memory", "Accounts that shards hold in memory.", accounts);
  families.gauge("kith_devices_available", "Devices whose user is looking at the app.", total.available);
  if (inbox_bytes) families.gauge("kith_inbox_stored_bytes", "Bytes of inbox entries on disk, about.", *inbox_bytes);
  families.counter("kith_inbox_messages_total", "Messages appended to inboxes, one for each device.",
                   total.messages_appended);
  families.counter("kith_inbox_repeated_total", "Sends of a message that was known already.", total.messages_repeated);
  families.counter("kith_inbox_delivered_total", "Entries delivered, repetitions included.", total.entries_delivered);
  families.counter("kith_inbox_confirmed_total", "Entries confirmed by devices.", total.entries_confirmed);
  families.counter("kith_inbox_never_written_total", "Entries confirmed before they had to be written.",
                   total.confirmed_before_commit);
  families.counter("kith_inbox_committed_total", "Entries written.", total.entries_committed);
  families.counter("kith_inbox_commits_total",
                   "Batches written: entries per batch is kith_inbox_committed_total by this.", total.commits);
  families.counter("kith_inbox_commit_failures_total", "Batches of which the store did not take all.",
                   total.commit_failures);
  families.counter("kith_inbox_full_total", "Messages refused because the device's inbox was full.", total.inbox_full);
  families.counter("kith_receipts_total", "Delivery receipts appended to inboxes.", total.receipts_appended);
  families.counter("kith_receipts_coalesced_total", "Delivery receipts that went into one that was waiting.",
                   total.receipts_coalesced);
  families.counter("kith_notices_dropped_total", "Notices to inboxes that were full.", total.notices_dropped);
  families.counter("kith_group_messages_delivered_total", "Messages to groups that all members' inboxes have.",
                   total.group_messages_delivered);
  families.counter("kith_group_messages_lost_total",
                   "Messages to groups that went to nobody, because what is stored of the group is damaged.",
                   total.group_messages_lost);
  families.counter("kith_group_entries_dropped_total",
                   "Messages to groups that a device's inbox had no room for, each counted per device.",
                   total.group_entries_dropped);
  families.counter("kith_group_receipts_total", "Receipts of groups appended to inboxes.",
                   total.group_receipts_appended);
  families.counter("kith_inbox_expired_total", "Entries that were never collected and expired.", total.entries_expired);
}

void add_to(ShardCounters& total, const ShardCounters& one) {
  total.available += one.available;
  total.messages_appended += one.messages_appended;
  total.messages_repeated += one.messages_repeated;
  total.entries_delivered += one.entries_delivered;
  total.entries_confirmed += one.entries_confirmed;
  total.confirmed_before_commit += one.confirmed_before_commit;
  total.entries_committed += one.entries_committed;
  total.commits += one.commits;
  total.commit_failures += one.commit_failures;
  total.inbox_full += one.inbox_full;
  total.receipts_appended += one.receipts_appended;
  total.receipts_coalesced += one.receipts_coalesced;
  total.notices_dropped += one.notices_dropped;
  total.group_messages_delivered += one.group_messages_delivered;
  total.group_messages_lost += one.group_messages_lost;
  total.group_entries_dropped += one.group_entries_dropped;
  total.group_receipts_appended += one.group_receipts_appended;
  total.entries_expired += one.entries_expired;
}

}  // namespace

Task<net::HttpResponse> metrics_response(Shared& shared) {
  Executor& here = *Executor::current();
  ShardCounters total;
  uint64_t accounts = 0;
  for (size_t i = 0; i < shared.services.shards.size(); ++i) {
    Shard& shard = shared.services.shards.at(i);
    co_await enter(shard.executor());
    add_to(total, shard.counters());
    accounts += shard.accounts_in_memory();
  }
  co_await enter(here);

  Families families;
  add_connections(shared, families);
  add_loops(shared, families);
  add_shards(total, accounts, shared.services.inboxes.bytes_held(), families);
  for (const auto& other : shared.hooks.metrics) {
    for (MetricFamily& family : other->Collect()) families.all().push_back(std::move(family));
  }
  net::HttpResponse response;
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8").set("Cache-Control", "no-store");
  response.body = prometheus::TextSerializer().Serialize(families.all());
  co_return response;
}

}  // namespace kith::gateway
