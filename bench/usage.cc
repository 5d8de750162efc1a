// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/usage.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace kith::bench {
namespace {

namespace fs = std::filesystem;

// The number behind a word in a file of words, 0 when it is not there.
uint64_t number_behind(const std::string& file, const std::string& word) {
  std::ifstream in(file);
  for (std::string read; in >> read;) {
    uint64_t number = 0;
    if (read == word && in >> number) return number;
  }
  return 0;
}

uint64_t read_us(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
}

}  // namespace

uint64_t cpu_ns(pid_t process) {
  uint64_t sum = 0;
  std::error_code error;
  for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(process) + "/task", error)) {
    uint64_t on_cpu = 0;
    std::ifstream(thread.path() / "schedstat") >> on_cpu;
    sum += on_cpu;
  }
  return sum;
}

uint64_t user_memory(pid_t process) {
  return number_behind("/proc/" + std::to_string(process) + "/status", "RssAnon:") * 1024;
}

MemoryWatch::MemoryWatch(pid_t process)
    : thread_([this, process](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          most_ = std::max(most_.load(), user_memory(process));
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
      }) {}

uint64_t kernel_memory() {
  uint64_t kilobytes = 0;
  for (const char* what : {"Slab:", "PageTables:", "KernelStack:"}) kilobytes += number_behind("/proc/meminfo", what);
  const uint64_t socket_pages = number_behind("/proc/net/sockstat", "mem");  // of TCP, which comes first
  return kilobytes * 1024 + socket_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t disk_usage(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; entry != end; entry.increment(error)) {
    struct stat status{};
    if (::stat(entry->path().c_str(), &status) == 0) bytes += static_cast<uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

uint64_t now_us() { return read_us(CLOCK_MONOTONIC); }
uint64_t thread_cpu_us() { return read_us(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace kith::bench
