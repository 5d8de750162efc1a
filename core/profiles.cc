// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/profiles.h"

#include <utility>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/contents.h"
#include "core/engine.h"
#include "core/person_view.h"
#include "core/photo_file.h"
#include "wire/handle.h"

namespace kith::core {

namespace {

// Values of setting::kProfileToSend
constexpr int64_t kToSend = 1;
constexpr int64_t kToCompare = 2;

constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1000000;

std::string path_of(const AccountId& account) { return "/v1/accounts/" + account.hex() + "/profile"; }

}  // namespace

Profiles::Profiles(Engine& engine) : engine_(engine), again_(engine.timers) {}

client_api::Response Profiles::response_of(uint32_t request, const ProfileRow& row, const std::vector<Handle>& handles,
                                           bool set) {
  client_api::Response response;
  response.set_id(request);
  client_api::Profile& profile = *(set ? response.mutable_set_profile() : response.mutable_get_profile());
  profile.set_name(row.name);
  profile.set_about(row.about);
  for (const Handle& handle : handles) *profile.add_handles() = shown(handle);
  if (const auto photo = engine_.store.profiles.shown_photo(row.account)) profile.set_photo(photo->hex());
  return response;
}

Result<std::string, Refusal> Profiles::checked_name(const std::string& name) {
  std::string line = one_line(name);
  if (!is_utf8(name) || utf8_length(line) > kNameCharactersMax)
    return Refuse(FailureCode::kInvalidArgument, "name: must have 1 to 64 characters");
  if (!has_visible(line)) return Refuse(FailureCode::kBlank, "name: has nothing to see");
  return line;
}

std::string Profiles::about_of(const std::string& said) {
  return is_utf8(said) ? std::string(first_characters(one_line(said), kAboutCharactersMax)) : "";
}

void Profiles::load() {
  if (engine_.registration) own_name_ = own().name;
}

ProfileRow Profiles::own() {
  const AccountId& account = engine_.registration->account;
  ProfileRow row = engine_.store.profiles.find(account).value_or(ProfileRow{});
  row.account = account;
  return row;
}

std::vector<Handle> Profiles::own_handles() {
  const Handle& handle = engine_.registration->handle;
  return handle.is_none() ? std::vector<Handle>() : std::vector{handle};
}

void Profiles::set_own_name(const std::string& name) {
  ProfileRow row = own();
  row.name = own_name_ = name;
  engine_.store.profiles.set(row);
  tell_devices("name", name);
  engine_.store.settings.set(setting::kProfileToSend, kToSend);
  ++edits_;
}

void Profiles::take_own(const std::string& name, const std::string& about) {
  ProfileRow row = own();
  row.name = name_of(name);
  row.about = about_of(about);
  if (row.name.empty()) return;
  own_name_ = row.name;
  engine_.store.profiles.set(row);
  ++edits_;
}

void Profiles::tell_devices(BytesView subject, const std::string& text) {
  content::StateValue value;
  if (!text.empty()) value.set_text(text);
  engine_.own_state.set(content::OwnState::kProfile, subject, value);
}

void Profiles::apply(BytesView subject, const content::StateValue& value) {
  if (subject == "photo") return engine_.profile_photos.apply_photo(value);
  if (subject == "photo_key") return engine_.profile_photos.apply_key(value);
  ProfileRow row = own();
  const ProfileRow before = row;
  if (subject == "name") row.name = name_of(value.text());
  if (subject == "about") row.about = about_of(value.text());
  if (row.name.empty() || (row.name == before.name && row.about == before.about)) return;
  take_own(row.name, row.about);
  engine_.changes.partner(engine_.registration->account);
  own_changed(false);
}

void Profiles::own_changed(bool here) {
  if (here || engine_.store.settings.integer(setting::kProfileToSend, 0) == 0)
    engine_.store.settings.set(setting::kProfileToSend, here ? kToSend : kToCompare);
  ++edits_;
  look_ = true;
}

void Profiles::set(uint32_t request, const client_api::SetProfileRequest& what) {
  ProfileRow row = own();
  if (!what.name().empty()) {
    const auto name = checked_name(what.name());
    if (!name) return engine_.output.fail(request, name.error().code, name.error().detail);
    row.name = *name;
  }
  const std::string about = one_line(what.about());
  if (!is_utf8(what.about()) || utf8_length(about) > kAboutCharactersMax) {
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "about: must have at most 140 characters");
  }
  const bool sets_about = what.clear_about() || !what.about().empty();
  if (sets_about) row.about = what.clear_about() ? "" : about;
  std::optional<crypto::SealedFile> photo;
  if (what.has_photo()) {
    const auto checked = checked_photo(what.photo());
    if (!checked) return engine_.output.fail(request, checked.error().code, checked.error().detail);
    photo = *checked;
  }
  engine_.store.profiles.set(row);
  own_name_ = row.name;
  if (!what.name().empty()) tell_devices("name", row.name);
  if (sets_about) tell_devices("about", row.about);
  if (!what.name().empty() || sets_about) own_changed(true);
  if (photo) engine_.profile_photos.set(*photo);
  if (!photo && what.remove_photo()) engine_.profile_photos.remove();
  engine_.output.respond(response_of(request, row, own_handles(), true));
}

