// SPDX-License-Identifier: AGPL-3.0-or-later

// What a process does before it holds keys, tokens and messages.
#pragma once

namespace kith::net {

// No core file, and no reading of this process's memory by others of the same user.
void forbid_core_dumps();
// Protobuf writes a line to standard error for each string that is no UTF-8: whoever sends such strings would fill the
// log. They are refused as malformed input all the same.
void silence_parsers();

}  // namespace kith::net
