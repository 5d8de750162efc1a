// SPDX-License-Identifier: AGPL-3.0-or-later

// Making keys: identities, one-time and signed prekeys.
#include <cstdlib>

#include "crypto/sessions_impl.h"
#include "crypto/signal_handles.h"

namespace kith::crypto {

namespace {

Bytes serialize(const ec_public_key* key) {
  Handle<signal_buffer> buffer;
  return ec_public_key_serialize(buffer.out(), key) == SG_SUCCESS ? Bytes(view(buffer.get())) : Bytes();
}

Bytes serialize(const ec_private_key* key) {
  Handle<signal_buffer> buffer;
  return ec_private_key_serialize(buffer.out(), key) == SG_SUCCESS ? Bytes(view(buffer.get())) : Bytes();
}

Handle<ec_key_pair> make_pair(signal_context* context) {
  Handle<ec_key_pair> pair;
  curve_generate_key_pair(context, pair.out());
  return pair;
}

}  // namespace

IdentityKeyPair Sessions::make_identity(RandomSource& random) {
  const SignalContext context(random);
  const auto pair = make_pair(context.get());
  if (!pair) std::abort();  // no memory
  return {.public_key = serialize(ec_key_pair_get_public(pair.get())),
          .private_key = serialize(ec_key_pair_get_private(pair.get()))};
}

uint32_t Sessions::make_registration_id(RandomSource& random) { return 1 + static_cast<uint32_t>(random.below(16380)); }

Result<std::vector<PublicPrekeyPart>, CryptoError> Sessions::make_prekeys(uint32_t first_id, uint32_t count) {
  std::vector<PublicPrekeyPart> parts;
  for (uint64_t i = 0; i < count; ++i) {
    // Id 0 is nobody's: it continues at the highest.
    const auto id = static_cast<uint32_t>((first_id + i + kPrekeyIdMax - 1) % kPrekeyIdMax + 1);
    const auto pair = make_pair(impl_->context.get());
    Handle<session_pre_key> prekey;
    Handle<signal_buffer> record;
    if (!pair || session_pre_key_create(prekey.out(), id, pair.get()) != SG_SUCCESS ||
        session_pre_key_serialize(record.out(), prekey.get()) != SG_SUCCESS ||
        !impl_->store.store_prekey(id, view(record.get()))) {
      return Fail(CryptoError::kStorage);
    }
    parts.push_back({.id = id, .public_key = serialize(ec_key_pair_get_public(pair.get())), .signature = {}});
  }
  return parts;
}

Result<PublicPrekeyPart, CryptoError> Sessions::make_signed_prekey(uint32_t id, UnixMicros now) {
  IdentityKeyPair identity = impl_->store.identity();
  Handle<ec_private_key> signing_key;
  const int decoded = curve_decode_private_point(signing_key.out(), octets(identity.private_key),
                                                 identity.private_key.size(), impl_->context.get());
  wipe(identity.private_key);
  const auto pair = make_pair(impl_->context.get());
  if (decoded != SG_SUCCESS || !pair) return Fail(CryptoError::kStorage);

  PublicPrekeyPart part{.id = id, .public_key = serialize(ec_key_pair_get_public(pair.get())), .signature = {}};
  Handle<signal_buffer> signature;
  Handle<session_signed_pre_key> prekey;
  Handle<signal_buffer> record;
  if (curve_calculate_signature(impl_->context.get(), signature.out(), signing_key.get(), octets(part.public_key),
                                part.public_key.size()) != SG_SUCCESS) {
    return Fail(CryptoError::kStorage);
  }
  part.signature = view(signature.get());
  const uint64_t now_ms = now.value / 1000;
  if (session_signed_pre_key_create(prekey.out(), id, now_ms, pair.get(), octets(part.signature),
                                    part.signature.size()) != SG_SUCCESS ||
      session_signed_pre_key_serialize(record.out(), prekey.get()) != SG_SUCCESS ||
      !impl_->store.store_signed_prekey(id, view(record.get()))) {
    return Fail(CryptoError::kStorage);
  }
  return part;
}

}  // namespace kith::crypto
