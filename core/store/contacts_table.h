// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book, and who is blocked.
//
//   contacts   handle TEXT PRIMARY KEY: its canonical text, name TEXT, sort_name TEXT: folded by sort_key(), by_hand
//              INTEGER 0/1: the user gave the name, account BLOB(16) or null while unknown or none, looked_up_us
//              INTEGER: when the server was last asked whether the handle has an account; 0: never
//   blocked    account BLOB(16) PRIMARY KEY
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct ContactRow {
  Handle handle;
  std::string name;
  AccountId account;  // none while unknown
  UnixMicros looked_up;
  bool by_hand = false;
};

class ContactsTable {
 public:
  explicit ContactsTable(Database& database) : database_(database) {}

  // Adds the contact or gives it the name; what is known about its account stays. True when it was not there before.
  bool set(const Handle& handle, std::string_view name);
  // The same with a name out of a file: one that the user gave stays.
  bool import(const Handle& handle, std::string_view name);
  // The same, whoever gave the name before.
  void put(const Handle& handle, std::string_view name, bool by_hand);
  bool remove(const Handle& handle);  // false when it was not there
  std::optional<ContactRow> find(const Handle& handle);
  // Of several handles of the account that are contacts, the one by which it was known first.
  std::optional<ContactRow> find(const AccountId& account);
  std::vector<ContactRow> list();  // by sort_name, then handle
  int64_t count();

  // The server's answer about a handle; the none id: it has no account.
  void set_account(const Handle& handle, const AccountId& account, UnixMicros looked_up);
  // Contacts last looked up before `before`, those never asked about first, at most `limit`.
  std::vector<ContactRow> to_look_up(UnixMicros before, int64_t limit);
  // Accounts of all contacts that have one: the list behind the scope "contacts".
  std::vector<AccountId> accounts();

  void set_blocked(const AccountId& account, bool blocked);
  bool blocked(const AccountId& account);
  std::vector<AccountId> blocked_accounts();
  void replace_blocked(const std::vector<AccountId>& accounts);

 private:
  bool write(const Handle& handle, std::string_view name, bool by_hand);

  Database& database_;
};

}  // namespace kith::core
