// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "wire/handle.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::Profile>> load(Services& services, DeviceAddress caller, AccountId account) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto record = co_await services.accounts.load(account);
  if (!record && record.error() != StoreError::kNotFound) co_return refuse_store(record.error());
  if (!record || record->device_list_revision.value == 0) co_return refuse(wire::kNoSuchAccount, "account_id");
  const auto profile = co_await services.profiles.load_profile(account);
  if (!profile) co_return refuse_store(profile.error());
  ShownOfProfile shows{true, true};
  if (account != caller.account && (!profile->about.empty() || !profile->photo.empty())) {
    const auto shown = co_await services.home.shows(account, caller.account);
    if (!shown) co_return refuse_store(shown.error());
    shows = *shown;
  }
  wire::Profile answer;
  answer.set_name(profile->name);
  if (shows.about) answer.set_about(profile->about);
  if (shows.photo) answer.set_photo(profile->photo);
  const size_t told = account == caller.account ? record->handles.size() : std::min<size_t>(1, record->handles.size());
  for (size_t i = 0; i < told; ++i) *answer.add_handles() = to_wire(record->handles[i]);
  answer.set_account_id(account.bytes());
  co_return answer;
}

Task<Outcome<wire::Profile>> put(Services& services, DeviceAddress caller, wire::Profile profile) {
  if (!is_name(profile.name())) co_return refuse(wire::kInvalidArgument, "name");
  if (!is_line(profile.about(), kAboutCharactersMax)) co_return refuse(wire::kInvalidArgument, "about");
  if (profile.photo().size() > kProfilePhotoReferenceBytesMax) co_return refuse(wire::kTooLarge, "photo");
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  ProfileRecord record{profile.name(), profile.about(), profile.photo()};
  const auto stored = co_await services.profiles.put_profile(caller.account, std::move(record));
  if (!stored) co_return refuse_store(stored.error());
  Task<Outcome<wire::Profile>> loading = load(services, caller, caller.account);
  co_return co_await std::move(loading);
}

Task<Outcome<wire::Empty>> remove(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto removed = co_await services.profiles.remove_profile(caller.account);
  if (!removed) co_return refuse_store(removed.error());
  co_return wire::Empty();
}

}  // namespace

Task<Outcome<wire::Profile>> get_profile(Services& services, DeviceAddress caller, AccountId account) {
  return come_back(load(services, caller, account));
}
Task<Outcome<wire::Profile>> put_profile(Services& services, DeviceAddress caller, wire::Profile profile) {
  return come_back(put(services, caller, std::move(profile)));
}
Task<Outcome<wire::Empty>> delete_profile(Services& services, DeviceAddress caller) {
  return come_back(remove(services, caller));
}

}  // namespace kith::handlers
