// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/process.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace kith::node {
namespace {

// Its own two, both ends of the way to it, and a few listening sockets.
constexpr size_t kDescriptorsOfALoop = 8;

}  // namespace

size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

DescriptorShares share_descriptors(size_t descriptors, uint32_t connections_wanted, uint32_t store_files_wanted) {
  // Whoever runs with fewer has set the limit wrong; some connections there are all the same.
  constexpr uint32_t kConnectionsMin = 16;
  DescriptorShares shares{};
  shares.store_files =
      static_cast<uint32_t>(std::min<size_t>(store_files_wanted, std::max<size_t>(64, descriptors / 4)));
  const size_t reserved = shares.store_files + std::min(kDescriptorsForTheRest, descriptors / 4);
  const size_t most = std::min<size_t>(UINT32_MAX, descriptors - std::min(descriptors, reserved));
  shares.connections = std::max(kConnectionsMin, static_cast<uint32_t>(most));
  if (connections_wanted != 0) shares.connections = std::min(shares.connections, connections_wanted);
  return shares;
}

DescriptorPlan plan_descriptors(size_t descriptors, size_t loops, uint32_t connections_wanted,
                                uint32_t store_files_wanted) {
  const auto without = [descriptors](size_t taken) { return descriptors - std::min(descriptors, taken); };
  const auto shared = share_descriptors(without(kDescriptorsOfALoop * loops), connections_wanted, store_files_wanted);
  DescriptorPlan plan{shared.connections, shared.store_files, {}};
  const bool enough = connections_wanted != 0 && shared.connections >= connections_wanted;
  if (enough || loops < 2) return plan;
  // What every loop's thread needs: of each other loop the wake and the way there, its own, the standard streams, those
  // whom it turns away.
  const size_t own = without(kDescriptorsOfALoop * loops + kDescriptorsForTheRest / 2);
  uint64_t sum = shared.connections;
  plan.tables.push_back(shared.connections);
  for (size_t i = 1; i < loops; ++i) {
    plan.tables.push_back(static_cast<uint32_t>(std::min<size_t>(own, UINT32_MAX)));
    sum += plan.tables.back();
  }
  plan.connections =
      static_cast<uint32_t>(std::min<uint64_t>(sum, connections_wanted != 0 ? connections_wanted : UINT32_MAX));
  return plan;
}

void ignore_broken_pipes() { signal(SIGPIPE, SIG_IGN); }

size_t processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace kith::node
