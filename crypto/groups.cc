// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/groups.h"

#include <signal/sender_key.h>

#include <algorithm>
#include <cstdlib>

#include "crypto/hash.h"
#include "crypto/provider.h"
#include "crypto/signal_handles.h"

namespace kith::crypto {

namespace {

// A chain as it is stored: the number of the first message that can be read with it, four bytes, the highest first, and
// then libsignal's record of it alone.
struct Chain {
  uint32_t first = 0;
  Bytes record;  // empty: there is none yet

  Chain() = default;
  Chain(Chain&&) = default;
  Chain& operator=(Chain&&) = default;
  ~Chain() { wipe(record); }

  // Takes the bytes apart, and wipes them.
  static std::optional<Chain> parse(Bytes& stored) {
    std::optional<Chain> chain;
    if (stored.size() > kFirstBytes) {
      chain.emplace();
      for (size_t i = 0; i < kFirstBytes; ++i) chain->first = chain->first << 8 | static_cast<uint8_t>(stored[i]);
      chain->record = stored.substr(kFirstBytes);
    }
    wipe(stored);
    return chain;
  }
  [[nodiscard]] Bytes serialize() const {
    Bytes stored;
    stored.reserve(kFirstBytes + record.size());
    for (size_t i = kFirstBytes; i-- > 0;) stored += static_cast<char>(first >> 8 * i);
    return stored += record;
  }

 private:
  static constexpr size_t kFirstBytes = 4;
};

int load_record(signal_buffer** record, signal_buffer**, const signal_protocol_sender_key_name*, void* user_data) {
  const Bytes& stored = static_cast<Chain*>(user_data)->record;
  if (stored.empty()) return 0;
  *record = signal_buffer_create(octets(stored), stored.size());
  return *record ? 1 : SG_ERR_NOMEM;
}

int store_record(const signal_protocol_sender_key_name*, uint8_t* record, size_t size, uint8_t*, size_t,
                 void* user_data) {
  Bytes& stored = static_cast<Chain*>(user_data)->record;
  wipe(stored);
  stored = Bytes(view(record, size));
  return SG_SUCCESS;
}

// A chain as the library's store of sender keys. It holds that one, so that its name says nothing.
class LibraryStore {
 public:
  // Borrows the chain, and changes it.
  LibraryStore(Chain& chain, signal_context* context) {
    const signal_protocol_sender_key_store callbacks = {
        .store_sender_key = store_record, .load_sender_key = load_record, .destroy_func = nullptr, .user_data = &chain};
    if (signal_protocol_store_context_create(stores_.out(), context) != SG_SUCCESS ||
        signal_protocol_store_context_set_sender_key_store(stores_.get(), &callbacks) != SG_SUCCESS) {
      std::abort();
    }
  }
  [[nodiscard]] signal_protocol_store_context* get() const { return stores_.get(); }

  static constexpr signal_protocol_sender_key_name kName = {
      .group_id = "", .group_id_len = 0, .sender = {.name = "", .name_len = 0, .device_id = 0}};

 private:
  Handle<signal_protocol_store_context> stores_;
};

constexpr std::string_view kRosterDomain = "kith group roster v1";

}  // namespace

GroupRoster::GroupRoster(std::vector<DeviceAddress> devices) : devices_(std::move(devices)) {
  std::sort(devices_.begin(), devices_.end());
  devices_.erase(std::unique(devices_.begin(), devices_.end()), devices_.end());
  Bytes named;
  named.reserve(devices_.size() * (AccountId::kBytes + sizeof(DeviceId::value)));
  for (const DeviceAddress& device : devices_) {
    named += device.account.view();
    for (int shift = 24; shift >= 0; shift -= 8) named += static_cast<char>(device.device.value >> shift);
  }
  digest_ = crypto::digest(kRosterDomain, named);
}

struct Groups::Impl {
  Impl(GroupKeyStore& store_, const DeviceAddress& self_, RandomSource& random)
      : store(store_), self(self_), context(random) {}

  Result<Chain, CryptoError> load(const GroupId& group, const DeviceAddress& sender, uint32_t id) {
    auto stored = store.load_chain(group, sender, id);
    if (!stored) return Fail(CryptoError::kNoSession);
    auto chain = Chain::parse(*stored);
    if (!chain) return Fail(CryptoError::kStorage);
    return std::move(*chain);
  }