void Profiles::push(std::function<void()> done) {
  const ProfileRow row = own();
  wire::Profile body;
  body.set_name(row.name);
  body.set_about(row.about);
  body.set_photo(engine_.profile_photos.reference());
  pushing_ = true;
  engine_.http.call("PUT", "/v1/profile", body.SerializeAsString(),
                    [this, edits = edits_, done = std::move(done)](const HttpReply& reply) {
                      pushing_ = false;
                      if (edits != edits_) {
                        look_ = true;  // changed again meanwhile
                      } else if (!reply.is_temporary()) {
                        engine_.store.settings.set(setting::kProfileToSend, 0);
                        if (reply.ok()) tell_partners();
                      } else {
                        again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
                      }
                      done();
                    });
}

// Two devices that have changed it at the same time have both sent what neither has now.
void Profiles::compare() {
  pushing_ = true;
  engine_.http.call("GET", path_of(engine_.registration->account), "", [this, edits = edits_](const HttpReply& reply) {
    pushing_ = false;
    look_ = true;
    if (edits != edits_) return;
    const auto profile = reply.parse<wire::Profile>();
    if (!profile && reply.is_temporary()) {
      again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
      return;
    }
    const ProfileRow row = own();
    const bool same = profile && profile->name() == row.name && profile->about() == row.about &&
                      engine_.profile_photos.is_on_server(profile->photo());
    engine_.store.settings.set(setting::kProfileToSend, same ? 0 : kToSend);
  });
}

void Profiles::tell_partners() {
  size_t told = 0;
  for (const ConversationRow& conversation : engine_.store.conversations.list()) {
    const auto partner = conversation.direct_peer();
    if (!partner || engine_.store.contacts.blocked(*partner)) continue;
    if (++told > kToldMax) return;
    if (engine_.store.outbox.find_unsealed(*partner, OutboxKind::kProfileChanged)) continue;
    OutboxRow item;
    item.message_id = engine_.random.id<MessageId>();
    item.target = *partner;
    item.kind = OutboxKind::kProfileChanged;
    item.content = contents::profile_changed(engine_.clock.now());
    engine_.outbox.add(item);
  }
}

