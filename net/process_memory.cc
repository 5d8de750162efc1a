// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/process_memory.h"

#include <sys/mman.h>

#include <atomic>
#include <new>

namespace kith::net {
namespace {

std::atomic<size_t> reserve_bytes{0};
std::atomic<void*> reserve{nullptr};

void give_up_reserve() {
  void* const held = reserve.exchange(nullptr);
  if (held == nullptr) throw std::bad_alloc();
  munmap(held, reserve_bytes);
}

}  // namespace

void hold_memory_reserve(size_t bytes) {
  reserve_bytes = bytes;
  restore_memory_reserve();
  std::set_new_handler(give_up_reserve);
}

bool memory_is_low() { return reserve_bytes != 0 && reserve == nullptr; }

void restore_memory_reserve() {
  if (!memory_is_low()) return;
  void* const held = mmap(nullptr, reserve_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (held == MAP_FAILED) return;
  void* none = nullptr;
  if (!reserve.compare_exchange_strong(none, held)) munmap(held, reserve_bytes);
}

}  // namespace kith::net
