// SPDX-License-Identifier: AGPL-3.0-or-later

// Group encryption between devices: one ciphertext for all of them, by libsignal's sender keys.
//
// Each device has a chain of keys of its own for a group, which it hands to the others in their pairwise sessions and
// then goes along by a message at a time. Whom a message is for is said by the roster, each time: a device that has the
// chain and is not on it any more ends the chain, so that nobody can forget to.
//
// Ownership: Groups borrows store and random; both outlive it. One thread.
// State:     all of it is in the GroupKeyStore; nothing is kept here between calls.
// Authority: who is a member is not decided here: rosters come from the group's signed changes and from verified device
//            lists (GROUP-2, DEVICE-1).
// Source:    Signal's sender keys as in libsignal-protocol-c; docs/decisions/0032 has why, and how MLS fits.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/error.h"
#include "crypto/group_key_store.h"

namespace kith::crypto {

// The devices that a message is for: all of all members but the sending one.
class GroupRoster {
 public:
  // In any order; what is named twice is one.
  explicit GroupRoster(std::vector<DeviceAddress> devices);

  // In order of their addresses.
  [[nodiscard]] const std::vector<DeviceAddress>& devices() const { return devices_; }
  // 32 bytes, the same for the same devices.
  [[nodiscard]] const Bytes& digest() const { return digest_; }

 private:
  std::vector<DeviceAddress> devices_;
  Bytes digest_;
};

// This device's key of a group, for those who lack it.
struct KeyHandOut {
  uint32_t chain = 0;
  Bytes key;                      // the same for all; secret: sent in pairwise sessions only; x'' when nobody lacks it
  std::vector<DeviceAddress> to;  // in order of their addresses; none: seal() can be called
};

// How many chains of one sender are kept: messages of the older ones may be late.
inline constexpr size_t kChainsOfSenderMax = 5;

class Groups {
 public:
  Groups(GroupKeyStore& store, const DeviceAddress& self, RandomSource& random);
  ~Groups();

  // What is to be sent before a message can be sealed for exactly the roster. Where a device has the key that is not on
  // the roster, or refresh() was called, there is a new key, and everybody lacks it. Repeated, it gives what is left.
  // Errors: kStorage.
  Result<KeyHandOut, CryptoError> hand_out(const GroupId& group, const GroupRoster& roster);
  // These devices will have the key: called in the transaction that puts it on its way. What it is called for may be a
  // part of a hand-out. Errors: kNoSession, the chain is not this device's present one; kStorage.
  Result<void, CryptoError> handed(const GroupId& group, uint32_t chain, const std::vector<DeviceAddress>& devices);
  // The key once more, where it has come to, for a device that says that it lacks it (Repair). Errors: kNoSession, it
  // was never handed it; kStorage.
  Result<Bytes, CryptoError> hand_again(const GroupId& group, const DeviceAddress& device);
  // A key that came in a pairwise session with its sender. One that is known already stays as it is, where it has come
  // to: what is on its way can still be read. Errors: kMalformed; kStorage.
  Result<void, CryptoError> take(const GroupId& group, const DeviceAddress& sender, BytesView key);

  // The same bytes for all devices of the roster. Errors: kNoSession, devices of it lack the key, or others have it;
  // kStorage.
  Result<Bytes, CryptoError> seal(const GroupId& group, const GroupRoster& roster, BytesView plaintext);
  // Any bytes may come in. Stores nothing unless it succeeds. Errors: kMalformed; kNoSession, the sender's key has not
  // come yet; kDuplicate, as Sessions::decrypt has it; kBadMessage, among it a message from before this device was
  // given the key; kStorage.
  Result<Bytes, CryptoError> open(const GroupId& group, const DeviceAddress& sender, BytesView message);

  // This device's next message has a new key, which heals what somebody may have copied from it.
  void refresh(const GroupId& group);
  // A device that is no member's any more: nothing new of it is read.
  void drop(const GroupId& group, const DeviceAddress& sender);
  void forget(const GroupId& group);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::crypto
