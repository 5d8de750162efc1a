// SPDX-License-Identifier: AGPL-3.0-or-later

// How far the history of the account has come from this device to those that it let in, and to this one from the
// device that let it in (HISTORY-1).
//
//   history_given           device INTEGER PRIMARY KEY: that gets it, history BLOB(16): HistoryId, since_us INTEGER:
//                           nothing older is given, promised_us INTEGER: this device's clock, stage INTEGER
//                           (HistoryStage), number INTEGER: of the last batch that was made, taken INTEGER: of the last
//                           one that the device says it has, last INTEGER: of the one that ends it; 0: none yet, total
//                           INTEGER: messages in all, as counted at the beginning, and with the last batch as given,
//                           held INTEGER: messages, by the device's word, restarts INTEGER
//   history_conversations   of one that is under way: device INTEGER, place INTEGER: from 1, newest activity first; key
//                           (device, place); conversation BLOB(16), begun INTEGER 0/1, done INTEGER: the batch in which
//                           it ended; 0: it did not, repeats INTEGER: how often it was given again, given INTEGER:
//                           messages, newest_us and oldest_us INTEGER, newest_id and oldest_id BLOB(16) or null: of
//                           those that were given; the oldest is where it goes on
//   history_conversations_open   index (device, begun, place) of those that are not done
//   history_batches         sequence INTEGER PRIMARY KEY, device INTEGER, number INTEGER: unique together; content
//                           BLOB: a content.Content that the device does not have yet, to be sent again
//   history_taken           id INTEGER PRIMARY KEY: 1, giver INTEGER: the device that gives, history BLOB(16), stage
//                           INTEGER (kPromised, kGiving or kComplete), number INTEGER: of the last batch that is here,
//                           total INTEGER, held INTEGER: messages
//   history_counts          account BLOB(16) PRIMARY KEY: the partner, or the group, of a conversation that has come
//                           whole, given INTEGER: messages, held INTEGER: those that are here
//
// What can be given, and is counted on both sides: messages that were decrypted, those of the own account once the
// server has taken them, no changes of groups, which the log of the group has, and none for which no batch has room
// (kRawBytesMax).
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/store/conversation_id.h"
#include "core/store/database.h"
#include "core/store/messages_table.h"
#include "core/store/target.h"

namespace kith::core {

using HistoryId = Id128<struct HistoryTag>;

enum class HistoryStage : uint8_t {
  kPromised = 1,  // the device is not in the account's list yet, or nothing was given
  kGiving = 2,
  kComplete = 3,  // both have counted
};

struct GivenHistory {
  DeviceId device;
  HistoryId history;
  UnixMicros since;
  UnixMicros promised;
  HistoryStage stage = HistoryStage::kPromised;
  uint64_t number = 0;
  uint64_t taken = 0;
  uint64_t last = 0;
  uint64_t total = 0;
  uint64_t held = 0;
  uint32_t restarts = 0;
};

struct GivenConversation {
  int64_t place = 0;
  ConversationId conversation;
  bool begun = false;
  uint64_t done = 0;
  uint32_t repeats = 0;
  uint64_t given = 0;
  std::optional<MessageCursor> newest;
  std::optional<MessageCursor> oldest;
};

class GivenHistoryTable {
 public:
  // A Content of a kind that is not known here (MessageRow::raw) is given up to this; a text always.
  static constexpr size_t kRawBytesMax = 66'000;

  explicit GivenHistoryTable(Database& database) : database_(database) {}

  std::vector<GivenHistory> list();
  std::optional<GivenHistory> find(DeviceId device);
  // Instead of what is known of the device.
  void set(const GivenHistory& row);
  // With all that belongs to it.
  void remove(DeviceId device);

  // Takes down which conversations there are to be given, instead of what is known of them: those with a message that
  // can be given, from this time or later, without those (whose partner is not known to the server yet) that nobody
  // else can have. Gives the number of these messages.
  uint64_t take_stock(DeviceId device, UnixMicros since);
  // The first one that was not begun; without one the first that is not done.
  std::optional<GivenConversation> next(DeviceId device);
  std::optional<GivenConversation> find(DeviceId device, const ConversationId& conversation);
  void update(DeviceId device, const GivenConversation& row);
  // Messages that were given of all of them.
  uint64_t given(DeviceId device);
  void remove_conversations(DeviceId device);

  // Messages of the conversation that can be given, older than the cursor (all without one), from this time on, the
  // newest first, while `take` says true. True when there are no more.
  bool each_older(const ConversationId& conversation, const std::optional<MessageCursor>& cursor, UnixMicros since,
                  const std::function<bool(const MessageRow&, bool unread)>& take);

  void add_batch(DeviceId device, uint64_t number, BytesView content);
  // Those up to this number are there.
  void remove_batches(DeviceId device, uint64_t up_to);
  struct Batch {
    uint64_t number = 0;
    Bytes content;
  };
  std::vector<Batch> batches(DeviceId device, int64_t limit);

 private:
  Database& database_;
};

struct TakenHistory {
  DeviceId giver;
  HistoryId history;
  HistoryStage stage = HistoryStage::kPromised;
  uint64_t number = 0;
  uint64_t total = 0;
  uint64_t held = 0;
};

class TakenHistoryTable {
 public:
  explicit TakenHistoryTable(Database& database) : database_(database) {}

  std::optional<TakenHistory> find();
  void set(const TakenHistory& row);
  void remove();

  // Of the conversation with this account, or of this group, so many messages were given, between these two: counts how
  // many of those that can be given are here, at most `given`, and notes both.
  void count(const Target& peer, const ConversationId& conversation, uint64_t given, const MessageCursor& newest,
             const MessageCursor& oldest);
  // Partners, or groups, of conversations of which fewer are here than were given, at most `limit`.
  std::vector<AccountId> incomplete(int64_t limit);
  // Of all conversations that were counted.
  uint64_t held();
  void remove_counts();

 private:
  Database& database_;
};

}  // namespace kith::core