void Profiles::get(uint32_t request, const client_api::GetProfileRequest& what) {
  if (what.account_id().empty()) return engine_.output.respond(response_of(request, own(), own_handles(), false));
  const auto account = AccountId::from_hex(what.account_id());
  if (!account)
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_id: must be 32 hexadecimal digits");
  if (engine_.is_self(*account)) return engine_.output.respond(response_of(request, own(), own_handles(), false));
  const auto answer_from_store = [this, request, account = *account](const CallFailure& failure) {
    auto row = engine_.store.profiles.find(account);
    if (!row || row->name.empty()) return engine_.output.fail(request, failure);
    engine_.output.respond(response_of(request, *row, engine_.store.handles.of(account), false));
  };
  if (!engine_.connection.wanted()) return answer_from_store({FailureCode::kOffline, "not connected", 0});
  engine_.http.call("GET", path_of(*account), "",
                    [this, answer_from_store, account = *account](const HttpReply& reply) {
                      const auto profile = reply.parse<wire::Profile>();
                      if (profile) store_fetched(account, *profile);
                      CallFailure failure = failure_of(reply);
                      if (reply.error().code() == wire::kNotFound) failure.code = FailureCode::kNoSuchAccount;
                      answer_from_store(failure);
                    });
}

void Profiles::store_fetched(const AccountId& account, const wire::Profile& profile) {
  const auto before = engine_.store.profiles.find(account);
  ProfileRow row = before.value_or(ProfileRow{});
  row.account = account;
  row.name = name_of(profile.name());
  row.about = about_of(profile.about());
  row.fetched = engine_.clock.now();
  engine_.profile_photos.take(row, profile.photo());
  const std::vector<Handle> handles = engine_.store.handles.of(account);
  if (const auto handle = read_handle(profile.handles_size() == 0 ? wire::Handle() : profile.handles(0)))
    engine_.handle_said(*handle, account);
  if (!before || before->name != row.name || before->about != row.about ||
      handles != engine_.store.handles.of(account)) {
    engine_.changes.partner(account);
    for (const GroupId& group : engine_.store.groups.with(account)) {
      if (const auto conversation = engine_.store.conversations.with(group))
        engine_.changes.conversation(*conversation);
    }
  }
}

void Profiles::changed(const AccountId& account) {
  engine_.store.profiles.mark_changed(account);
  look_ = true;
}

void Profiles::look_at_heard() {
  for (const AccountId& account : std::exchange(heard_, {})) {
    const auto row = engine_.store.profiles.find(account);
    look_ = look_ || !row || row->fetched < oldest_fresh();
    if (!row || row->name.empty()) continue;
    if (const auto phone = Handle::phone(row->name, ""); phone && engine_.store.handles.account_of(*phone) == account)
      changed(account);
  }
}

// What was fetched before is fetched again.
UnixMicros Profiles::oldest_fresh() const {
  const uint64_t now = engine_.clock.now().value;
  return {now > kFreshDays * kDayUs ? now - kFreshDays * kDayUs : 1};
}

void Profiles::pump() {
  look_at_heard();
  if (!look_ || !engine_.connection.ready() || again_.is_set()) return;
  look_ = false;
  const int64_t to_send = pushing_ ? 0 : engine_.store.settings.integer(setting::kProfileToSend, 0);
  if (to_send == kToSend) push([] {});
  // Not before the backlog is in: it may have what was changed since.
  if (to_send == kToCompare) {
    if (engine_.connection.state() == client_api::State::kOnline) {
      compare();
    } else {
      look_ = true;
    }
  }
  for (const AccountId& account : engine_.store.profiles.to_fetch(oldest_fresh(), kFetchesMax * 2)) {
    if (fetching_.size() >= kFetchesMax) return;
    if (engine_.is_self(account) || !fetching_.insert(account).second) continue;
    engine_.http.call("GET", path_of(account), "", [this, account](const HttpReply& reply) {
      fetching_.erase(account);
      look_ = true;
      if (reply.is_temporary()) {
        again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
        return;
      }
      // An account that is not there has an empty profile, so that it is not asked for again and again.
      const auto profile = reply.parse<wire::Profile>();
      if (profile) return store_fetched(account, *profile);
      ProfileRow row = engine_.store.profiles.find(account).value_or(ProfileRow{});
      row.account = account;
      row.fetched = engine_.clock.now();
      engine_.store.profiles.set(row);
    });
  }
}

}  // namespace kith::core
