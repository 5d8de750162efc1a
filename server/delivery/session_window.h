// SPDX-License-Identifier: AGPL-3.0-or-later

// The window of one inbox: which session its device has, and what of the stream has gone to it.
//
//   confirmed             sent            spent
//       |    in flight      |               |
//   ----+-------------------+---------------+--->  positions
//
// Of entries in flight it knows only who sent them, for receipts. What is sent, and from where, the caller says.
//
// Rules
//   INBOX-1  only a confirmation moves the window on, and it takes no more than was sent on this session.
//   INBOX-3  positions go out without a gap: where entries are missing they have expired, and an entry without content
//            says so. What was ever sent is spent: its position names no other entry.
//   INBOX-4  at most the settings' entries and bytes are in flight.
//
// A part of DeviceInbox, without I/O and clock. Borrows the session from attach() to detach(), close() or the next
// attach().
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "server/delivery/queue.h"
#include "server/delivery/session.h"
#include "server/delivery/settings.h"
#include "wire/receipt_run.h"

namespace kith {

class SessionWindow {
 public:
  struct Sent {
    Position position;
    DeviceAddress from;
    wire::ReceiptRun run;  // none: no receipt
    uint32_t bytes = 0;
    bool expired = false;  // it stands for what has
    GroupId group = {};    // to which it was sent; none: to the account
  };

  // ---- the session

  [[nodiscard]] Session* session() const { return session_; }
  // The session, once start() was called; null before.
  [[nodiscard]] Session* started_session() const { return started_ ? session_ : nullptr; }
  // Tells what was begun for a session from what is of the next.
  [[nodiscard]] uint32_t session_number() const { return session_number_; }

  // Makes `session` the one that gets entries, once start() is called; closes an older one with kReplaced. It has
  // everything up to `confirmed`.
  void attach(Session& session, Position confirmed);
  // `backlog_end`: where BacklogEnd comes.
  void start(Position backlog_end);
  // False when `session` is not (no longer) the device's.
  bool detach(const Session& session);
  // Closes the session, if there is one, and forgets it.
  void close(EndReason reason, ShownList list = nullptr);
  // Closes the session, which gets nothing more; it stays the device's until its owner detaches it.
  void break_off(EndReason reason);

  // ---- sending

  [[nodiscard]] Position confirmed() const { return confirmed_; }
  [[nodiscard]] Position sent() const { return sent_; }    // on this session
  [[nodiscard]] Position spent() const { return spent_; }  // ever
  [[nodiscard]] bool is_open(const DeliverySettings& settings) const;
  // Reading the disk is worth it for half a window, not for one entry.
  [[nodiscard]] bool is_half_open(const DeliverySettings& settings) const;
  // How much may be read from the disk now.
  struct Space {
    size_t entries = 0;
    size_t bytes = 0;
  };
  [[nodiscard]] Space space(const DeliverySettings& settings) const;

  // Entries on their way out, in order, as few Deliver calls as there can be. They are borrowed until flush() or the
  // end of the run. The session has started.
  class Run {
   public:
    explicit Run(SessionWindow& window) : window_(window) {}
    ~Run() { flush(); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // What is missing before it has expired, and is said to have.
    void add(const InboxEntry& entry, const DeviceAddress& from, const wire::ReceiptRun& run,
             const GroupId& group = {});
    // Everything up to `position` that is not sent yet has expired: said before the next entry, or at the end.
    void add_expired(Position position) { expired_ = position; }
    // Nothing was added, and nothing has expired.
    [[nodiscard]] bool empty() const { return sent_ == 0 && expired_.value == 0; }
    void flush();
    // Entries that went out, those included that say what has expired.
    [[nodiscard]] size_t sent() const { return sent_; }

   private:
    void deliver();
    void say_expired(Position position);

    static constexpr size_t kRunMax = 64;
    SessionWindow& window_;
    std::array<const InboxEntry*, kRunMax> run_;
    size_t count_ = 0;
    size_t sent_ = 0;
    Position expired_;  // not said yet; zero: none
  };

  // Tells the session that its backlog has ended, once it has. `more`: something waits that was not sent.
  void end_backlog(bool more);

  // ---- confirmations

  // The device has everything up to there, or up to what was sent. `each` gets what was in flight, in order. False when
  // it is nothing new.
  template <class Each>
  bool confirm(Position position, Each each) {
    if (started_session() == nullptr) return false;
    position = std::min(position, sent_);
    if (position <= confirmed_) return false;
    while (!in_flight_.empty() && in_flight_.front().position <= position) {
      each(static_cast<const Sent&>(in_flight_.front()));
      in_flight_bytes_ -= in_flight_.front().bytes;
      in_flight_.pop_front();
    }
    confirmed_ = position;
    return true;
  }
  // Goes back to `after`: what was sent after it is to be sent again. A session that asks for what is confirmed is
  // closed: it connects again. False when there is nothing to do.
  bool redeliver(Position after);

  // Gives memory back that only recent traffic needs.
  void shrink() { in_flight_.release(); }

 private:
  void forget_session();
  // Whether the next entry may be at `next`: if not, those between have expired.
  [[nodiscard]] bool follows(Position next) const { return fresh_ || sent_.may_be_followed_by(next); }
  Sent& count_sent(const InboxEntry& entry, const DeviceAddress& from, const wire::ReceiptRun& run);

  Session* session_ = nullptr;
  Position confirmed_;
  Position sent_;
  Position spent_;
  Position backlog_end_;
  Queue<Sent> in_flight_;
  uint32_t in_flight_bytes_ = 0;  // at most window_bytes and an entry
  uint32_t session_number_ : 28 = 0;
  bool started_ : 1 = false;
  bool fresh_ : 1 = false;  // nothing was sent on this session yet: Welcome has told where it begins
  bool backlog_ended_ : 1 = false;
};

}  // namespace kith
