// SPDX-License-Identifier: AGPL-3.0-or-later

// Who sees what, and who is blocked. A change counts for live presence subscriptions and for the next message as soon
// as it is answered.
#include <algorithm>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

// Absent: it stays.
Outcome<std::optional<Scope>> scope_of(wire::Privacy::Scope scope, const char* field) {
  switch (scope) {
    case wire::Privacy::kScopeUnspecified: return std::nullopt;
    case wire::Privacy::kEveryone: return Scope::kEveryone;
    case wire::Privacy::kContacts: return Scope::kContacts;
    case wire::Privacy::kNobody: return Scope::kNobody;
    default: return refuse(wire::kInvalidArgument, field);
  }
}

template <class List>
Outcome<std::vector<AccountId>> accounts_of(const List& list, const char* field) {
  if (static_cast<size_t>(list.size()) > kPrivacyListMax) return refuse(wire::kTooLarge, field);
  std::vector<AccountId> accounts;
  accounts.reserve(static_cast<size_t>(list.size()));
  for (const Bytes& bytes : list) {
    const auto account = AccountId::from_bytes(bytes);
    if (!account) return refuse(wire::kInvalidArgument, field);
    accounts.push_back(*account);
  }
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  return accounts;
}

wire::Privacy answer_of(const PrivacyRecord& record) {
  wire::Privacy privacy;
  privacy.set_last_seen(static_cast<wire::Privacy::Scope>(record.last_seen));
  privacy.set_about(static_cast<wire::Privacy::Scope>(record.about));
  privacy.set_photo(static_cast<wire::Privacy::Scope>(record.photo));
  for (const AccountId& account : record.blocked) privacy.add_blocked(account.bytes());
  return privacy;
}

Task<Outcome<wire::Privacy>> load(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto record = co_await services.profiles.load_privacy(caller.account);
  if (!record) co_return refuse_store(record.error());
  co_return answer_of(*record);
}

Task<Outcome<wire::Privacy>> put(Services& services, DeviceAddress caller, wire::Privacy privacy) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  PrivacyChange change;
  const auto last_seen = scope_of(privacy.last_seen(), "last_seen");
  if (!last_seen) co_return std::unexpected<Refusal>(last_seen.error());
  change.last_seen = *last_seen;
  const auto about = scope_of(privacy.about(), "about");
  if (!about) co_return std::unexpected<Refusal>(about.error());
  change.about = *about;
  const auto photo = scope_of(privacy.photo(), "photo");
  if (!photo) co_return std::unexpected<Refusal>(photo.error());
  change.photo = *photo;
  if (privacy.replace_contacts()) {
    auto contacts = accounts_of(privacy.contacts(), "contacts");
    if (!contacts) co_return std::unexpected<Refusal>(contacts.error());
    change.contacts = std::move(*contacts);
  }
  if (privacy.replace_blocked()) {
    auto blocked = accounts_of(privacy.blocked(), "blocked");
    if (!blocked) co_return std::unexpected<Refusal>(blocked.error());
    if (std::binary_search(blocked->begin(), blocked->end(), caller.account))
      co_return refuse(wire::kInvalidArgument, "blocked");
    change.blocked = std::move(*blocked);
  }
  auto changed = co_await services.profiles.change_privacy(caller.account, std::move(change));
  if (!changed) co_return refuse_store(changed.error());
  PrivacyRecord record = std::move(*changed);
  const wire::Privacy answer = answer_of(record);
  co_await services.home.set_privacy(caller.account, std::move(record));
  co_return answer;
}

}  // namespace

Task<Outcome<wire::Privacy>> get_privacy(Services& services, DeviceAddress caller) {
  return come_back(load(services, caller));
}
Task<Outcome<wire::Privacy>> put_privacy(Services& services, DeviceAddress caller, wire::Privacy privacy) {
  return come_back(put(services, caller, std::move(privacy)));
}

}  // namespace kith::handlers
