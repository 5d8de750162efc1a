// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom an item of the outbox is for.
#pragma once

#include "base/ids.h"

namespace kith::core {

enum class TargetKind : uint8_t { kAccount = 1, kGroup = 2 };

struct Target {
  TargetKind kind = TargetKind::kAccount;
  Id128<struct TargetTag> id;

  Target() = default;
  // Every device of an account but this one. Implicit: an account is a target.
  Target(const AccountId& account) : id{account.value} {}  // NOLINT(google-explicit-constructor)
  // Every device of every member of a group but this one.
  explicit Target(const GroupId& group) : kind(TargetKind::kGroup), id{group.value} {}
  [[nodiscard]] bool is_group() const { return kind == TargetKind::kGroup; }
  // kGroup only.
  [[nodiscard]] GroupId group() const { return GroupId{id.value}; }
  // kAccount only.
  [[nodiscard]] AccountId account() const { return AccountId{id.value}; }
  friend auto operator<=>(const Target&, const Target&) = default;
};

}  // namespace kith::core
