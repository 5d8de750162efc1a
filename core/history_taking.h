// SPDX-License-Identifier: AGPL-3.0-or-later

// The history of the account on a device that was let in (HISTORY-1 to HISTORY-5; history_giving.h is the other side).
//
//   expect()   with the grant: who will give which history
//   a batch    the next one is stored with its messages and the answer to it, in one transaction (HISTORY-4). One that
//              is here already is answered again; one after a gap is not taken, and the missing ones are asked for
//              after kGapMs
//   nothing    for kQuietMs, doubling to kQuietMaxMs: what should have come is asked for
//   the last   what is here is counted, and that is the answer
//
// Messages become rows in their place, and no news: none is told of one by one, nor given by TakeEvents, and none is
// unread that was not unread there. One that is here already, because a copy came first, stays as it is; but where a
// row stands for it because it could not be decrypted here, it takes that row's place.
//
// Limits: a batch is one envelope; kPartsMax parts and kMessagesMax messages of it are looked at.
#pragma once

#include <optional>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/content_handler.h"
#include "core/history_progress.h"
#include "core/store/history_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class HistoryTaking final : public ContentHandler {
 public:
  static constexpr uint64_t kGapMs = 2000;
  static constexpr uint64_t kQuietMs = 60'000;
  static constexpr uint64_t kQuietMaxMs = 21'600'000;
  static constexpr int kPartsMax = 1024;
  static constexpr int kMessagesMax = 1536;  // kBatchBytes of the shortest are fewer
  static constexpr int64_t kIncompleteMax = 64;

  explicit HistoryTaking(Engine& engine);

  // Of this device, in the place of what was expected before. None: there will be no history.
  void expect(DeviceId giver, const std::optional<HistoryId>& history);
  void load();
  std::optional<client_api::History> progress();

  // A batch; nobody's counts but that of the device that gives.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void take_batch(TakenHistory& row, const content::History& batch);
  // Gives the number of its messages that are here now.
  uint64_t take_part(const content::History::Part& part, int& left);
  void take_head(const AccountId& partner, const content::History::Head& head);
  void count(const Target& peer, const ConversationId& conversation, const content::History::Whole& whole);
  void answer(const TakenHistory& row, bool again);
  void wait(uint64_t milliseconds);

  Engine& engine_;
  uint64_t quiet_ms_ = kQuietMs;
  Timer quiet_;
  HistoryProgress progress_;
};

}  // namespace kith::core
