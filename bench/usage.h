// SPDX-License-Identifier: AGPL-3.0-or-later

// What a process and the kernel use, from /proc.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace kith::bench {

// Nanoseconds of processor time of all threads that live, user and kernel.
uint64_t cpu_ns(pid_t process);
// Bytes of anonymous memory that are resident: heap and stacks.
uint64_t user_memory(pid_t process);
// The greatest user memory of a process while this lives, looked at twenty times a second by a thread.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t process);
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  [[nodiscard]] double most_mib() const { return static_cast<double>(most_.load()) / 1048576; }

 private:
  std::atomic<uint64_t> most_{0};
  std::jthread thread_;  // last: it uses the other
};
// Bytes of the kernel's memory on the whole machine: slab, page tables, kernel stacks, socket buffers.
uint64_t kernel_memory();
// Bytes that the files below `directory` take on the disk.
uint64_t disk_usage(const std::string& directory);

// Monotonic.
uint64_t now_us();
// Processor time of the calling thread.
uint64_t thread_cpu_us();

}  // namespace kith::bench
