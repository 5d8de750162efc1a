// SPDX-License-Identifier: AGPL-3.0-or-later

// The first device's side of linking (LINK-5; joining.h has the slots): it opens the link of a new device, shows the
// person its name and the code, and when the person agrees lets it into the account.
//
// The list that names the new device is signed here and published by it, together with its keys: so nobody is told of a
// device that can't be written to yet. If it does not come, the list's revision is taken by another list without it
// (OwnDevices::take_revision), so that what was signed is of no use to anybody.
//
// A link may name the account's server by another address than this device does: so its mailbox is looked for at the
// account's own server in any case, and only when it is not there does the link count as another server's.
// The link's keys and secret are overwritten here when the link is over.
#pragma once

#include <optional>
#include <string>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/http_calls.h"
#include "core/link_mailbox.h"
#include "crypto/linking.h"

namespace kith::core {

struct Engine;

class Admitting {
 public:
  static constexpr uint64_t kFirstWordMs = 10000;  // the new device has left its mark with the link
  static constexpr uint64_t kAnswerMs = 60000;

  explicit Admitting(Engine& engine);

  void open(uint32_t request, const client_api::OpenLinkRequest& what);
  void confirm(uint32_t request, const client_api::ConfirmLinkRequest& what);
  void cancel();
  [[nodiscard]] const std::optional<client_api::Linking>& linking() const { return linking_; }
  // The device that is being let in, or may have come though its word was lost; zero for none.
  [[nodiscard]] DeviceId granted() const { return granted_; }

 private:
  void on_waiting();
  void on_nonce(const Bytes& nonce);
  void on_offer(const Bytes& sealed);
  void ask_for_device();
  void grant(const wire::NewDeviceResponse& response);
  void on_done(const Bytes& sealed);
  void lost(const CallFailure& failure);
  void answer(uint32_t request, const client_api::Device& device);
  void forget();
  void tell(uint32_t request, const CallFailure& failure);
  void fail(const CallFailure& failure);

  Engine& engine_;
  LinkMailbox mailbox_;
  uint32_t request_ = 0;  // that is not answered yet
  std::optional<client_api::Linking> linking_;
  crypto::LinkInvitation invitation_;
  std::string elsewhere_;  // the server that the link names, until its mailbox was found; empty: this one
  crypto::LinkKeyPair pair_;
  crypto::LinkOpening opening_;
  std::optional<crypto::LinkKeys> keys_;
  content::LinkOffer offer_;
  client_api::HistoryScope history_ = client_api::kHistoryNone;
  DeviceId granted_;  // zero: no list was signed
  wire::SignedDeviceList signed_;
};

}  // namespace kith::core
