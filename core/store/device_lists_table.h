// SPDX-License-Identifier: AGPL-3.0-or-later

// The verified device list of each account this device deals with, its own among them (DEVICE-1).
//
//   device_lists   account BLOB(16) PRIMARY KEY, revision INTEGER, account_key BLOB(32): the pinned key, device_list
//                  BLOB: the signed bytes, signature BLOB(64), verified INTEGER 0/1: the user compared the safety
//                  number for this key, newest_revision INTEGER: the highest revision heard of; above revision: fetch
//                  the list again, must_agree INTEGER 0/1: nothing is sent there until the person agrees (IDENTITY-6),
//                  removals INTEGER: 0; 1: the list names removed devices from which something may still come
//                  (DEVICE-10); 2: and did so before this device greeted the server last, settled_revision INTEGER:
//                  from what was removed by this revision, or before, nothing comes any more
//   devices        account BLOB(16), device INTEGER, identity_key BLOB(33), name TEXT; key (account, device): what the
//                  list names
//
// The signature has been checked before a list comes here. An account's row can be there with revision 0 and no key
// when only newest_revision is known.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/store/account_table.h"
#include "core/store/database.h"
#include "wire/removed_devices.h"

namespace kith::core {

struct DeviceRow {
  DeviceId device;
  Bytes identity_key;
  std::string name;
};

struct DeviceListRow {
  AccountId account;
  Revision revision;
  Bytes account_key;
  Bytes device_list;
  Bytes signature;
  bool verified = false;
  Revision newest_revision;            // set() keeps must_agree
  std::vector<DeviceRow> devices;      // ascending by device
  std::vector<RemovedDevice> removed;  // of find(): from which something may still come

  [[nodiscard]] bool known() const { return revision.value != 0; }
  [[nodiscard]] bool stale() const { return newest_revision > revision; }
  // Devices that a message for the list's account must be encrypted for: all of it, without the own device itself.
  [[nodiscard]] std::vector<DeviceId> targets(const Registration& own) const;
  // What a device is known by, its account's key and its own, in one digest: another one is another addressee. Absent
  // when the list does not name the device.
  [[nodiscard]] std::optional<Bytes> keys_of(DeviceId device) const;
};

// Keeps the list that was read last while a transaction lasts: a message asks several times for its sender's or
// addressee's.
class DeviceListsTable : private TransactionCache {
 public:
  // How much later than a removal the server's time of a message of the removed device may be: for clocks that are
  // wrong, as by a time zone or a daylight saving that was not noticed.
  static constexpr uint64_t kClocksDifferUs = uint64_t{24} * 3600 * 1'000'000;

  explicit DeviceListsTable(Database& database) : TransactionCache(database), database_(database) {}

  std::optional<DeviceListRow> find(const AccountId& account);
  // Replaces the list and its devices. newest_revision becomes at least the list's revision.
  void set(const DeviceListRow& list);
  // A revision heard of: AccountChanged or StaleDevices. Never lowers it.
  void note_revision(const AccountId& account, Revision revision);
  void set_verified(const AccountId& account, bool verified);
  bool verified(const AccountId& account);
  // Also of an account whose list is not known yet.
  void set_must_agree(const AccountId& account, bool must_agree);
  bool must_agree(const AccountId& account);
  // A member of the group of whom that is so; absent: there is none.
  std::optional<AccountId> must_agree_in(const GroupId& group);
  // Accounts whose list must be fetched again, at most `limit`.
  std::vector<AccountId> stale(int64_t limit);
  // The identity key that the list names for a device.
  std::optional<Bytes> identity_key(const DeviceAddress& device);
  // The same, also for a removed device from which something may still come.
  std::optional<Bytes> sender_key(const DeviceAddress& device);
  // Whether the list says that a message of this device may have this server time.
  bool may_have_sent(const DeviceAddress& device, UnixMicros server_time);

  // Removed devices. Before a Hello, which brings all that was accepted before it:
  void greets();
  // What was there at the last Hello is taken in: accounts whose removed devices, as they were known then, have
  // nothing under way any more; at most `limit`.
  std::vector<AccountId> quiet(int64_t limit);
  void settle(const AccountId& account);
  bool has_removed();
  void remove(const AccountId& account);

  // Another number whenever something is written here: what was made of lists may be outdated.
  [[nodiscard]] uint64_t version() const { return version_; }

 private:
  struct Read {
    AccountId account;
    std::optional<DeviceListRow> list;
  };
  // find(), by reference until the next call.
  const std::optional<DeviceListRow>& look_up(const AccountId& account);
  std::optional<DeviceListRow> read(const AccountId& account);
  // Of the list that was read last, until the next call. Null: it does not name the device.
  const Bytes* find_key(const DeviceAddress& device);
  const RemovedDevice* find_removed(const DeviceAddress& device);
  void set_removals(const DeviceListRow& list);
  void write_back() override {}
  void forget() override { last_.reset(); }

  Database& database_;
  std::optional<Read> last_;
  uint64_t version_ = 0;
};

}  // namespace kith::core
