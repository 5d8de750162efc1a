// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that were opened: recordings that were played (MEDIA-8), and what was to be viewed once (MEDIA-7). Opened here,
// and heard of from those who opened them.
//
// Whoever opens one says so to its sender, of a group too to nobody else there, and to the account's other devices. Of
// what is to be viewed once that is in the transaction that forgets the key: so of two devices of an account that are
// connected the second finds it gone. What a device that is offline does before it hears of it nobody can know. That a
// recording was played is told and believed as the setting for read receipts says.
//
// Order: whatever order message and word of it come in, and however often, the end is the same: what comes before its
//        message waits for it (openings_table.h).
#pragma once

#include "client_api/client_api.pb.h"
#include "core/content_handler.h"
#include "core/store/messages_table.h"
#include "core/store/openings_table.h"

namespace kith::core {

struct Engine;

class Openings final : public ContentHandler {
 public:
  // How long the sealed file stays on the device for whoever reads it now.
  static constexpr uint64_t kReadingMs = 60'000;
  // Of what this account has opened, a device that missed something is told so much again.
  static constexpr int64_t kSaidAgainMax = 64;

  explicit Openings(Engine& engine) : engine_(engine) {}

  // What is to be viewed once: on this device, right now.
  void opened(const MessageRow& message);
  void mark_played(uint32_t request, const client_api::MarkPlayedRequest& what);
  // The message is there now: what was heard of it before counts from now on, as far as it does.
  void came(const MessageRow& message);
  // Nobody waits any more for those who were members.
  void look_at(const GroupId& group);
  // To a device of the account that has missed something.
  void say_again(DeviceId device);
  // By somebody it was sent to, or by another device of the account.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  // That this account has opened it. `told`: its sender as well.
  void say(const MessageRow& message, bool told);
  void hear(const MessageRow& message, const Opening& opening);
  // Shows it; what is to be viewed once is gone when it was opened.
  void changed(const MessageRow& message);

  Engine& engine_;
};

}  // namespace kith::core
