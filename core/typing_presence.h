// SPDX-License-Identifier: AGPL-3.0-or-later

// What is never stored (EPHEMERAL-1): who is typing, who is there.
//
// Typing: sent at most once in kRepeatMs while it goes on, and its end when the user interface stops saying so for
// kStopMs. A notice of a peer expires after kExpireMs or with a message. Presence: of the conversations watched, asked
// for anew on each connection; without one nobody is said to be online.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "client_api/client_api.pb.h"
#include "core/store/conversation_id.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;

class TypingPresence {
 public:
  static constexpr uint64_t kRepeatMs = 3000;
  static constexpr uint64_t kStopMs = 6000;
  static constexpr uint64_t kExpireMs = 8000;
  static constexpr size_t kWatchedMax = 1000;

  explicit TypingPresence(Engine& engine) : engine_(engine) {}

  void set_typing(uint32_t request, const client_api::SetTypingRequest& what);
  void watch(uint32_t request, const client_api::WatchPresenceRequest& what);
  void set_watched(std::vector<ConversationId> watched);
  [[nodiscard]] const std::vector<ConversationId>& watched() const { return watched_; }

  void on_typing(const wire::TypingNotice& notice);
  void on_presence(const wire::PresenceNotice& notice);
  void on_connection_ready() { subscribe(); }
  void on_connection_gone();
  // A message of this account came: it is not typing any more.
  void message_came(const AccountId& from);
  // A message to it leaves: the typing here is over, and the peer knows by the message.
  void message_sent(const ConversationId& conversation) { typing_to_.erase(conversation); }

  // Adds what is known here.
  void describe(const ConversationId& id, client_api::Conversation& conversation) const;

 private:
  struct TypingTo {
    explicit TypingTo(Timers& timers) : stop(timers) {}
    uint64_t sent_at_ms = 0;
    Timer stop;
  };
  void send_typing(const ConversationId& conversation, bool active);
  void stop_typing(const ConversationId& conversation);
  void subscribe();
  void set_presence(const ConversationId& conversation, const client_api::Presence& presence);

  Engine& engine_;
  std::vector<ConversationId> watched_;
  std::map<ConversationId, client_api::Presence> presence_;
  std::map<ConversationId, std::unique_ptr<TypingTo>> typing_to_;
  std::map<std::pair<ConversationId, AccountId>, std::unique_ptr<Timer>> typing_from_;  // until when
};

}  // namespace kith::core
