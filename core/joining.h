// SPDX-License-Identifier: AGPL-3.0-or-later

// The new device's side of linking (LINK-5): it shows a link, and the account's first device lets it in.
//
//   slot 7  it waits            written with the link, so that whoever opens the link knows that it is one
//   slot 1  first: commitment   slot 2  its nonce   slot 3  first: opening    (crypto/linking.h)
//   slot 4  its identity key and name, when the opening was the one committed to
//   slot 5  first: account, token and the signed list that names it; committed as its registration
//   slot 6  its keys are on the server, with that list: from there it is a device of the account
//
// What is taken on trust: that whoever answered knew the link. For a link that came by a way that is not safe people
// compare Linking.code, before the first device writes slot 5.
// Interrupted after slot 5 was committed: the next start() goes on with publishing. Before that: there is nothing.
// The link's keys and secret, and the identity that was made for it, are overwritten here when the link is over.
#pragma once

#include <optional>
#include <string>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/http_calls.h"
#include "core/link_mailbox.h"
#include "core/timers.h"
#include "crypto/linking.h"
#include "crypto/sessions.h"

namespace kith::core {

struct Engine;

class Joining {
 public:
  static constexpr uint64_t kAgainMs = 2000;

  explicit Joining(Engine& engine);

  void start(uint32_t request, const client_api::StartLinkingRequest& what);
  void cancel();
  // Absent when no link is shown.
  [[nodiscard]] const std::optional<client_api::Linking>& linking() const { return linking_; }

 private:
  void show_link();
  void on_commitment(const Bytes& commitment);
  void on_opening(const Bytes& bytes);
  void on_grant(const Bytes& sealed);
  // Absent: it is not for this device, or not signed.
  std::optional<wire::SignedDeviceList> checked_list(const content::LinkGrant& grant);
  void publish(bool with_list);
  void on_published(const HttpReply& reply, bool with_list);
  void look_at_list(CallFailure refused);
  void not_taken(const CallFailure& why);
  Bytes sealed_done(bool linked);
  void fail(const CallFailure& failure);
  void forget_secrets();

  Engine& engine_;
  LinkMailbox mailbox_;
  Timer again_;
  uint32_t request_ = 0;  // that is not answered yet
  std::string server_;
  std::string device_name_;
  std::string platform_;
  std::optional<client_api::Linking> linking_;
  crypto::LinkKeyPair pair_;
  crypto::LinkInvitation invitation_;
  crypto::IdentityKeyPair identity_;
  Bytes commitment_;
  Bytes nonce_;
  std::optional<crypto::LinkKeys> keys_;
};

}  // namespace kith::core
