// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/sealing.h"

#include "content/content.pb.h"
#include "crypto/padding.h"

namespace kith::core {

using crypto::CryptoError;

// PRIVATE-1: all that leaves a device about what people say goes through here.
Result<Bytes, CryptoError> seal(crypto::Sessions& sessions, const DeviceAddress& peer, BytesView content) {
  auto ciphertext = sessions.encrypt(peer, crypto::pad(content));
  if (!ciphertext) return Fail(ciphertext.error());
  content::Sealed sealed;
  sealed.set_scheme(ciphertext->opens_session ? content::Sealed::kSignalPrekey : content::Sealed::kSignal);
  sealed.set_ciphertext(std::move(ciphertext->bytes));
  return sealed.SerializeAsString();
}

Result<Bytes, CryptoError> unseal(crypto::Sessions& sessions, const DeviceAddress& peer, BytesView payload,
                                  bool& begins_session) {
  begins_session = false;
  content::Sealed sealed;
  if (!sealed.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Fail(CryptoError::kMalformed);
  crypto::Ciphertext message;
  switch (sealed.scheme()) {
    case content::Sealed::kSignalPrekey: message.opens_session = true; break;
    case content::Sealed::kSignal: break;
    default: return Fail(CryptoError::kMalformed);
  }
  message.bytes = std::move(*sealed.mutable_ciphertext());
  const auto padded = sessions.decrypt(peer, message, &begins_session);
  if (!padded) return Fail(padded.error());
  auto content = crypto::unpad(*padded);
  if (!content) return Fail(CryptoError::kMalformed);
  return std::move(*content);
}

Result<Bytes, CryptoError> unseal_in_group(crypto::Groups& groups, const GroupId& group, const DeviceAddress& sender,
                                           BytesView payload) {
  content::Sealed sealed;
  if (!sealed.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Fail(CryptoError::kMalformed);
  if (sealed.scheme() != content::Sealed::kSenderKey) return Fail(CryptoError::kMalformed);
  const auto padded = groups.open(group, sender, sealed.ciphertext());
  if (!padded) return Fail(padded.error());
  auto content = crypto::unpad(*padded);
  if (!content) return Fail(CryptoError::kMalformed);
  return std::move(*content);
}

}  // namespace kith::core
