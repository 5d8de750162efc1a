// SPDX-License-Identifier: AGPL-3.0-or-later

// What accounts say about themselves, the own one among them, and the phone numbers behind accounts.
//
//   profiles   account BLOB(16) PRIMARY KEY, name TEXT, about TEXT, phone TEXT (E.164, "" unknown), fetched_us INTEGER:
//              when the server last gave it; 0: never, or it is known to have changed since,
//              provisional INTEGER 0/1: the id is this device's own, until the server says whose number it is
//   number_claims   phone TEXT PRIMARY KEY, account BLOB(16): the server says that this number is this account's now, but
//                   it is known to be another's (IDENTITY-1)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct ProfileRow {
  AccountId account;
  std::string name;
  std::string about;
  std::string phone;
  UnixMicros fetched;
};

class ProfilesTable {
 public:
  explicit ProfilesTable(Database& database) : database_(database) {}

  std::optional<ProfileRow> find(const AccountId& account);
  // Replaces all of it; an empty phone keeps the one known.
  void set(const ProfileRow& profile);
  // The number of an account; makes the row if needed. A number has one account: others lose it. Whether it may be
  // believed is for People::take_number to say.
  void set_phone(const AccountId& account, std::string_view phone);
  // "" when unknown. Looks among contacts as well.
  std::string phone_of(const AccountId& account);
  std::optional<AccountId> account_of(std::string_view phone);  // may be provisional

  // The newest claim on the number.
  void set_claim(std::string_view phone, const AccountId& account);
  void remove_claim(std::string_view phone);
  std::optional<AccountId> claim_on(std::string_view phone);
  std::string claimed_by(const AccountId& account);  // "": none

  // An id to write to before anybody has asked the server about the number.
  void add_provisional(const AccountId& account, std::string_view phone);
  bool provisional(const AccountId& account);
  // Numbers of provisional accounts with something to send, at most `limit`.
  std::vector<std::string> phones_waiting(int64_t limit);
  // The server has said whose number it is: conversation, messages and outbox become the real account's, and the
  // provisional one is no more. True when the real account had a conversation already: the messages are there now.
  bool adopt(const AccountId& provisional, const AccountId& real);

  // The profile changed: fetch it again.
  void mark_changed(const AccountId& account);
  // Of the accounts with a conversation, those fetched before `before`, at most `limit`.
  std::vector<AccountId> to_fetch(UnixMicros before, int64_t limit);

 private:
  Database& database_;
};

}  // namespace kith::core
