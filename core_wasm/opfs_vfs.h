// SPDX-License-Identifier: AGPL-3.0-or-later

// The file layer of SQLite in the browser: the host's files, which are sync access handles of the origin-private file
// system.
//
// There are the files of one database, opened by the host before the module starts: NAME, NAME-journal and NAME-wal,
// and for a damaged one NAME.damaged and NAME.rebuilt (core/store/rebuild.h). A file of size 0 counts
// as absent, and deleting one empties it. Locks do nothing: a handle has one owner. There is no shared memory, so
// write-ahead logging needs locking_mode=EXCLUSIVE. Temporary files are in memory (SQLITE_TEMP_STORE=3).
//
// Durable: when the frame that ends a transaction has been written to the log, the log is synced, with
//          synchronous=NORMAL too: what the core tells its host after a commit is true after a power failure (INBOX-2).
// Errors:  SQLITE_FULL when the origin's quota is used up; SQLITE_IOERR_* otherwise.
// Source:  the format of the log is in SQLite's documentation, "WAL-mode File Format".
#pragma once

namespace kith::core_wasm {

// Registered as the default by sqlite3_initialize().
constexpr const char* kVfsName = "kith";

}  // namespace kith::core_wasm
