// SPDX-License-Identifier: AGPL-3.0-or-later

// What a process does so that memory running out is told early and ends nothing.
//
// A reserve of address space is held. When operator new finds no memory, the reserve is given up and the allocation
// tried again, so that work under way can end in order; from then on memory_is_low() says that nothing new should be
// taken on. Only when that was not enough is std::bad_alloc thrown: whoever reads input catches it and refuses that
// input.
//
// Calls: from any thread.
#pragma once

#include <cstddef>

namespace kith::net {

// Once, at the start of the process.
void hold_memory_reserve(size_t bytes);
// Whether the reserve is given up; false when none was ever held.
bool memory_is_low();
// Takes the reserve again, if it is given up and there is memory.
void restore_memory_reserve();

}  // namespace kith::net
