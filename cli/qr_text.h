// SPDX-License-Identifier: AGPL-3.0-or-later

// QR codes for terminals.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace kith::cli {

// The bytes as a QR code (8-bit mode, error correction M) of half-block characters, two modules a character, with the
// quiet zone a scanner needs. With `colours` black on white by escape sequences; else light modules are drawn, as on a
// dark terminal. Absent when it is too much for one code (2,331 bytes), or wider than `columns` (0: it may be as wide
// as it is): a terminal would break its lines.
std::optional<std::string> qr_text(BytesView payload, bool colours, size_t columns = 0);

// Of the terminal that the descriptor is; 0: it is none, or does not say.
size_t columns_of(int descriptor);

// Writes the code, in colours, to a terminal that is wide enough; nothing elsewhere: for people, beside data.
void show_qr(int descriptor, BytesView payload);

}  // namespace kith::cli
