// SPDX-License-Identifier: AGPL-3.0-or-later

// QR codes for terminals.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace kith::cli {

// The bytes as a QR code (8-bit mode, error correction M) of half-block characters, two modules a character, with the
// quiet zone a scanner needs. With `colours` black on white by escape sequences; else light modules are drawn, as on a
// dark terminal. Absent when it is too much for one code (2,331 bytes).
std::optional<std::string> qr_text(BytesView payload, bool colours);

}  // namespace kith::cli
