// SPDX-License-Identifier: AGPL-3.0-or-later

// Wrong behaviour on purpose, to prove that the checks can fail. Each is put in at a seam of the simulation (the host
// of a client, the session of a connection, the store behind the server): the code of Kith that runs is the one that
// ships.
#pragma once

#include <optional>
#include <string_view>

namespace kith::sim {

enum class Mutation {
  kNone,
  // Device.cc: the host confirms entries when they arrive, before the core has them (INBOX-2)
  kConfirmBeforeCommit,
  kAcknowledgeBeforeSync,     // server_disk.cc: the inbox store answers a write before the sync (SEND-2)
  kDeleteBeforeConfirmation,  // server_connection.cc: what is sent to a device counts as confirmed (INBOX-1)
  kForgetDedupe,              // server_connection.cc: a repeated send is taken for a new one (SEND-1)
  kDropRatchetSave,           // device.cc: the database lets go of some writes of a session's state (INBOX-2)
  kReceiptsOverGaps,          // server_connection.cc: a receipt counts for everything before it, too (TICK-1)
};

struct MutationName {
  Mutation mutation;
  std::string_view name;
};
inline constexpr MutationName kMutations[] = {
    {Mutation::kConfirmBeforeCommit, "confirm-before-commit"},
    {Mutation::kAcknowledgeBeforeSync, "acknowledge-before-sync"},
    {Mutation::kDeleteBeforeConfirmation, "delete-before-confirmation"},
    {Mutation::kForgetDedupe, "forget-dedupe"},
    {Mutation::kDropRatchetSave, "drop-ratchet-save"},
    {Mutation::kReceiptsOverGaps, "receipts-over-gaps"},
};
inline std::optional<Mutation> mutation_of(std::string_view name) {
  for (const MutationName& each : kMutations) {
    if (each.name == name) return each.mutation;
  }
  return std::nullopt;
}

}  // namespace kith::sim
