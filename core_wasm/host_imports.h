// SPDX-License-Identifier: AGPL-3.0-or-later

// What the module asks of its host: the whole list of its imports, all of the module "kith".
// web/core-client/wasm_module.ts carries them out.
//
// Shape:  pointers and sizes are of the module's memory, valid during the call. Offsets and sizes of files are doubles,
//         exact up to 2^53, because that is JavaScript's number.
// Calls:  synchronous; the host must not call back into the module from within one.
#pragma once

#include <cstddef>
#include <cstdint>

#define KITH_IMPORT(name) __attribute__((import_module("kith"), import_name(#name)))

namespace kith::core_wasm {

// Results of file calls below zero.
constexpr int kFileFailed = -1;
constexpr int kFileFull = -2;  // the quota is used up

extern "C" {

// Microseconds since 1970 UTC; may jump.
KITH_IMPORT(clock_now_us) double host_clock_now_us();
// Whole milliseconds of a clock that never goes back.
KITH_IMPORT(clock_monotonic_ms) double host_clock_monotonic_ms();

// Fills with cryptographically secure bytes; never fails (a host that can't traps the module).
KITH_IMPORT(random_fill) void host_random_fill(void* data, size_t size);

// One line for people, on the way to a trap: assertions. Never holds user data.
KITH_IMPORT(log) void host_log(const char* text, size_t size);

// The number of a file of the profile, which the host has opened beforehand (it can't open one synchronously); below
// zero when there is none of that name.
KITH_IMPORT(file_open) int host_file_open(const char* name, size_t size);
// The number of bytes read: less than asked for at the end of the file.
KITH_IMPORT(file_read) int host_file_read(int file, void* data, size_t size, double offset);
// 0 when all was written.
KITH_IMPORT(file_write) int host_file_write(int file, const void* data, size_t size, double offset);
KITH_IMPORT(file_truncate) int host_file_truncate(int file, double size);
// 0 when everything written is durable.
KITH_IMPORT(file_sync) int host_file_sync(int file);
KITH_IMPORT(file_size) double host_file_size(int file);

}  // extern "C"

}  // namespace kith::core_wasm
