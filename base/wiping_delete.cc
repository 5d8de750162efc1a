// SPDX-License-Identifier: AGPL-3.0-or-later

// Memory that is freed is overwritten first, in every program of Kith: keys, codes, tokens and texts pass through
// strings, protobuf messages and coroutine frames, and no list of wipe() calls would reach all of their copies. It
// costs a memset for each deletion.
//
// Replaces the program's operator delete ([new.delete]); operator new stays the library's, which takes memory from
// malloc. Sanitizers have operators of their own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KITH_SANITIZED
#endif
#endif
#if !defined(KITH_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <malloc.h>

#include <cstdlib>
#include <new>

#include "base/bytes.h"

namespace {

void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  kith::wipe(static_cast<char*>(memory), malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

// The library's other forms, of arrays or nothrow, end in these.
void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { wipe_and_free(memory); }

#endif
