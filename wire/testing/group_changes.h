// SPDX-License-Identifier: AGPL-3.0-or-later

// A group as whoever follows it knows it, and changes to it as its members' devices make them, unsigned: for tests of
// all that makes, takes or reads changes.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "wire/group_state.h"

namespace kith::testing {

struct FollowedGroup {
  using Accounts = std::vector<AccountId>;

  // Whose device makes a change; an account's first one unless said otherwise.
  struct Author {
    Author(const AccountId& account, DeviceId device = {1}) : account(account), device(device) {}
    Author(const DeviceAddress& address) : account(address.account), device(address.device) {}
    AccountId account;
    DeviceId device;
  };

  GroupId id;
  std::optional<wire::GroupState> state = std::nullopt;  // absent: it is not made yet
  Bytes last = {};                                       // digest of the last change

  // The next change, without an action.
  [[nodiscard]] wire::GroupChange by(const Author& author) const {
    wire::GroupChange change;
    change.set_group_id(id.bytes());
    change.set_revision(state ? state->revision() + 1 : 1);
    change.set_previous(last);
    change.set_author(author.account.bytes());
    change.set_author_device(author.device.value);
    return change;
  }
  [[nodiscard]] wire::GroupChange creating(const Author& author, const Accounts& members = {}) const {
    wire::GroupChange change = by(author);
    wire::CreateGroup& create = *change.mutable_create();
    create.mutable_permissions()->set_members_send(true);
    for (const AccountId& each : members) create.add_members(each.bytes());
    return change;
  }
  [[nodiscard]] wire::GroupChange adding(const Author& author, const Accounts& accounts) const {
    wire::GroupChange change = by(author);
    change.mutable_add();
    for (const AccountId& each : accounts) change.mutable_add()->add_accounts(each.bytes());
    return change;
  }
  [[nodiscard]] wire::GroupChange removing(const Author& author, const Accounts& accounts) const {
    wire::GroupChange change = by(author);
    change.mutable_remove();
    for (const AccountId& each : accounts) change.mutable_remove()->add_accounts(each.bytes());
    return change;
  }
  [[nodiscard]] wire::GroupChange leaving(const Author& author) const {
    wire::GroupChange change = by(author);
    change.mutable_leave();
    return change;
  }
  [[nodiscard]] wire::GroupChange giving(const Author& author, const AccountId& whom, wire::GroupRole role) const {
    wire::GroupChange change = by(author);
    change.mutable_set_role()->set_account(whom.bytes());
    change.mutable_set_role()->set_role(role);
    return change;
  }
  [[nodiscard]] wire::GroupChange naming(const Author& author, Bytes sealed_info) const {
    wire::GroupChange change = by(author);
    change.mutable_set_info()->set_sealed_info(std::move(sealed_info));
    return change;
  }
  [[nodiscard]] wire::GroupChange permitting(const Author& author, bool send, bool edit_info, bool add) const {
    wire::GroupChange change = by(author);
    wire::GroupPermissions& permissions = *change.mutable_set_permissions()->mutable_permissions();
    permissions.set_members_send(send);
    permissions.set_members_edit_info(edit_info);
    permissions.set_members_add(add);
    return change;
  }
  [[nodiscard]] wire::GroupChange linking(const Author& author, Bytes public_key, bool approval = false,
                                          uint64_t expires_us = 0) const {
    wire::GroupChange change = by(author);
    wire::GroupLink& link = *change.mutable_set_link()->mutable_link();
    link.set_public_key(std::move(public_key));
    link.set_approval(approval);
    link.set_expires_us(expires_us);
    return change;
  }
  [[nodiscard]] wire::GroupChange unlinking(const Author& author) const {
    wire::GroupChange change = by(author);
    change.mutable_set_link();
    return change;
  }
  // Without the link's signature.
  [[nodiscard]] wire::GroupChange joining(const Author& author) const {
    wire::GroupChange change = by(author);
    change.mutable_join();
    return change;
  }
  [[nodiscard]] wire::GroupChange answering(const Author& author, const Accounts& let_in,
                                            const Accounts& turned_away = {}) const {
    wire::GroupChange change = by(author);
    change.mutable_answer();
    for (const AccountId& each : let_in) change.mutable_answer()->add_let_in(each.bytes());
    for (const AccountId& each : turned_away) change.mutable_answer()->add_turned_away(each.bytes());
    return change;
  }

  [[nodiscard]] Accounts members() const {
    Accounts all;
    for (const auto& member : state->members()) all.push_back(*AccountId::from_bytes(member.account_id()));
    return all;
  }
};

}  // namespace kith::testing
