// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts, their devices and what proves them (C1). Everything here changes seldom; the hot path reads a copy that the
// loop which owns the account keeps (server/delivery/account.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/handle.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct DeviceRecord {
  DeviceId id;
  Bytes token_hash;     // BLAKE2b-256 of the token's secret
  bool active = false;  // named by the current device list; a device that is not active can only publish its keys
  UnixMicros created_at;
  bool linked = false;       // came by link_device()
  UnixMicros added_at = {};  // when a list first named it; zero before
};

struct AccountRecord {
  AccountId id;
  std::vector<Handle> handles;       // the first is what others are told (HANDLE-2); none: others can't find it
  std::string pin_hash;              // Argon2id, libsodium's text form; empty: no PIN
  UnixMicros pin_tries_forgiven_at;  // when no wrong PIN counts any more
  Revision device_list_revision;     // zero: never published
  Bytes device_list;                 // serialized wire.DeviceList, as signed
  Bytes device_list_signature;
  DeviceId last_device;               // the highest id that a device of this account has had
  std::vector<DeviceRecord> devices;  // ascending id; ended ones are gone
};

// A registration code on its way.
struct PendingCode {
  Bytes code_hash;  // BLAKE2b-256 of handle and code
  UnixMicros expires_at;
  uint32_t attempts = 0;  // tries that were not taken back
  Bytes used_by;          // BLAKE2b-256 of the id of the request that it has let in; empty: none yet
};

// So many guesses of a secret, as time that is used up: a try takes share_us of window_us, and with the time it is
// forgiven.
struct TryBudget {
  uint64_t share_us = 0;
  uint64_t window_us = 0;
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // Errors of all: kUnavailable, kFull for those that write; others as said. Every write is durable when it completes.

  // The server that these accounts are of (IDENTITY-7): the first that was ever proposed, kept as long as they are.
  virtual Task<Result<ServerId, StoreError>> server_id(ServerId proposed) = 0;

  virtual Task<Result<AccountRecord, StoreError>> load(AccountId account) = 0;        // kNotFound
  virtual Task<Result<AccountRecord, StoreError>> find_by_handle(Handle handle) = 0;  // kNotFound
  // The accounts with an active device among these handles, in any order.
  struct HandleAccount {
    Handle handle;
    AccountId account;
  };
  virtual Task<Result<std::vector<HandleAccount>, StoreError>> find_handles(std::vector<Handle> handles) = 0;

  // Those of the accounts that have an active device, in the order in which they are named: asked once for all members
  // that come into a group.
  virtual Task<Result<std::vector<AccountId>, StoreError>> find_active(std::vector<AccountId> accounts) = 0;

  // The revisions of their device lists, in the order in which they are named; who is not there is left out. Asked once
  // for all members of a group, of which there may be kGroupMembersMax.
  struct ListRevision {
    AccountId account;
    Revision revision;
    friend bool operator==(const ListRevision&, const ListRevision&) = default;
  };
  virtual Task<Result<std::vector<ListRevision>, StoreError>> list_revisions(std::vector<AccountId> accounts) = 0;

  // Nothing calls these two yet: the requests by which a person adds, orders and gives up handles will (decision 0018).
  //
  // Gives the account a further handle, or one that it has another place. Errors: kNotFound; kConflict when it is
  // another account's, or this one has kHandlesMax.
  enum class Place { kFirst, kLast };
  virtual Task<Result<AccountRecord, StoreError>> add_handle(AccountId account, Handle handle, Place place) = 0;
  // Takes a handle from the account: it is nobody's then. kNotFound: no such account; that it has not got it is no
  // error.
  virtual Task<Result<AccountRecord, StoreError>> remove_handle(AccountId account, Handle handle) = 0;

  // The handle's account, made with `new_account` as its id and this as its only handle if there is none, and in it a
  // new inactive device with an id never used before in the account. An earlier inactive one that came by this call is
  // removed. Answers the account as it is afterwards; the new device is its last.
  //
  // Beside remove_handle() of that handle it is as if either came first, so a device may come into the account that is
  // losing it; and the account need not be the one that find_by_handle() answered: compare what was asked of that one.
  virtual Task<Result<AccountRecord, StoreError>> add_device(Handle handle, AccountId new_account, Bytes token_hash,
                                                             UnixMicros now) = 0;

  // Makes a new inactive device in an account that has active ones, which goes on as add_device() says: one that is let
  // in by another device. An earlier inactive one that came by this call is removed. kNotFound: no such account;
  // kConflict: kDevicesMax are active.
  virtual Task<Result<AccountRecord, StoreError>> link_device(AccountId account, Bytes token_hash, UnixMicros now) = 0;

  // Makes a device list current: the devices it names become active, all others end, with their keys.
  // Errors: kConflict unless `revision` is the one after the current; kNotFound when a named device does not exist. The
  // very list that is current already is no error: an answer to it was lost.
  struct DeviceList {
    Revision revision;
    Bytes device_list;
    Bytes signature;
    std::vector<DeviceId> devices;
    UnixMicros now = {};  // added_at of those that become active
  };
  virtual Task<Result<AccountRecord, StoreError>> set_device_list(AccountId account, DeviceList list) = 0;

  // "" removes the PIN. kNotFound.
  virtual Task<Result<void, StoreError>> set_pin_hash(AccountId account, std::string pin_hash) = 0;
  // Counts a try of the PIN before it is made, whoever else counts one: not beyond the budget. kNotFound.
  struct Try {
    bool taken = false;
    uint64_t wait_us = 0;  // when not taken: until it can be
  };
  virtual Task<Result<Try, StoreError>> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) = 0;
  // Takes a counted try back: it was right, or was not made. kNotFound.
  virtual Task<Result<void, StoreError>> return_pin_try(AccountId account, TryBudget budget) = 0;

  // Registration codes: one a handle, the newest. One lets a single request in, as often as that is made (DEVICE-7).
  virtual Task<Result<void, StoreError>> put_code(Handle handle, PendingCode code) = 0;
  // Counts a try of the handle's code before it is made, whoever else counts one; answers the code with it.
  // Errors: kNotFound when there is none, it has expired or another request has used it; kConflict when attempts_max
  // tries were made.
  virtual Task<Result<PendingCode, StoreError>> try_code(Handle handle, Bytes request, UnixMicros now,
                                                         uint32_t attempts_max) = 0;
  // Takes a counted try of this very code back: it was right. No such code is no error.
  virtual Task<Result<void, StoreError>> return_code_attempt(Handle handle, Bytes code_hash) = 0;
  // Makes this very code the request's, as it may be already. kNotFound when there is none, or it is another's.
  virtual Task<Result<void, StoreError>> use_code(Handle handle, Bytes code_hash, Bytes request) = 0;
  // Removes the handle's code if it was used. None is no error.
  virtual Task<Result<void, StoreError>> remove_used_code(Handle handle) = 0;
};

}  // namespace kith
