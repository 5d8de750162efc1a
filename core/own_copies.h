// SPDX-License-Identifier: AGPL-3.0-or-later

// What this account's other devices are told, so that all of them show the same: copies of what was sent here (COPY-1),
// how far conversations were read (COPY-2), and a device that has joined, what was sent lately (COPY-3). It goes by the
// outbox, as a message to the own account.
//
// A copy is made when the server has taken the original, and says its time and receipt number: so the place in the
// conversation and the ticks are the same everywhere. Nothing is made while the account has no other device. Where a
// damaged database has lost the account's list there may be some: what is for them waits in the outbox, which fetches
// the list before it sends.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/content_handler.h"
#include "core/contents.h"
#include "core/store/conversation_id.h"
#include "core/store/target.h"

namespace kith::core {

struct Engine;

class OwnCopies final : public ContentHandler {
 public:
  static constexpr size_t kSaidAgainMax = 64;  // conversations, newest first
  static constexpr size_t kToldMax = 256;      // the same
  static constexpr size_t kTellingBytesMax = 48 * 1024;

  explicit OwnCopies(Engine& engine) : engine_(engine) {}

  // The own list is another one, or was not looked at yet.
  void look_at_list();
  // Whether the account's list is here.
  [[nodiscard]] bool knows_list() const { return others_.has_value(); }
  // Whether it is another device of the account's.
  [[nodiscard]] bool is_other(DeviceId device) const;
  [[nodiscard]] bool may_have_others() const { return !others_ || !others_->empty(); }

  // A message of this device's was taken by the server.
  void on_accepted(const MessageId& id, const Target& target, UnixMicros server_time);
  // Something of the conversation was read here.
  void was_read(const ConversationId& conversation);
  // How far the newest conversations were read, and to this device what was sent, once more.
  void say_again(DeviceId device);
  // What was read, or sent, on another device of the account; nobody else's counts.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void tell_sent(DeviceId device);
  void take_read(const content::OwnRead& read);
  void take_sent(DeviceId device, const content::OwnSent& sent);
  void put(std::vector<contents::ReadMark> marks);

  // Everything that it can't know.
  void tell(DeviceId device);

  Engine& engine_;
  std::optional<std::vector<DeviceId>> others_;  // absent while the list is not here
};

}  // namespace kith::core
