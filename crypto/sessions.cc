// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/sessions.h"

#include "crypto/account_key.h"
#include "crypto/sessions_impl.h"
#include "crypto/signal_handles.h"

namespace kith::crypto {

namespace {

// Curve25519 ignores the highest bit of a key. Whoever sets it makes a second form of a message that isn't recognized
// as a copy.
bool is_canonical(const ec_public_key* key) {
  Handle<signal_buffer> buffer;
  if (ec_public_key_serialize(buffer.out(), key) != SG_SUCCESS) return false;
  return (view(buffer.get()).back() & 0x80) == 0;
}

}  // namespace

struct Sessions::Impl::Exchange {
  Exchange(Impl& impl_, const DeviceAddress& peer_) : impl(impl_), peer(peer_), address(peer_) {
    impl.adapter.storage_failed = false;
  }

  Handle<session_cipher> cipher() {
    Handle<session_cipher> made;
    session_cipher_create(made.out(), impl.adapter.get(), address.get(), impl.context.get());
    return made;
  }

  enum class Session { kNone, kOfAnotherIdentity, kReady, kUnreadable };

  // The peer's, as it is before the library writes it; read once, for reading it is not cheap. Null: it can't be.
  session_record* record() {
    if (!loaded && signal_protocol_session_load_session(impl.adapter.get(), loaded.out(), address.get()) != SG_SUCCESS)
      return nullptr;
    return loaded.get();
  }

  // All states of a record have one identity: set_foreign_session_aside sees to it before a state is added.
  Session find_session() {
    if (!record()) return Session::kUnreadable;
    session_state* state = session_record_get_state(record());
    if (session_record_is_fresh(record()) || !state || !session_state_has_sender_chain(state)) return Session::kNone;
    ec_public_key* identity = session_state_get_remote_identity_key(state);
    if (!identity) return Session::kNone;
    const bool trusted = signal_protocol_identity_is_trusted_identity(impl.adapter.get(), address.get(), identity) == 1;
    return trusted ? Session::kReady : Session::kOfAnotherIdentity;
  }

  // Whether the session that the message opens is there, as it is from its second message on.
  bool has_state_of(const pre_key_signal_message* message) {
    return record() && session_record_has_session_state(record(), pre_key_signal_message_get_message_version(message),
                                                        pre_key_signal_message_get_base_key(message)) == 1;
  }

  // Until outcome puts it back, if what comes instead fails.
  void set_foreign_session_aside() {
    if (find_session() != Session::kOfAnotherIdentity) return;
    aside = impl.store.load_session(peer);
    impl.store.remove_session(peer);
    loaded = Handle<session_record>();
  }

  // The outcome of a library call, whatever it made of a write that was refused.
  Result<void, CryptoError> outcome(int code) {
    const bool failed = impl.adapter.storage_failed || code < 0;
    if (failed && aside && !impl.store.store_session(peer, *aside)) impl.adapter.storage_failed = true;
    if (aside) wipe(*aside);
    if (impl.adapter.storage_failed) return Fail(CryptoError::kStorage);
    if (failed) return Fail(error_of(code));
    return {};
  }

