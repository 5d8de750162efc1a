// SPDX-License-Identifier: AGPL-3.0-or-later

// The keys of groups' messages (crypto/groups.h), and to whom this device has handed its own.
//
//   group_chains    group_id BLOB(16), account BLOB(16), device INTEGER: the sender, chain INTEGER: its number for it,
//                   place INTEGER: order in which they were stored first, record BLOB: secret; key all but place and
//                   record
//   group_own       group_id BLOB(16) PRIMARY KEY, chain INTEGER: the present one, ready_for BLOB(32) or x''
//   group_holders   group_id BLOB(16), account BLOB(16), device INTEGER, keys BLOB(32): DeviceListRow::keys_of when it
//                   was handed a key, from_number INTEGER: of this device's messages to the group the first that it can
//                   read (receipt numbers), until_number INTEGER: the first that it can't; null: there is none yet; key
//                   (group_id, account, device, from_number)
//
// Holders outlive the chain: whoever has read a message may ask for it again (IDENTITY-5), under the keys that it had.
//
// Calls: as of GroupKeyStore; the others read anywhere, and write inside the caller's Transaction.
#pragma once

#include "core/store/database.h"
#include "core/store/device_lists_table.h"
#include "crypto/group_key_store.h"

namespace kith::core {

class GroupKeyTables final : public crypto::GroupKeyStore {
 public:
  GroupKeyTables(Database& database, DeviceListsTable& lists) : database_(database), lists_(lists) {}

  std::optional<Bytes> load_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) override;
  bool store_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id, BytesView chain) override;
  void remove_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) override;
  std::vector<uint32_t> chains(const GroupId& group, const DeviceAddress& sender) override;

  std::optional<crypto::OwnChain> load_own(const GroupId& group) override;
  bool store_own(const GroupId& group, const crypto::OwnChain& own) override;
  void remove_own(const GroupId& group) override;

  std::vector<DeviceAddress> holders(const GroupId& group) override;
  bool add_holder(const GroupId& group, const DeviceAddress& holder) override;

  void remove_group(const GroupId& group) override;

  // The keys that the device had when it could read this message of ours to the group; absent: it could not.
  std::optional<Bytes> keys_of_reader(const GroupId& group, const DeviceAddress& device, uint64_t number);
  // Groups of which a device of the account has this device's present key.
  std::vector<GroupId> held_by(const AccountId& account);
  // How many chains there are of groups without state; and of these, from this account.
  int64_t chains_of_unknown();
  int64_t chains_of_unknown(const AccountId& sender);
  // Everything of groups that this account has left before that time of the server's.
  void forget_gone(UnixMicros before);
  // For a new registration: this device's own chains are nobody's any more.
  void reset();

 private:
  // Whether it has this device's present key.
  bool holds(const GroupId& group, const DeviceAddress& device);
  // The number of this device's next message to the group.
  uint64_t next_number(const GroupId& group);

  Database& database_;
  DeviceListsTable& lists_;
};

}  // namespace kith::core
