// SPDX-License-Identifier: AGPL-3.0-or-later

// What the process asks of the operating system at its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::node {

// Raises the limit of open descriptors as far as allowed; answers it.
size_t raise_descriptor_limit();
// What there may be of connections, and of the inbox store's files, with so many descriptors.
struct DescriptorShares {
  uint32_t connections;
  uint32_t store_files;
};
// The store's files come first, a quarter of all at most, then kDescriptorsForTheRest: a message that was accepted must
// find a file to be written to. 0 connections wanted: as many as there can be.
constexpr size_t kDescriptorsForTheRest = 256;
DescriptorShares share_descriptors(size_t descriptors, uint32_t connections_wanted, uint32_t store_files_wanted);

// The same for loops, each with its thread: when one table of descriptors is too small for the connections wanted, each
// thread has its own (net/descriptor_tables.h).
struct DescriptorPlan {
  uint32_t connections;
  uint32_t store_files;
  std::vector<uint32_t> tables;  // connections in each loop's; empty: they share one
};
DescriptorPlan plan_descriptors(size_t descriptors, size_t loops, uint32_t connections_wanted,
                                uint32_t store_files_wanted);
// A connection that the peer closed answers EPIPE instead of ending the process.
void ignore_broken_pipes();
// Processors that this process may use.
size_t processors();

}  // namespace kith::node
