// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_profile_store.h"

#include <algorithm>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kProfile{"profiles", {"account"}, {"name", "about", "photo"}};
const SqlRow kPrivacy{
    "privacy", {"account"}, {"last_seen_scope", "about_scope", "photo_scope", "contacts", "blocked", "revision"}};

Bytes join(const std::vector<AccountId>& accounts) {
  Bytes out;
  out.reserve(accounts.size() * AccountId::kBytes);
  for (const AccountId& account : accounts) out.append(account.view());
  return out;
}

std::vector<AccountId> split(BytesView bytes) {
  std::vector<AccountId> accounts;
  accounts.reserve(bytes.size() / AccountId::kBytes);
  for (; bytes.size() >= AccountId::kBytes; bytes.remove_prefix(AccountId::kBytes)) {
    accounts.push_back(*AccountId::from_bytes(bytes.substr(0, AccountId::kBytes)));
  }
  return accounts;
}

Scope scope_of(long long number) {
  const bool is_known =
      number >= static_cast<long long>(Scope::kEveryone) && number <= static_cast<long long>(Scope::kNobody);
  return is_known ? static_cast<Scope>(number) : Scope::kNobody;  // what can't be read hides
}

PrivacyRecord load_privacy_now(SqlConnection& connection, const AccountId& account) {
  PrivacyRecord privacy;
  long long last_seen = 0, about = 0, photo = 0, revision = 0;
  std::string contacts, blocked;
  if (connection
          .query("SELECT last_seen_scope, about_scope, photo_scope, contacts, blocked, revision FROM privacy"
                 " WHERE account = :account")
          .in(account)
          .out(last_seen)
          .out(about)
          .out(photo)
          .out(contacts)
          .out(blocked)
          .out(revision)
          .fetch()) {
    privacy = {scope_of(last_seen), scope_of(about), split(contacts), split(blocked), static_cast<uint64_t>(revision),
               scope_of(photo)};
  }
  return privacy;
}

}  // namespace

Task<Result<ProfileRecord, StoreError>> SqlProfileStore::load_profile(AccountId account) {
  return database_.read([account](SqlConnection& connection) -> Result<ProfileRecord, StoreError> {
    ProfileRecord profile;
    connection.query("SELECT name, about, photo FROM profiles WHERE account = :account")
        .in(account)
        .out(profile.name)
        .out(profile.about)
        .out(profile.photo)
        .fetch();
    return profile;
  });
}

Task<Result<void, StoreError>> SqlProfileStore::put_profile(AccountId account, ProfileRecord profile) {
  return database_.write(
      [account, profile = std::move(profile)](SqlConnection& connection) -> Result<void, StoreError> {
        connection.upsert(kProfile).in(account).in(profile.name).in(profile.about).in(profile.photo).run();
        return {};
      });
}

Task<Result<void, StoreError>> SqlProfileStore::remove_profile(AccountId account) {
  return database_.write([account](SqlConnection& connection) -> Result<void, StoreError> {
    connection.query("DELETE FROM profiles WHERE account = :account").in(account).run();
    return {};
  });
}

Task<Result<PrivacyRecord, StoreError>> SqlProfileStore::load_privacy(AccountId account) {
  return database_.read([account](SqlConnection& connection) -> Result<PrivacyRecord, StoreError> {
    return load_privacy_now(connection, account);
  });
}

Task<Result<std::vector<AccountId>, StoreError>> SqlProfileStore::find_blocking(std::vector<AccountId> accounts,
                                                                                AccountId other) {
  return database_.read(
      [accounts = std::move(accounts), other](SqlConnection& connection) -> Result<std::vector<AccountId>, StoreError> {
        std::vector<AccountId> found;
        for (const AccountId& account : accounts) {
          std::string ids;
          if (!connection.query("SELECT blocked FROM privacy WHERE account = :account").in(account).out(ids).fetch())
            continue;
          const std::vector<AccountId> blocked = split(ids);
          if (std::binary_search(blocked.begin(), blocked.end(), other)) found.push_back(account);
        }
        return found;
      });
}

Task<Result<PrivacyRecord, StoreError>> SqlProfileStore::change_privacy(AccountId account, PrivacyChange change) {
  return database_.write(
      [account, change = std::move(change)](SqlConnection& connection) -> Result<PrivacyRecord, StoreError> {
        constexpr int kEveryone = static_cast<int>(Scope::kEveryone);
        connection.insert_if_absent(kPrivacy)
            .in(account)
            .in(kEveryone)
            .in(kEveryone)
            .in(kEveryone)
            .in(Bytes())
            .in(Bytes())
            .in(0)
            .run();
        // First, so that the row is this one's until all is done.
        connection.query("UPDATE privacy SET revision = revision + 1 WHERE account = :account").in(account).run();
        if (change.last_seen) {
          connection.query("UPDATE privacy SET last_seen_scope = :scope WHERE account = :account")
              .in(static_cast<int>(*change.last_seen))
              .in(account)
              .run();
        }
        if (change.about) {
          connection.query("UPDATE privacy SET about_scope = :scope WHERE account = :account")
              .in(static_cast<int>(*change.about))
              .in(account)
              .run();
        }
        if (change.photo) {
          connection.query("UPDATE privacy SET photo_scope = :scope WHERE account = :account")
              .in(static_cast<int>(*change.photo))
              .in(account)
              .run();
        }
        if (change.contacts) {
          connection.query("UPDATE privacy SET contacts = :contacts WHERE account = :account")
              .in(join(*change.contacts))
              .in(account)
              .run();
        }
        if (change.blocked) {
          connection.query("UPDATE privacy SET blocked = :blocked WHERE account = :account")
              .in(join(*change.blocked))
              .in(account)
              .run();
        }
        return load_privacy_now(connection, account);
      });
}

}  // namespace kith
