// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of accounts (DEVICE-1), of others and the own: fetching their lists, checking them, pinning the account's
// key, and opening sessions.
//
// A list is taken only if it names the account, is signed by the key inside it, and is not older than the one known
// (IDENTITY-3). The first key seen is pinned; another one later is a change of identity (IDENTITY-2): the conversation
// gets a notice, "verified" is cleared, sessions start anew, and what is not sent yet waits for the person
// (IDENTITY-6). The own account's list is taken only under the own key, with this device in it (IDENTITY-4).
//
// A list also names devices that were removed lately (DEVICE-10): what such a one had sent before is taken from it, and
// its session is kept for that, until this device has taken in all that the server had for it once it knew of the
// removal: up to the backlog's end of a connection that it began afterwards, or, while one lasts, the second kSettleMs
// that ends after it: ten to twenty minutes.
//
// Limits: one fetch of a list, and one of bundles, per account at a time; who asks meanwhile waits for the same answer.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/timers.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;
struct HttpReply;
struct DeviceListRow;
struct Registration;

class Devices {
 public:
  enum class Outcome {
    kDone,
    kNoAccount,    // the server knows no such account
    kUnavailable,  // no answer, or one that says to come again
    kInvalid,      // the answer does not verify: nothing was taken over
  };
  // Whether the server has said what it has. A list that does not verify says nothing about who is in the true one.
  static bool is_answer(Outcome outcome) { return outcome == Outcome::kDone || outcome == Outcome::kNoAccount; }
  using Done = std::function<void(Outcome)>;

  static constexpr uint64_t kSettleMs = 600'000;

  explicit Devices(Engine& engine);

  // Fetches and checks the account's list.
  void fetch(const AccountId& account, Done done);
  // Checks a list and takes it over when it is newer. False: it does not verify.
  [[nodiscard]] bool accept(const AccountId& account, const wire::SignedDeviceList& signed_list);
  // Opens a session with each of these devices from fresh bundles; a session there before is kept as an archived state.
  // When one of them is no more, the account's newer list is taken instead: then kDone says that there may be other
  // devices now.
  void open_sessions(const AccountId& account, std::vector<DeviceId> devices, Done done);

  // The own account's list, with which the server says that this device is ended. Under another key it says nothing:
  // the number registered anew, and the refusal says that already.
  void look_at_shown(const wire::SignedDeviceList& signed_list);
  // Asks for the own account's list, after the server had given out another one.
  void look_at_own_list();

  // The account's list has a newer revision: fetches it soon (now, or when there is a connection again).
  void note_revision(const AccountId& account, Revision revision);
  // As the server has it, of the own list: an AccountChanged may have been lost.
  void hear_own_revision(Revision revision);
  // A Hello leaves, and brings all that was accepted before it; that has all been taken in.
  void greets();
  void caught_up();

  // Fetches what note_revision asked for, as far as there is a connection.
  void pump();
  void look_again() { look_ = true; }

  // DeviceListRow::keys_of() of its account's list.
  std::optional<Bytes> keys_of(const DeviceAddress& device);

 private:
  void fetch_newer(const AccountId& account, Done done);
  void on_list(const AccountId& account, const HttpReply& reply);
  Outcome open_from(const AccountId& account, const wire::PrekeyBundlesResponse& response,
                    const std::vector<DeviceId>& devices);
  void drop_sessions(const DeviceListRow& known, const DeviceListRow& list);
  [[nodiscard]] bool accept_own(const DeviceListRow& list);
  void identity_changed(const AccountId& account, bool was_verified);
  void settle_later();

  Engine& engine_;
  std::map<AccountId, std::vector<Done>> fetching_;
  bool look_ = true;
  std::map<AccountId, uint64_t> refresh_not_before_ms_;
  Timer again_;
  Timer settle_;
};

}  // namespace kith::core
