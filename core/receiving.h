// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that come: each becomes a row of its conversation, which is opened by the first one; a group's is there as
// soon as the group is known. An answer to a request to send again takes the place of the row that stands for what
// could not be decrypted. Contents of a kind that this version does not know are kept as they are and shown as such; a
// later version that knows their kind takes them then.
#pragma once

#include "core/content_handler.h"
#include "core/store/messages_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class Receiving final : public ContentHandler {
 public:
  static constexpr uint64_t kKeptQuietMs = 1'000;
  static constexpr int64_t kKeptAtOnce = 32;

  explicit Receiving(Engine& engine);

  [[nodiscard]] bool take(const IncomingContent& incoming) override;

  // This version knows so many kinds of content. When they have become more, contents of the new kinds that a former
  // version has kept are taken after kKeptQuietMs, kKeptAtOnce at a time: those that are shown become messages in their
  // place, unread and news, for nobody has seen them; others go to their part, and leave. What can't be taken stays.
  void take_kept(int64_t kinds);

 private:
  // False: it is there already.
  bool add(const MessageRow& row, const AccountId& partner, Comes comes);
  // The message is there now. `fetch`: its file may be fetched at once.
  void came(const MessageRow& row, bool fetch = true);
  // From another device of this account (COPY-1).
  [[nodiscard]] bool take_copy(const IncomingContent& incoming);
  // `asked`: it answers for a message that this device has asked for.
  [[nodiscard]] bool take_in_group(const IncomingContent& incoming, bool asked);
  // Of an answer to a request. False: there is nothing that it is about.
  bool repair(const IncomingContent& incoming, bool asked, MessageRow& row);
  void take_some_kept();
  void take_kept_message(const MessageRow& kept);

  Engine& engine_;
  int64_t kinds_ = 0;
  int64_t kept_until_ = 0;  // what this run of the program has looked at
  Timer kept_timer_;
};

}  // namespace kith::core
