// SPDX-License-Identifier: AGPL-3.0-or-later

// Which messages come into one inbox: those that are no repetition (SEND-1), and of a stranger those that fit into its
// share (LIMIT-2).
//
// Repetitions: a message is named by its id and its sender: else whoever has learned an id could use it up for somebody
// else. The last kMessagesMax are known; an older repetition is recognized by the receiving device itself. Of what an
// earlier run of the program has stored only the ids are known: such a message may be there.
//
// Shares: how much of the inbox each sender may fill, so that those who fill it keep nobody else out.
//
//   free          of the inbox's bound, what is not held
//   known sender  somebody whom the account has written to (known_peers.h), or named as a contact: all of what is
//                 free; nobody asks here
//   stranger      what it holds may be a quarter of what is free, or the few of kEntriesLeast and kBytesLeast; and all
//                 strangers leave the last quarter of the bound alone
//
// So one stranger gets a fifth of an inbox, three together less than half, and however many there are, three quarters.
// Below an eighth of the bound nobody is counted: an inbox in ordinary use costs nothing here. Counts are estimates:
// what is confirmed is not told here; when more was counted than is held, everybody's count shrinks in proportion. Of
// more than kSendersMax, those who came last share one count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "server/delivery/amount.h"

namespace kith {

class Admission {
 public:
  static constexpr size_t kMessagesMax = 1024;
  static constexpr size_t kSendersMax = 1024;
  static constexpr uint64_t kEntriesLeast = 16;
  static constexpr uint64_t kBytesLeast = 256 * 1024;

  // The server time that the message got when it came in; absent: it is not among the last.
  [[nodiscard]] std::optional<UnixMicros> find(const MessageId& id, const DeviceAddress& from) const;
  [[nodiscard]] bool may_be_stored(const MessageId& id) const;
  // Whether a stranger may add an entry of so many bytes to what is held.
  [[nodiscard]] bool has_share(const AccountId& stranger, uint64_t bytes, const Amount& held,
                               const Amount& bound) const;

  // It has come in, which find() did not know of; `held`: with it.
  void let_in(const MessageId& id, const DeviceAddress& from, UnixMicros server_time, uint64_t bytes,
              const Amount& held, const Amount& bound);
  // It is in the inbox, though it came in before.
  void remember(const MessageId& id, const DeviceAddress& from, UnixMicros server_time);
  // It was taken back.
  void forget(const MessageId& id, const DeviceAddress& from);
  // What an earlier run of the program has stored.
  void set_stored(std::vector<MessageId> ids);

 private:
  struct Item {
    MessageId id;
    uint64_t sender = 0;
    UnixMicros server_time;  // zero: forgotten
  };
  struct Shares {
    std::unordered_map<AccountId, Amount> senders;
    Amount counted;
  };
  static uint64_t sender_of(const DeviceAddress& from);
  [[nodiscard]] size_t find_slot(const MessageId& id, uint64_t sender) const;
  void add(const Item& item);
  void rebuild(size_t slots);
  void count(const AccountId& sender, uint64_t bytes);

  std::vector<Item> items_;  // a ring once it has kMessagesMax
  size_t next_ = 0;          // where the ring goes on
  // Open addressing, linear probing; item index + 1, 0 for empty; a power of two, never full
  std::vector<uint16_t> slots_;
  std::vector<MessageId> stored_;   // sorted
  std::unique_ptr<Shares> shares_;  // absent while there is nothing to share
};

}  // namespace kith
