// SPDX-License-Identifier: AGPL-3.0-or-later

// Whoever takes an account over with keys of its own: the operator of a server, or somebody who has the number now. The
// keys are real, so that what is encrypted for them is read, and what it says is believed by whoever takes the keys.
#pragma once

#include <optional>

#include "base/ids.h"
#include "content/content.pb.h"
#include "crypto/account_key.h"
#include "crypto/sessions.h"
#include "crypto/testing/memory_signal_store.h"
#include "sim/dice.h"
#include "wire/api.pb.h"

namespace kith::sim {

class Impostor {
 public:
  explicit Impostor(uint64_t seed);

  // The list that follows this one, under the impostor's account key: with the same devices, now the impostor's; or
  // with one more, which is the impostor's, beside those that are.
  [[nodiscard]] wire::SignedDeviceList take_over(const wire::DeviceList& list) const;
  [[nodiscard]] wire::SignedDeviceList join(const wire::DeviceList& list) const;
  // The first list of an account that is the impostor's altogether.
  [[nodiscard]] wire::SignedDeviceList found(const AccountId& account) const;
  // A bundle for a device of these lists.
  wire::PrekeyBundle bundle(DeviceId device);

  // Who a device is, by its account's true list.
  void trust(const AccountId& account, const wire::DeviceList& list);
  // The content, when it was encrypted for the impostor.
  std::optional<content::Content> read(const DeviceAddress& from, BytesView payload);
  // An envelope's payload for the device that this bundle is of, the first of a session or a further one.
  std::optional<Bytes> write(const DeviceAddress& to, const wire::PrekeyBundle& bundle, bool first, BytesView content);

 private:
  [[nodiscard]] wire::SignedDeviceList sign(const wire::DeviceList& list) const;

  Dice dice_;
  crypto::AccountKeyPair account_key_;
  crypto::MemorySignalStore store_;
  crypto::Sessions sessions_;
  crypto::PublicPrekeyPart signed_prekey_;
  uint32_t next_prekey_ = 1;
};

}  // namespace kith::sim
