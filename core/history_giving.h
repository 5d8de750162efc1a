// SPDX-License-Identifier: AGPL-3.0-or-later

// The history of the account for a device that was let in here (HISTORY-1 to HISTORY-5), in batches of up to
// kBatchBytes, each a message to that device alone.
//
//   promise()       with the grant: which history it will get, and how old
//   the device is in the own list, and this one has caught up: stock is taken of the conversations
//   batches         first kFirstOfEach messages of each conversation, newest activity first; then the rest of each
//                   (HISTORY-2)
//   HistoryTaken    up to which batch the device has them; those are forgotten, and further ones are made
//   all taken       the last batch, which says how many there were; its answer says how many are there
//
// At most kAheadMax batches are on their way without an answer (HISTORY-4): so a device that is away costs the server
// no more than those and what is sent again. They are kept, and sent again when the device asks for it, when it could
// not read one, and the first of them when nothing was heard for kSilentMs, doubling to kSilentMaxMs. A conversation of
// which the device has fewer than were given is given again, kRepeatsMax times. A device that has lost what it had gets
// all anew, kRestartsMax times.
//
// Survives: a crash at any moment; messages and conversations that go meanwhile; the device's end.
#pragma once

#include <optional>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/content_handler.h"
#include "core/history_progress.h"
#include "core/store/conversations_table.h"
#include "core/store/history_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class HistoryGiving final : public ContentHandler {
 public:
  static constexpr size_t kBatchBytes = 60 * 1024;
  static constexpr uint64_t kAheadMax = 8;
  static constexpr size_t kFirstOfEach = 40;
  static constexpr uint32_t kRepeatsMax = 3;
  static constexpr uint32_t kRestartsMax = 10;
  static constexpr uint64_t kYearUs = uint64_t{365} * 24 * 3600 * 1'000'000;
  // What came in just before the device did is taken in first.
  static constexpr uint64_t kFirstMs = 300;
  static constexpr uint64_t kSilentMs = 600'000;
  static constexpr uint64_t kSilentMaxMs = 86'400'000;
  // A device that was let in and is in no list by then did not come.
  static constexpr uint64_t kPromiseUs = uint64_t{3600} * 1'000'000;

  explicit HistoryGiving(Engine& engine);

  // The device is being let in. Absent: it gets none.
  std::optional<HistoryId> promise(DeviceId device, client_api::HistoryScope scope);
  void load();
  // The own list was taken; it may be the same again.
  void look_at_list();
  // There is a connection again.
  void look_again() { look_ = true; }
  // One of its batches may be what the device could not read.
  void missed(DeviceId device);
  // Makes the batches that may leave.
  void pump();
  std::optional<client_api::History> progress(DeviceId device);

  // How far the device is; nobody else's counts.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void give(GivenHistory& row);
  // False: it can't leave now.
  bool make_batch(GivenHistory& row);
  void fill(content::History& batch, const GivenHistory& row);
  // False: the batch is full.
  bool add_part(content::History& batch, size_t& bytes, const GivenHistory& row, GivenConversation conversation);
  [[nodiscard]] content::History::Head head_of(const ConversationRow& conversation);
  void put(DeviceId device, const Bytes& content);
  void send_again(DeviceId device, int64_t count);
  void give_again(const GivenHistory& row, const content::HistoryTaken& taken);
  void restart(GivenHistory& row, uint64_t number);
  void on_silence();

  Engine& engine_;
  bool look_ = true;
  uint64_t silent_ms_ = kSilentMs;
  Timer first_;
  Timer silence_;
  HistoryProgress progress_;
};

}  // namespace kith::core
