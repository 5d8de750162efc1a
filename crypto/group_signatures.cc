// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/group_signatures.h"

#include <string_view>

#include "crypto/hash.h"
#include "crypto/provider.h"
#include "crypto/signal_handles.h"

namespace kith::crypto {

static_assert(kGroupSignatureBytes == CURVE_SIGNATURE_LEN);

namespace {

constexpr std::string_view kLinkDomain = "kith group link v1";

Bytes signed_part(BytesView change, BytesView state_digest) {
  Bytes message("kith group change v1");
  message.push_back('\0');
  message += change;
  message += state_digest;
  return message;
}

}  // namespace

Bytes group_change_digest(BytesView change, BytesView state_digest, BytesView signature) {
  Bytes all(signature);
  all += state_digest;
  all += change;
  return digest("kith group chain v1", all);
}
Bytes group_state_digest(BytesView state) { return digest("kith group state v1", state); }

Bytes group_lists_digest(std::span<const MemberList> members) {
  Bytes all;
  all.reserve(members.size() * (AccountId::kBytes + sizeof(uint64_t)));
  for (const MemberList& member : members) {
    all += member.account.view();
    append_u64(all, member.revision.value);
  }
  return digest("kith group lists v1", all);
}

Bytes sign_group_change(const IdentityKeyPair& identity, RandomSource& random, BytesView change,
                        BytesView state_digest) {
  const SignalContext context(random);
  Handle<ec_private_key> key;
  if (curve_decode_private_point(key.out(), octets(identity.private_key), identity.private_key.size(), context.get()) !=
      SG_SUCCESS)
    return {};
  const Bytes message = signed_part(change, state_digest);
  Handle<signal_buffer> signature;
  if (curve_calculate_signature(context.get(), signature.out(), key.get(), octets(message), message.size()) !=
      SG_SUCCESS)
    return {};
  return Bytes(view(signature.get()));
}

bool verify_group_change(BytesView identity_key, BytesView change, BytesView state_digest, BytesView signature) {
  const auto identity = decode_public_key(identity_key, nullptr);
  if (!identity || signature.size() != kGroupSignatureBytes || state_digest.size() != kGroupDigestBytes) return false;
  const Bytes message = signed_part(change, state_digest);
  return curve_verify_signature(identity.get(), octets(message), message.size(), octets(signature), signature.size()) ==
         1;
}

Bytes sign_with_group_link(const GroupLinkKeyPair& link, BytesView statement) {
  return sign_ed25519(link.private_key, kLinkDomain, statement);
}

bool verify_group_link(BytesView link_public_key, BytesView statement, BytesView signature) {
  return verify_ed25519(link_public_key, kLinkDomain, statement, signature);
}

}  // namespace kith::crypto
