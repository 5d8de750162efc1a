// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/store_adapter.h"

#include <signal/signal_protocol.h>

#include <cstdlib>

#include "crypto/signal_handles.h"

namespace kith::crypto {

namespace {

// Outside the library's own codes.
constexpr int kStoreFailed = SG_ERR_MINIMUM - 1;

StoreAdapter& adapter_of(void* user_data) { return *static_cast<StoreAdapter*>(user_data); }
SignalStore& store_of(void* user_data) { return adapter_of(user_data).store; }

int written(bool stored, void* user_data) {
  if (stored) return SG_SUCCESS;
  adapter_of(user_data).storage_failed = true;
  return kStoreFailed;
}

// The library frees the buffer; ours is wiped here.
int give(signal_buffer** output, Bytes& bytes) {
  *output = signal_buffer_create(octets(bytes), bytes.size());
  wipe(bytes);
  return *output ? SG_SUCCESS : SG_ERR_NOMEM;
}

// The address that SignalAddress made.
DeviceAddress peer_of(const signal_protocol_address* address) {
  const auto account = AccountId::from_hex({address->name, address->name_len});
  return {account.value_or(AccountId{}), DeviceId{static_cast<uint32_t>(address->device_id)}};
}

// ---------------------------------------------------------------- sessions

int load_session(signal_buffer** record, signal_buffer**, const signal_protocol_address* address, void* user_data) {
  auto bytes = store_of(user_data).load_session(peer_of(address));
  if (!bytes) return 0;
  const int result = give(record, *bytes);
  return result == SG_SUCCESS ? 1 : result;
}

int store_session(const signal_protocol_address* address, uint8_t* record, size_t size, uint8_t*, size_t,
                  void* user_data) {
  return written(store_of(user_data).store_session(peer_of(address), view(record, size)), user_data);
}

int contains_session(const signal_protocol_address* address, void* user_data) {
  auto bytes = store_of(user_data).load_session(peer_of(address));
  if (!bytes) return 0;
  wipe(*bytes);
  return 1;
}

int delete_session(const signal_protocol_address* address, void* user_data) {
  if (contains_session(address, user_data) == 0) return 0;
  store_of(user_data).remove_session(peer_of(address));
  return 1;
}

// Sessions never asks for these two.
int list_devices(signal_int_list**, const char*, size_t, void*) { return SG_ERR_INVAL; }
int delete_all_sessions(const char*, size_t, void*) { return SG_ERR_INVAL; }

// ---------------------------------------------------------------- prekeys

int load_prekey(signal_buffer** record, uint32_t id, void* user_data) {
  auto bytes = store_of(user_data).load_prekey(id);
  return bytes ? give(record, *bytes) : SG_ERR_INVALID_KEY_ID;
}

int store_prekey(uint32_t id, uint8_t* record, size_t size, void* user_data) {
  return written(store_of(user_data).store_prekey(id, view(record, size)), user_data);
}

int contains_prekey(uint32_t id, void* user_data) {
  auto bytes = store_of(user_data).load_prekey(id);
  if (!bytes) return 0;
  wipe(*bytes);
  return 1;
}

int remove_prekey(uint32_t id, void* user_data) {
  store_of(user_data).remove_prekey(id);
  return SG_SUCCESS;
}

int load_signed_prekey(signal_buffer** record, uint32_t id, void* user_data) {
  auto bytes = store_of(user_data).load_signed_prekey(id);
  return bytes ? give(record, *bytes) : SG_ERR_INVALID_KEY_ID;
}

int store_signed_prekey(uint32_t id, uint8_t* record, size_t size, void* user_data) {
  return written(store_of(user_data).store_signed_prekey(id, view(record, size)), user_data);
}

int contains_signed_prekey(uint32_t id, void* user_data) {
  auto bytes = store_of(user_data).load_signed_prekey(id);
  if (!bytes) return 0;
  wipe(*bytes);
  return 1;
}

// When an old signed prekey may go is the core's decision.
int remove_signed_prekey(uint32_t, void*) { return SG_ERR_INVAL; }

// ---------------------------------------------------------------- identities

int give_identity(signal_buffer** public_key, signal_buffer** private_key, void* user_data) {
  IdentityKeyPair pair = store_of(user_data).identity();
  const int result = give(public_key, pair.public_key);
  return result == SG_SUCCESS ? give(private_key, pair.private_key) : result;
}

int give_registration_id(void* user_data, uint32_t* registration_id) {
  *registration_id = store_of(user_data).registration_id();
  return SG_SUCCESS;
}

// Trust comes from verified device lists alone (DEVICE-1); nothing is learnt from messages.
int save_identity(const signal_protocol_address*, uint8_t*, size_t, void*) { return SG_SUCCESS; }

int is_trusted(const signal_protocol_address* address, uint8_t* key, size_t size, void* user_data) {
  const auto trusted = store_of(user_data).trusted_identity(peer_of(address));
  return trusted && equal_in_constant_time(*trusted, view(key, size)) ? 1 : 0;
}

}  // namespace

StoreAdapter::StoreAdapter(SignalStore& borrowed, signal_context* context) : store(borrowed) {
  // Fails only for want of memory.
  if (signal_protocol_store_context_create(&stores_, context) != SG_SUCCESS) std::abort();

  signal_protocol_session_store sessions{};
  sessions.load_session_func = load_session;
  sessions.get_sub_device_sessions_func = list_devices;
  sessions.store_session_func = store_session;
  sessions.contains_session_func = contains_session;
  sessions.delete_session_func = delete_session;
  sessions.delete_all_sessions_func = delete_all_sessions;
  sessions.user_data = this;
  signal_protocol_store_context_set_session_store(stores_, &sessions);

  signal_protocol_pre_key_store prekeys{};
  prekeys.load_pre_key = load_prekey;
  prekeys.store_pre_key = store_prekey;
  prekeys.contains_pre_key = contains_prekey;
  prekeys.remove_pre_key = remove_prekey;
  prekeys.user_data = this;
  signal_protocol_store_context_set_pre_key_store(stores_, &prekeys);

  signal_protocol_signed_pre_key_store signed_prekeys{};
  signed_prekeys.load_signed_pre_key = load_signed_prekey;
  signed_prekeys.store_signed_pre_key = store_signed_prekey;
  signed_prekeys.contains_signed_pre_key = contains_signed_prekey;
  signed_prekeys.remove_signed_pre_key = remove_signed_prekey;
  signed_prekeys.user_data = this;
  signal_protocol_store_context_set_signed_pre_key_store(stores_, &signed_prekeys);

  signal_protocol_identity_key_store identities{};
  identities.get_identity_key_pair = give_identity;
  identities.get_local_registration_id = give_registration_id;
  identities.save_identity = save_identity;
  identities.is_trusted_identity = is_trusted;
  identities.user_data = this;
  signal_protocol_store_context_set_identity_key_store(stores_, &identities);
}

StoreAdapter::~StoreAdapter() { signal_protocol_store_context_destroy(stores_); }

SignalAddress::SignalAddress(const DeviceAddress& peer)
    : name_(peer.account.hex()), address_{name_.data(), name_.size(), static_cast<int32_t>(peer.device.value)} {}

}  // namespace kith::crypto