  Result<void, CryptoError> save(const GroupId& group, const DeviceAddress& sender, uint32_t id, const Chain& chain) {
    Bytes stored = chain.serialize();
    const bool good = store.store_chain(group, sender, id, stored);
    wipe(stored);
    if (!good) return Fail(CryptoError::kStorage);
    return {};
  }

  // The key as it is handed out, without whom to: of the present chain, or of a new one where `chain` is empty.
  Result<KeyHandOut, CryptoError> key_of(Chain& chain) {
    const LibraryStore library(chain, context.get());
    Handle<group_session_builder> builder;
    Handle<sender_key_distribution_message> key;
    if (group_session_builder_create(builder.out(), library.get(), context.get()) != SG_SUCCESS ||
        group_session_builder_create_session(builder.get(), key.out(), &LibraryStore::kName) != SG_SUCCESS) {
      return Fail(CryptoError::kStorage);
    }
    const auto* message = reinterpret_cast<const ciphertext_message*>(key.get());
    return KeyHandOut{.chain = sender_key_distribution_message_get_id(key.get()),
                      .key = Bytes(view(ciphertext_message_get_serialized(message))),
                      .to = {}};
  }

  // Ends the present chain. Nothing is encrypted with it any more, and nobody sends this device its own messages.
  void end_own(const GroupId& group, const OwnChain& own) {
    store.remove_chain(group, self, own.id);
    store.remove_own(group);
  }

