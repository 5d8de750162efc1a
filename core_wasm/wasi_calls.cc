// SPDX-License-Identifier: AGPL-3.0-or-later

// The system calls that wasi-libc makes on behalf of the core's libraries, answered inside the module: so the module
// imports nothing of WASI, and what it can do to its host is the list in host_imports.h and no more.
//
// Randomness is the host's; what is written to standard error goes to the host's log; everything else does not exist. A
// library that starts to use another call fails to link: libc's own definitions of all of them are one object, which
// then collides with these.
#include <wasi/api.h>

#include <cstdint>
#include <string>

#include "core_wasm/host_imports.h"

using kith::core_wasm::host_log;
using kith::core_wasm::host_random_fill;

extern "C" {

__wasi_errno_t __wasi_random_get(uint8_t* buffer, __wasi_size_t size) {
  host_random_fill(buffer, size);
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_write(__wasi_fd_t file, const __wasi_ciovec_t* parts, size_t count, __wasi_size_t* written) {
  constexpr __wasi_fd_t kStandardError = 2;
  if (file != kStandardError) return __WASI_ERRNO_BADF;
  std::string line;
  for (size_t i = 0; i < count; ++i) line.append(reinterpret_cast<const char*>(parts[i].buf), parts[i].buf_len);
  *written = line.size();
  while (!line.empty() && line.back() == '\n') line.pop_back();
  if (!line.empty()) host_log(line.data(), line.size());
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t) { return __WASI_ERRNO_BADF; }
// In the object of close() since Debian 13.
__wasi_errno_t __wasi_fd_renumber(__wasi_fd_t, __wasi_fd_t) { return __WASI_ERRNO_BADF; }
__wasi_errno_t __wasi_fd_seek(__wasi_fd_t, __wasi_filedelta_t, __wasi_whence_t, __wasi_filesize_t*) {
  return __WASI_ERRNO_BADF;
}
__wasi_errno_t __wasi_fd_fdstat_get(__wasi_fd_t, __wasi_fdstat_t*) { return __WASI_ERRNO_BADF; }
__wasi_errno_t __wasi_environ_get(uint8_t**, uint8_t*) { return __WASI_ERRNO_SUCCESS; }

__wasi_errno_t __wasi_environ_sizes_get(__wasi_size_t* count, __wasi_size_t* size) {
  *count = 0;
  *size = 0;
  return __WASI_ERRNO_SUCCESS;
}

_Noreturn void __wasi_proc_exit(__wasi_exitcode_t) { __builtin_trap(); }

// The compiler's runtime is built with a stack guard, which nobody else defines.
uintptr_t __stack_chk_guard = 0x6b697468;
_Noreturn void __stack_chk_fail() { __builtin_trap(); }

}  // extern "C"
