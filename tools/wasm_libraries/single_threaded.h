// SPDX-License-Identifier: AGPL-3.0-or-later

// protobuf's headers name std::mutex, which libc++ lacks where there are no threads. Included before everything that
// uses protobuf.
#pragma once
#ifdef __cplusplus
#include <mutex>

namespace std {
class mutex {
 public:
  constexpr mutex() = default;
  void lock() {}
  void unlock() {}
  bool try_lock() { return true; }
};
}  // namespace std
#endif
