// SPDX-License-Identifier: AGPL-3.0-or-later

// A damaged database is rebuilt: what can still be read goes into a new file, which then takes the place of the old
// one.
//
//   NAME            damaged; but for the pages of its schema it stays what it is until the new file is complete
//   NAME.rebuilt    the new file. It is complete when the setting "rebuilt" is in it, which is written last
//   NAME.damaged    the damaged file, kept for whoever wants to try more: one at most, the newest
//
// All tables are copied, each row by itself, from both ends up to what can't be read. What is between, of messages,
// conversations, contacts and device lists, is found page by page: rows that no tree leads to any more. Rows that do
// not fit their table are left out. Not copied but made anew: indices and the full-text index; what each device list
// names, from the list itself, whose signature must be good; conversations that only their messages tell of. Dropped:
// all Signal sessions and what they have encrypted. The newest states of them may be what was lost, and an older one
// would use message keys twice. Both sides make new ones (repair.h).
//
// Crashes: at any moment, the next start goes on or begins again (finish_rebuild).
// Errors:  kCorrupt: not even the registration can be read, and the file is as before; kFull, kFailed: the disk, and
//          the same.
// Calls:   while no Database has the file open. `vfs` as for Database::open. Holds one row at a time in memory, and a
//          number for each page.
// Source:  docs/decisions/0009-rebuilding-a-damaged-device.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "core/store/database.h"

namespace kith::core {

// What became of it, for the user.
struct Rebuilt {
  int64_t messages_kept = 0;
  int64_t messages_missing = 0;  // at most so many; what took the place of another row counts as well
  // People whose account key is not known any more: the next one that the server names is believed (DEVICE-2)
  int64_t keys_lost = 0;
};

Result<Rebuilt, StoreError> rebuild(const std::string& path, const char* vfs = nullptr);

// Before a file is opened: ends what a crash broke off. Absent when there was nothing to end, or it has to begin again.
Result<std::optional<Rebuilt>, StoreError> finish_rebuild(const std::string& path, const char* vfs = nullptr);

}  // namespace kith::core
