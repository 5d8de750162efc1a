// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core_wasm/host.h"

#include "core_wasm/host_imports.h"

namespace kith::core_wasm {

UnixMicros HostClock::now() const { return UnixMicros{uint64_t(host_clock_now_us())}; }
MonotonicMs HostClock::monotonic() const { return MonotonicMs{uint64_t(host_clock_monotonic_ms())}; }
void HostRandom::fill(char* data, size_t size) { host_random_fill(data, size); }

}  // namespace kith::core_wasm