  GroupKeyStore& store;
  DeviceAddress self;
  SignalContext context;
};

Groups::Groups(GroupKeyStore& store, const DeviceAddress& self, RandomSource& random)
    : impl_(std::make_unique<Impl>(store, self, random)) {}
Groups::~Groups() = default;

Result<KeyHandOut, CryptoError> Groups::hand_out(const GroupId& group, const GroupRoster& roster) {
  GroupKeyStore& store = impl_->store;
  const auto& devices = roster.devices();

  auto own = store.load_own(group);
  if (own && own->ready_for == roster.digest()) return KeyHandOut{.chain = own->id, .key = {}, .to = {}};
  std::vector<DeviceAddress> holders;
  if (own) {
    holders = store.holders(group);
    if (!std::includes(devices.begin(), devices.end(), holders.begin(), holders.end())) {
      impl_->end_own(group, *own);
      own.reset();
      holders.clear();
    }
  }

  Chain chain;
  if (own) {
    auto loaded = impl_->load(group, impl_->self, own->id);
    if (!loaded) return Fail(CryptoError::kStorage);
    chain = std::move(*loaded);
  }
  auto out = impl_->key_of(chain);
  if (!out) return out;
  if (!own) {
    if (const auto saved = impl_->save(group, impl_->self, out->chain, chain); !saved) return Fail(saved.error());
    if (!store.store_own(group, {out->chain, {}})) return Fail(CryptoError::kStorage);
  }
  std::set_difference(devices.begin(), devices.end(), holders.begin(), holders.end(), std::back_inserter(out->to));
  return out;
}

Result<void, CryptoError> Groups::handed(const GroupId& group, uint32_t chain,
                                         const std::vector<DeviceAddress>& devices) {
  const auto own = impl_->store.load_own(group);
  if (!own || own->id != chain) return Fail(CryptoError::kNoSession);
  // A holder more: whether the chain is ready for a roster is to be seen anew.
  if (!own->ready_for.empty() && !impl_->store.store_own(group, {chain, {}})) return Fail(CryptoError::kStorage);
  for (const DeviceAddress& device : devices) {
    if (!impl_->store.add_holder(group, device)) return Fail(CryptoError::kStorage);
  }
  return {};
}

Result<Bytes, CryptoError> Groups::hand_again(const GroupId& group, const DeviceAddress& device) {
  const auto own = impl_->store.load_own(group);
  if (!own) return Fail(CryptoError::kNoSession);
  const auto holders = impl_->store.holders(group);
  if (!std::binary_search(holders.begin(), holders.end(), device)) return Fail(CryptoError::kNoSession);
  auto chain = impl_->load(group, impl_->self, own->id);
  if (!chain) return Fail(CryptoError::kStorage);
  auto out = impl_->key_of(*chain);
  if (!out) return Fail(out.error());
  return std::move(out->key);
}

Result<void, CryptoError> Groups::take(const GroupId& group, const DeviceAddress& sender, BytesView key) {
  Handle<sender_key_distribution_message> parsed;
  const int parse =
      sender_key_distribution_message_deserialize(parsed.out(), octets(key), key.size(), impl_->context.get());
  if (parse != SG_SUCCESS) return Fail(parse == SG_ERR_NOMEM ? CryptoError::kStorage : CryptoError::kMalformed);

  GroupKeyStore& store = impl_->store;
  const uint32_t id = sender_key_distribution_message_get_id(parsed.get());
  const auto known = store.chains(group, sender);
  if (std::find(known.begin(), known.end(), id) != known.end()) return {};

  Chain chain;
  chain.first = sender_key_distribution_message_get_iteration(parsed.get());
  {
    const LibraryStore library(chain, impl_->context.get());
    Handle<group_session_builder> builder;
    if (group_session_builder_create(builder.out(), library.get(), impl_->context.get()) != SG_SUCCESS ||
        group_session_builder_process_session(builder.get(), &LibraryStore::kName, parsed.get()) != SG_SUCCESS) {
      return Fail(CryptoError::kStorage);
    }
  }
  for (size_t i = 0; i + kChainsOfSenderMax <= known.size(); ++i) store.remove_chain(group, sender, known[i]);
  return impl_->save(group, sender, id, chain);
}

Result<Bytes, CryptoError> Groups::seal(const GroupId& group, const GroupRoster& roster, BytesView plaintext) {
  GroupKeyStore& store = impl_->store;
  auto own = store.load_own(group);
  if (!own) return Fail(CryptoError::kNoSession);
  if (own->ready_for != roster.digest()) {
    if (store.holders(group) != roster.devices()) return Fail(CryptoError::kNoSession);
    own->ready_for = roster.digest();
    if (!store.store_own(group, *own)) return Fail(CryptoError::kStorage);
  }
  auto chain = impl_->load(group, impl_->self, own->id);
  if (!chain) return Fail(CryptoError::kStorage);

  Handle<ciphertext_message> message;
  {
    const LibraryStore library(*chain, impl_->context.get());
    Handle<group_cipher> cipher;
    if (group_cipher_create(cipher.out(), library.get(), &LibraryStore::kName, impl_->context.get()) != SG_SUCCESS ||
        group_cipher_encrypt(cipher.get(), octets(plaintext), plaintext.size(), message.out()) != SG_SUCCESS) {
      return Fail(CryptoError::kStorage);
    }
  }
  if (const auto saved = impl_->save(group, impl_->self, own->id, *chain); !saved) return Fail(saved.error());
  return Bytes(view(ciphertext_message_get_serialized(message.get())));
}

Result<Bytes, CryptoError> Groups::open(const GroupId& group, const DeviceAddress& sender, BytesView message) {
  Handle<sender_key_message> parsed;
  const int parse = sender_key_message_deserialize(parsed.out(), octets(message), message.size(), impl_->context.get());
  if (parse != SG_SUCCESS) return Fail(parse == SG_ERR_NOMEM ? CryptoError::kStorage : CryptoError::kMalformed);

  const uint32_t id = sender_key_message_get_key_id(parsed.get());
  auto chain = impl_->load(group, sender, id);
  if (!chain) return Fail(chain.error());
  // The library would take it for one that was read before.
  if (sender_key_message_get_iteration(parsed.get()) < chain->first) return Fail(CryptoError::kBadMessage);

  Handle<signal_buffer> plaintext;
  {
    const LibraryStore library(*chain, impl_->context.get());
    Handle<group_cipher> cipher;
    if (group_cipher_create(cipher.out(), library.get(), &LibraryStore::kName, impl_->context.get()) != SG_SUCCESS)
      return Fail(CryptoError::kStorage);
    const int code = group_cipher_decrypt(cipher.get(), parsed.get(), nullptr, plaintext.out());
    if (code != SG_SUCCESS) return Fail(error_of(code));
  }
  if (const auto saved = impl_->save(group, sender, id, *chain); !saved) return Fail(saved.error());
  return Bytes(view(plaintext.get()));
}

void Groups::refresh(const GroupId& group) {
  if (const auto own = impl_->store.load_own(group)) impl_->end_own(group, *own);
}

void Groups::drop(const GroupId& group, const DeviceAddress& sender) {
  for (const uint32_t id : impl_->store.chains(group, sender)) impl_->store.remove_chain(group, sender, id);
}

void Groups::forget(const GroupId& group) { impl_->store.remove_group(group); }

}  // namespace kith::crypto
