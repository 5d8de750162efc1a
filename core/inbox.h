// SPDX-License-Identifier: AGPL-3.0-or-later

// The inbox: entries come in order, are decrypted and stored, and only then confirmed (INBOX-2).
//
// Entries wait in a queue, so that one whose sender's device list has to be fetched first holds back those after it and
// the order stays. Such a wait ends in any case: after kFetchesMax attempts the message is taken for undecryptable, and
// asked for again. What is taken in by one input is one transaction with the position; the Confirm leaves after its
// commit. A Confirm for nothing but receipts waits up to kConfirmDelayMs for company.
//
// What the server says of a message counts only where its sender says the same inside the encryption (TICK-1): one that
// comes under another id or receipt number is taken for undecryptable, and asked for again under its own id.
//
// A message to a group waits as well until the group's state is here by which it was sent, and is taken only from who
// was a member then (GROUP-3). Of a group of which nothing is known, or nothing could be read, it is asked for again
// later, when its sender's answer says which group it is for.
//
// Gaps (INBOX-3): the server is asked to deliver again, kRedeliversMax times at most for one gap, then the connection
// is made anew; when even that brings nothing kReconnectsMax times the entries are gone for good, and the client goes
// on behind the gap.
//
// Limits: kQueueMax entries, kQueueBytesMax bytes. What comes beyond is dropped and asked for again when the queue is
// empty.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/content_handler.h"
#include "core/contents.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;

class Inbox {
 public:
  static constexpr size_t kQueueMax = 2048;
  static constexpr size_t kQueueBytesMax = 8 << 20;
  static constexpr uint64_t kConfirmDelayMs = 200;
  static constexpr uint64_t kGapMs = 5000;
  static constexpr uint32_t kRedeliversMax = 3;
  static constexpr uint32_t kReconnectsMax = 3;
  static constexpr uint32_t kFetchesMax = 3;

  explicit Inbox(Engine& engine);

  void on_welcome(Position first_position);
  void on_deliver(wire::Deliver& deliver);
  void on_backlog_end(const wire::BacklogEnd& end);
  void on_connection_gone();

  // Who takes the contents of this kind. KIND_NOT_SET: those of kinds that nobody takes.
  // `in_groups`: also of those that are for a group.
  void set_handler(content::Content::KindCase kind, ContentHandler& handler, bool in_groups);
  struct Handler {
    ContentHandler* part = nullptr;  // null: nobody takes them
    bool in_groups = false;
  };
  [[nodiscard]] Handler handler_of(content::Content::KindCase kind) const;
  // The server died after this device had confirmed the message and before its sender was told: it was sent again, and
  // has a new time, which is the one that the sender goes by. It moves while it is unread, for a day (ORDER-1).
  void ordered_again(const MessageId& id, const DeviceAddress& sender, UnixMicros server_time);

 private:
  enum class Taken { kDone, kHeld };

  bool follows(const wire::Entry& entry) const;
  void ask_again();
  void work();
  Taken take(const wire::Entry& entry);
  // What the server says of a message.
  struct Told {
    MessageId id;
    DeviceAddress sender;
    UnixMicros server_time;
    std::optional<contents::InGroup> group = std::nullopt;
  };
  Taken take_message(const wire::IncomingMessage& message);
  // Under which id its sender knows a message to a group of which nothing else is known; the server's where it can't be
  // read.
  MessageId id_inside(const Told& told, BytesView payload);
  // With its sender's device known.
  void take_message_of(const Told& told, const wire::IncomingMessage& message);
  // Whether the sender's device is in a list that was checked, or was when it sent this (DEVICE-10); if not, sees to
  // it, and `held` says whether to wait.
  bool knows_sender(const DeviceAddress& sender, UnixMicros server_time, bool& held);
  [[nodiscard]] bool is_hidden_from(const AccountId& account);
  // Whether the group's state is here; if not, sees to it, and `held` says whether to wait.
  bool knows_group(const contents::InGroup& group, bool& held);
  // Calls `fetch`, which says when there is an answer, and holds the first entry until then.
  void fetch_first(const std::function<void(std::function<void(bool answered)>)>& fetch);
  void fetched(bool answered);
  // The id that its sender has bound to it; the server's where there is none.
  MessageId take_content(const Told& told, const wire::IncomingMessage& message, const Bytes& bytes);
  void undecryptable(const Told& told, bool can_repair);
  void finish_taking(bool only_receipts);
  void confirm();

  Engine& engine_;
  std::map<content::Content::KindCase, Handler> handlers_;
  std::deque<wire::Entry> queue_;
  size_t queue_bytes_ = 0;
  bool dropped_ = false;  // something was dropped behind the end of the queue
  Position received_;     // of the last entry in the queue, or taken
  Position first_;        // the oldest entry that the inbox still has; 0: nothing to say
  bool in_gap_ = false;
  uint32_t redelivers_ = 0;  // for this gap
  Position gap_after_;       // over reconnects: the gap that does not close
  uint32_t gap_reconnects_ = 0;
  bool skip_gap_ = false;
  bool holding_ = false;         // a fetch for the first entry is under way, or will be tried again
  uint64_t hold_ = 0;            // number of that fetch
  bool list_failed_ = false;     // for the first entry: go on without
  bool group_failed_ = false;    // the same
  bool fetch_answered_ = false;  // then: the server has answered, and its answer does not name the sender's device
  bool fetches_group_ = false;   // what is under way is a group
  uint32_t fetches_ = 0;
  bool end_known_ = false;  // BacklogEnd has come
  Position end_;
  bool working_ = false;
  bool withhold_ = false;           // the entry that is being taken in makes no receipt (TICK-1)
  uint64_t number_ = 0;             // of that entry, by the server's word or its sender's; 0: it would make none
  std::vector<uint64_t> withheld_;  // positions that the next Confirm names
  Position confirm_told_;
  Timer confirm_timer_;
  Timer gap_timer_;
  Timer fetch_timer_;
};

}  // namespace kith::core
