// SPDX-License-Identifier: AGPL-3.0-or-later

// Whose each handle is (base/handle.h), of others' accounts.
//
//   handles   sequence INTEGER PRIMARY KEY: of an account's handles the first is the one to show, handle TEXT UNIQUE:
//             its canonical text, account BLOB(16), provisional INTEGER 0/1: the id is this device's own, until the
//             server says whose the handle is
//   handle_claims   handle TEXT PRIMARY KEY, account BLOB(16): the server says that this handle is this account's now,
//                   but it is known to be another's (IDENTITY-1)
//
// Calls: reads anywhere; writes inside the caller's Transaction. A text that is no handle counts as damage of the file.
#pragma once

#include <optional>
#include <vector>

#include "base/handle.h"
#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

// What a column holds that is not null: a canonical text, or the damage is noted and it is none.
Handle read_handle_column(Database& database, const Statement& row, int column);

class HandlesTable {
 public:
  explicit HandlesTable(Database& database) : database_(database) {}

  // A handle is one account's: another that had it has it no more, and of the new one's handles it is the last. Whether
  // it may be believed is for HandleOwners::take to say.
  void set(const Handle& handle, const AccountId& account);
  // Those of an account, the first first, also from among contacts; at most kHandlesMax.
  std::vector<Handle> of(const AccountId& account);
  std::optional<AccountId> account_of(const Handle& handle);  // may be provisional; looks among contacts as well
  // The same as the server has said it: never a provisional one.
  std::optional<AccountId> known_account_of(const Handle& handle);

  // The newest claim on the handle.
  void set_claim(const Handle& handle, const AccountId& account);
  void remove_claim(const Handle& handle);
  std::optional<AccountId> claim_on(const Handle& handle);
  // A claim on any handle of the account.
  std::optional<AccountId> claim_on_any_of(const AccountId& account);
  Handle claimed_by(const AccountId& account);  // may be none

  // An id to write to before anybody has asked the server about the handle.
  void add_provisional(const AccountId& account, const Handle& handle);
  bool provisional(const AccountId& account);
  // Handles of provisional accounts with something to send, at most `limit`.
  std::vector<Handle> waiting(int64_t limit);
  // The server has said whose handle it is: conversation, messages and outbox become the real account's, and the
  // provisional one is no more. True when the real account had a conversation already: the messages are there now.
  bool adopt(const AccountId& provisional, const AccountId& real);

 private:
  Database& database_;
};

}  // namespace kith::core
