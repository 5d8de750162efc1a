// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that are to be viewed once (MEDIA-7): opened here, and heard of from those who opened them.
//
// Whoever opens one says so to its sender and to the account's other devices, in the transaction that forgets the key:
// so of two devices of an account that are connected the second finds it gone. What a device that is offline does
// before it hears of it nobody can know.
#pragma once

#include "core/content_handler.h"
#include "core/store/messages_table.h"

namespace kith::core {

struct Engine;

class ViewOnce final : public ContentHandler {
 public:
  // How long the sealed file stays on the device for whoever reads it now.
  static constexpr uint64_t kReadingMs = 60'000;

  explicit ViewOnce(Engine& engine) : engine_(engine) {}

  // On this device, right now.
  void opened(const MessageRow& message);
  // By somebody it was sent to, or by another device of the account.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void say(const MessageRow& message, const AccountId& to);
  // Whether it was sent to this account, and to nobody else.
  [[nodiscard]] bool is_only_reader(const MessageRow& message, const AccountId& account);

  Engine& engine_;
};

}  // namespace kith::core
