// SPDX-License-Identifier: AGPL-3.0-or-later

// Names and about texts, and what photos they have (profile_photos.h): the own one, sent to the server until it has it,
// and those of conversation partners, fetched when they are new, have changed, or are old.
//
// Limits: kFetchesMax fetches at a time; after a failure the rest waits kAgainMs.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/handle.h"
#include "base/result.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/content_handler.h"
#include "core/refusal.h"
#include "core/store/profiles_table.h"
#include "core/timers.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;

class Profiles final : public ContentHandler {
 public:
  static constexpr size_t kFetchesMax = 4;
  static constexpr uint64_t kAgainMs = 30000;
  static constexpr uint64_t kFreshDays = 7;
  static constexpr size_t kToldMax = 50;  // conversations, newest first, that are told of a change of the own profile

  explicit Profiles(Engine& engine);

  // The name as one line (base/unicode.h). Absent unless it has 1 to 64 characters of which something is seen.
  static Result<std::string, Refusal> checked_name(const std::string& name);
  // What a name or an about text is shown as here, whoever says it: as one line, within the bounds. "": it is none.
  static std::string name_of(const std::string& said) { return checked_name(said).value_or(""); }
  static std::string about_of(const std::string& said);

  void get(uint32_t request, const client_api::GetProfileRequest& what);
  void set(uint32_t request, const client_api::SetProfileRequest& what);

  [[nodiscard]] const std::string& own_name() const { return own_name_; }
  void load();
  // Commits the name, to be sent.
  void set_own_name(const std::string& name);
  // Commits what another device of the account says: the server has it. Nothing where the name is none.
  void take_own(const std::string& name, const std::string& about);
  // From another device of the account; the subject is one of content.OwnState.kProfile (STATE-1).
  void apply(BytesView subject, const content::StateValue& value);
  [[nodiscard]] std::string own_about() { return own().about; }
  // Sends the own profile; `done` runs on the answer, whatever it is.
  void push(std::function<void()> done);

  // Something else of the own one has changed, here or on another device.
  void own_changed(bool here);
  // The account's profile is another one now: it is fetched.
  void changed(const AccountId& account);
  // It has written. One whose name is its number may have said a name since: registration comes before the name, and
  // who is new knows nobody to tell of it.
  void heard_from(const AccountId& account) { heard_.insert(account); }
  // Somebody says so of their own.
  [[nodiscard]] bool take(const IncomingContent& incoming) override {
    changed(incoming.sender.account);
    return true;
  }
  void look_again() { look_ = true; }
  void pump();

 private:
  ProfileRow own();
  std::vector<Handle> own_handles();
  client_api::Response response_of(uint32_t request, const ProfileRow& row, const std::vector<Handle>& handles,
                                   bool set);
  void store_fetched(const AccountId& account, const wire::Profile& profile);
  // What the own profile is, it is on all devices of the account from now on.
  void tell_devices(BytesView subject, const std::string& text);
  void compare();
  void tell_partners();
  void look_at_heard();
  [[nodiscard]] UnixMicros oldest_fresh() const;

  Engine& engine_;
  std::string own_name_;
  bool look_ = true;
  bool pushing_ = false;
  uint64_t edits_ = 0;
  std::set<AccountId> fetching_;
  std::set<AccountId> heard_;  // in this input
  Timer again_;
};

}  // namespace kith::core
