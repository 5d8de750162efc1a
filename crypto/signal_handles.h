// SPDX-License-Identifier: AGPL-3.0-or-later

// libsignal's objects as values that free themselves, and its codes as ours. Internal to crypto/.
#pragma once

#include <signal/curve.h>
#include <signal/group_cipher.h>
#include <signal/group_session_builder.h>
#include <signal/protocol.h>
#include <signal/session_builder.h>
#include <signal/session_cipher.h>
#include <signal/session_pre_key.h>
#include <signal/session_record.h>
#include <signal/session_state.h>
#include <signal/signal_protocol.h>

#include <cassert>
#include <utility>

#include "base/bytes.h"
#include "crypto/error.h"

namespace kith::crypto {

template <class T>
void release(T* object) {
  signal_type_unref(reinterpret_cast<signal_type_base*>(object));
}
inline void release(signal_buffer* buffer) { signal_buffer_bzero_free(buffer); }
inline void release(session_builder* builder) { session_builder_free(builder); }
inline void release(session_cipher* cipher) { session_cipher_free(cipher); }
inline void release(group_session_builder* builder) { group_session_builder_free(builder); }
inline void release(group_cipher* cipher) { group_cipher_free(cipher); }
inline void release(signal_protocol_store_context* stores) { signal_protocol_store_context_destroy(stores); }

// Owns one reference; null where the library gave nothing.
template <class T>
class Handle {
 public:
  Handle() = default;
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_) release(object_);
  }

  [[nodiscard]] T* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  // For the library's out parameters, once: `create(handle.out(), …)`.
  T** out() {
    assert(!object_);
    return &object_;
  }

 private:
  T* object_ = nullptr;
};

inline const uint8_t* octets(BytesView bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }
inline BytesView view(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }
inline BytesView view(const signal_buffer* buffer) {
  return view(signal_buffer_const_data(buffer), signal_buffer_len(buffer));
}

// The 33 bytes of a public key; null for anything else.
inline Handle<ec_public_key> decode_public_key(BytesView bytes, signal_context* context) {
  Handle<ec_public_key> key;
  curve_decode_point(key.out(), octets(bytes), bytes.size(), context);
  return key;
}

// What the library's codes mean once the message itself has been parsed.
inline CryptoError error_of(int code) {
  switch (code) {
    case SG_ERR_DUPLICATE_MESSAGE: return CryptoError::kDuplicate;
    case SG_ERR_NO_SESSION: return CryptoError::kNoSession;
    case SG_ERR_UNTRUSTED_IDENTITY: return CryptoError::kUntrustedIdentity;
    case SG_ERR_INVALID_KEY_ID: return CryptoError::kMissingPrekey;
    case SG_ERR_NOMEM:
    case SG_ERR_INVALID_PROTO_BUF:  // a stored record
      return CryptoError::kStorage;
    default: return CryptoError::kBadMessage;
  }
}

}  // namespace kith::crypto
