// SPDX-License-Identifier: AGPL-3.0-or-later

// For tests of what hostile input may cost.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>

namespace kith::testing {

// Whether a sanitizer is there: it ends a program whose allocation fails, and takes several times the memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHasMemoryLimits = false;
#else
inline constexpr bool kHasMemoryLimits = true;
#endif

// From here on the process gets at most so much more memory, for good: what earlier tests have freed is used up.
inline void limit_memory(size_t spare_bytes) {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t has = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = has;
  setrlimit(RLIMIT_AS, &limit);
  for (const size_t block : {size_t{1} << 20, size_t{1} << 16, size_t{1} << 12}) {
    while (void* const taken = malloc(block)) *static_cast<volatile char*>(taken) = 0;
  }
  limit.rlim_cur = has + spare_bytes;
  setrlimit(RLIMIT_AS, &limit);
}

// Calls the function in a process of its own; what it answers, or -1 when the process ended by itself. With memory
// limits, it gets `spare_bytes` more than this process has; it is ended after `seconds` of a processor.
inline int in_little_memory(size_t spare_bytes, rlim_t seconds, const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit time{seconds, seconds};
    setrlimit(RLIMIT_CPU, &time);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (kHasMemoryLimits) limit_memory(spare_bytes);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace kith::testing
