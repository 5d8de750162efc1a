// SPDX-License-Identifier: AGPL-3.0-or-later

// What the process asks of the operating system at its start.
#pragma once

#include <cstddef>

namespace kith::node {

// Raises the limit of open descriptors as far as allowed; answers it.
size_t raise_descriptor_limit();
// A connection that the peer closed answers EPIPE instead of ending the process.
void ignore_broken_pipes();
// Processors that this process may use.
size_t processors();

}  // namespace kith::node
