// SPDX-License-Identifier: AGPL-3.0-or-later

// One side's view of the mailbox in which two devices link (LINK-2): writing a slot, and waiting for one.
//
// What is in it is the server's word, or anybody's who knows the link's id: whoever reads checks it (crypto/linking.h).
// Neither lasts: when the client starts anew the link is over, and the person begins another one.
//
// Calls: one at a time, of write() and wait(): the next one from the function that the last one was given, or later.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class LinkMailbox {
 public:
  static constexpr uint64_t kLifeMs = uint64_t{kLinkLifeSeconds} * 1000;
  static constexpr uint64_t kPollMs = 1000;
  static constexpr uint64_t kWriteMs = 60'000;

  using Lost = std::function<void(const CallFailure&)>;
  using Written = std::function<void()>;
  using Read = std::function<void(const Bytes&)>;

  explicit LinkMailbox(Engine& engine);

  // From now on it is this mailbox, until close(). `lost` runs once, when it can't be gone on with.
  void open(std::string server, BytesView id, Lost lost);
  // Tries again while there is no answer, or one that says to come again. Lost when that lasts for kWriteMs, with what
  // was said last, or kOffline; with kNoSuchLink when somebody else has written the slot.
  void write(uint32_t slot, Bytes payload, Written written);
  // Lost with kNoSuchLink when it is not there within this time.
  void wait(uint32_t slot, uint64_t within_ms, Read read);
  // Nothing runs any more. `end`: nobody needs it any more, so the server may forget it.
  void close(bool end);
  [[nodiscard]] bool is_open() const { return !path_.empty(); }

 private:
  void post();
  void poll();
  void on_slots(const HttpReply& reply);
  void lose(CallFailure failure);
  // Drops what was called for a mailbox before this one.
  HttpCalls::Done of_this(void (LinkMailbox::*take)(const HttpReply&));
  void on_written(const HttpReply& reply);

  Engine& engine_;
  std::string server_;
  std::string path_;
  uint64_t generation_ = 0;
  Lost lost_;

  wire::LinkMessage writing_;
  Written written_;
  CallFailure late_;  // why it was not written yet
  uint32_t waiting_for_ = 0;
  Read read_;
  Timer again_;  // writing
  Timer poll_;
  Timer deadline_;  // of either
};

}  // namespace kith::core
