// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes and their text forms.
//
// Bytes is std::string, as protobuf has it, so that a payload is moved and never converted on its way. Text and bytes
// are told apart by name and by the schema, not by type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

using Bytes = std::string;
using BytesView = std::string_view;

// Lower-case hexadecimal, two characters a byte.
std::string to_hex(BytesView bytes);
// Absent when the text is no hexadecimal of even length.
std::optional<Bytes> from_hex(std::string_view text);

// Base64 with the URL alphabet and no padding (RFC 4648, section 5).
std::string to_base64url(BytesView bytes);
// Absent for any character outside the alphabet, padding, or an impossible length.
std::optional<Bytes> from_base64url(std::string_view text);

// The same with "+", "/" and padding (RFC 4648, section 4).
std::string to_base64(BytesView bytes);
std::optional<Bytes> from_base64(std::string_view text);

// Big-endian integers, the byte order of everything that is compared or signed.
void append_u32(Bytes& out, uint32_t value);
void append_u64(Bytes& out, uint64_t value);
// The caller guarantees 4 (8) bytes at `data`.
uint32_t read_u32(const char* data);
uint64_t read_u64(const char* data);

// Whether the text is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text);
// Number of code points of well-formed UTF-8.
size_t utf8_length(std::string_view text);

// Equal, in time that depends on the lengths only: for tokens and codes.
bool equal_in_constant_time(BytesView a, BytesView b);
// Overwrites the bytes so that the compiler can't leave it out. What is deleted is wiped by itself: wiping_delete.cc.
void wipe(char* data, size_t size);
// The same, then empties the string.
void wipe(Bytes& secret);

}  // namespace kith