  Impl& impl;
  DeviceAddress peer;
  SignalAddress address;
  std::optional<Bytes> aside;
  Handle<session_record> loaded;
};

Sessions::Sessions(SignalStore& store, RandomSource& random) : impl_(std::make_unique<Impl>(store, random)) {}
Sessions::~Sessions() = default;

bool Sessions::has_session(const DeviceAddress& peer) {
  return Impl::Exchange(*impl_, peer).find_session() == Impl::Exchange::Session::kReady;
}

Result<void, CryptoError> Sessions::open_session(const DeviceAddress& peer, const PrekeyBundle& bundle) {
  signal_context* context = impl_->context.get();
  const auto identity = decode_public_key(bundle.identity_key, context);
  const auto signed_prekey = decode_public_key(bundle.signed_prekey, context);
  if (!identity || !signed_prekey || bundle.signed_prekey_signature.size() != CURVE_SIGNATURE_LEN)
    return Fail(CryptoError::kMalformed);
  Handle<ec_public_key> prekey;
  if (bundle.prekey_id) {
    prekey = decode_public_key(bundle.prekey, context);
    if (!prekey) return Fail(CryptoError::kMalformed);
  }

  Impl::Exchange exchange(*impl_, peer);
  if (signal_protocol_identity_is_trusted_identity(impl_->adapter.get(), exchange.address.get(), identity.get()) != 1) {
    return Fail(CryptoError::kUntrustedIdentity);
  }
  if (!verify_prekey_signature(bundle.identity_key, bundle.signed_prekey, bundle.signed_prekey_signature)) {
    return Fail(CryptoError::kBadSignature);
  }

  Handle<session_pre_key_bundle> parts;
  Handle<session_builder> builder;
  if (session_pre_key_bundle_create(parts.out(), bundle.registration_id, exchange.address.get()->device_id,
                                    bundle.prekey_id.value_or(0), prekey.get(), bundle.signed_prekey_id,
                                    signed_prekey.get(), octets(bundle.signed_prekey_signature),
                                    bundle.signed_prekey_signature.size(), identity.get()) != SG_SUCCESS ||
      session_builder_create(builder.out(), impl_->adapter.get(), exchange.address.get(), context) != SG_SUCCESS) {
    return Fail(CryptoError::kStorage);
  }
  exchange.set_foreign_session_aside();
  return exchange.outcome(session_builder_process_pre_key_bundle(builder.get(), parts.get()));
}

Result<Ciphertext, CryptoError> Sessions::encrypt(const DeviceAddress& peer, BytesView plaintext) {
  Impl::Exchange exchange(*impl_, peer);
  switch (exchange.find_session()) {
    case Impl::Exchange::Session::kReady: break;
    case Impl::Exchange::Session::kUnreadable: return Fail(CryptoError::kStorage);
    default: return Fail(CryptoError::kNoSession);
  }
  const auto cipher = exchange.cipher();
  if (!cipher) return Fail(CryptoError::kStorage);

  Handle<ciphertext_message> message;
  const int code = session_cipher_encrypt(cipher.get(), octets(plaintext), plaintext.size(), message.out());
  if (const auto outcome = exchange.outcome(code); !outcome) return Fail(outcome.error());
  return Ciphertext{.opens_session = ciphertext_message_get_type(message.get()) == CIPHERTEXT_PREKEY_TYPE,
                    .bytes = Bytes(view(ciphertext_message_get_serialized(message.get())))};
}

Result<Bytes, CryptoError> Sessions::decrypt(const DeviceAddress& peer, const Ciphertext& message,
                                             bool* begins_session) {
  if (begins_session != nullptr) *begins_session = false;
  Impl::Exchange exchange(*impl_, peer);
  const auto cipher = exchange.cipher();
  if (!cipher) return Fail(CryptoError::kStorage);

  Handle<signal_buffer> plaintext;
  int code = SG_ERR_UNKNOWN;
  if (message.opens_session) {
    Handle<pre_key_signal_message> parsed;
    const int parse = pre_key_signal_message_deserialize(parsed.out(), octets(message.bytes), message.bytes.size(),
                                                         impl_->context.get());
    if (parse != SG_SUCCESS) return Fail(parse == SG_ERR_NOMEM ? CryptoError::kStorage : CryptoError::kMalformed);
    if (!is_canonical(pre_key_signal_message_get_base_key(parsed.get()))) return Fail(CryptoError::kMalformed);
    exchange.set_foreign_session_aside();
    if (begins_session != nullptr) *begins_session = !exchange.has_state_of(parsed.get());
    code = session_cipher_decrypt_pre_key_signal_message(cipher.get(), parsed.get(), nullptr, plaintext.out());
  } else {
    Handle<signal_message> parsed;
    const int parse =
        signal_message_deserialize(parsed.out(), octets(message.bytes), message.bytes.size(), impl_->context.get());
    if (parse != SG_SUCCESS) return Fail(parse == SG_ERR_NOMEM ? CryptoError::kStorage : CryptoError::kMalformed);
    switch (exchange.find_session()) {
      case Impl::Exchange::Session::kReady: break;
      case Impl::Exchange::Session::kUnreadable: return Fail(CryptoError::kStorage);
      default: return Fail(CryptoError::kNoSession);
    }
    code = session_cipher_decrypt_signal_message(cipher.get(), parsed.get(), nullptr, plaintext.out());
  }
  if (const auto outcome = exchange.outcome(code); !outcome) return Fail(outcome.error());
  return Bytes(view(plaintext.get()));
}

}  // namespace kith::crypto
