// SPDX-License-Identifier: AGPL-3.0-or-later

// Wrong behaviour on purpose, to prove that the checks can fail. Each is put in at a seam of the simulation (the host
// of a client, its database, the session of a connection, the store behind the server): the code of Kith that runs is
// the one that ships.
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
  // mutated_core.cc: the core forgets what keys a message was encrypted for, and answers whoever asks (IDENTITY-5)
  kAnswerAnyResend,
  kTakeAnyNumber,   // mutated_core.cc: a number belongs to the account that the server named last (IDENTITY-1)
  kTakeAnyOwnList,  // mutated_core.cc: a list of one's own account is taken under any key (IDENTITY-4)
  kDropOwnCopy,     // mutated_core.cc: some copies of what was sent reach no device (COPY-1)
  kSettleEarly,     // server_disk.cc: the groups' log lets go of what was read, before any inbox has it (GROUP-3)
  kSkipRegister,    // mutated_core.cc: some of the registers that another device tells of are not taken (STATE-2)
  kKeepSenderKey,   // mutated_core.cc: who has left a group is not counted among those that have a key (GROUP-6)
  // server_connection.cc: what lists of devices a message to a group is for is not looked at (GROUP-3)
  kAnyListsDigest,
  kTakeStaleChange,  // server.cc: a change of a state that is over is taken, and what came first is gone (GROUP-1)
  // mutated_core.cc: after a break the core takes what it had begun to send of a file for sent (MEDIA-2)
  kKeepUploadOffset,
  // mutated_core.cc: of a message's texts the one that came last is shown, and not the one that was said last (EDIT-1)
  kTakeAnyEdit,
  kKeepDeleted,      // mutated_core.cc: what others have deleted for everybody stays (EDIT-2)
  kHideRemovals,     // mutated_core.cc: that a message is removed the account's other devices are not told (EDIT-3)
  kHideClearing,     // mutated_core.cc: that a conversation is cleared they are not told either (CLEAR-1)
  kTakeAnyReaction,  // mutated_core.cc: the reaction counts that came last, and not the one that was said last (REACT-1)
  kKeepOpened,       // mutated_core.cc: what was to be viewed once, and was, keeps its key (MEDIA-7)
  kHideOpening,      // mutated_core.cc: that it was opened the account's other devices are not told (MEDIA-7)
  kTakeAnyFile,      // device.cc: what a device has fetched is not held against its digest (MEDIA-1)
  // mutated_core.cc: who may see the photo is forgotten: its key is for everybody (PHOTO-4)
  kForgetPhotoScope,
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
    {Mutation::kAnswerAnyResend, "answer-any-resend"},
    {Mutation::kTakeAnyNumber, "take-any-number"},
    {Mutation::kTakeAnyOwnList, "take-any-own-list"},
    {Mutation::kDropOwnCopy, "drop-own-copy"},
    {Mutation::kSkipRegister, "skip-register"},
    {Mutation::kSettleEarly, "settle-early"},
    {Mutation::kKeepSenderKey, "keep-sender-key"},
    {Mutation::kAnyListsDigest, "any-lists-digest"},
    {Mutation::kTakeStaleChange, "take-stale-change"},
    {Mutation::kKeepUploadOffset, "keep-upload-offset"},
    {Mutation::kTakeAnyReaction, "take-any-reaction"},
    {Mutation::kTakeAnyEdit, "take-any-edit"},
    {Mutation::kKeepDeleted, "keep-deleted"},
    {Mutation::kHideRemovals, "hide-removals"},
    {Mutation::kHideClearing, "hide-clearing"},
    {Mutation::kKeepOpened, "keep-opened"},
    {Mutation::kHideOpening, "hide-opening"},
    {Mutation::kTakeAnyFile, "take-any-file"},
    {Mutation::kForgetPhotoScope, "forget-photo-scope"},
};
inline std::optional<Mutation> mutation_of(std::string_view name) {
  for (const MutationName& each : kMutations) {
    if (each.name == name) return each.mutation;
  }
  return std::nullopt;
}

}  // namespace kith::sim
