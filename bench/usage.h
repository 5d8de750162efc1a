// What a process and the kernel use, from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace kith::bench {

// Nanoseconds of processor time of all threads that live, user and kernel.
uint64_t cpu_ns(pid_t process);
// Bytes of anonymous memory that are resident: heap and stacks.
uint64_t user_memory(pid_t process);
// Bytes of the kernel's memory on the whole machine: slab, page tables, kernel stacks, socket buffers.
uint64_t kernel_memory();
// Bytes that the files below `directory` take on the disk.
uint64_t disk_usage(const std::string& directory);

// Monotonic.
uint64_t now_us();
// Processor time of the calling thread.
uint64_t thread_cpu_us();

}  // namespace kith::bench
