// SPDX-License-Identifier: AGPL-3.0-or-later

// What became different while an input was worked on, told as events at its end (UI-1).
//
// Order: messages in the order in which they changed, then conversations, people, settings, devices, lists and state:
//        each at most once an input, with what it is at the end.
// Limits: more than kMessagesMax changed messages become one Resync.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "client_api/client_api.pb.h"
#include "core/store/conversation_id.h"
#include "core/store/messages_table.h"

namespace kith::core {

class Output;
class SearchIndex;
struct Store;

class Changes {
 public:
  static constexpr size_t kMessagesMax = 1000;

  // What those above know of what is told.
  struct Above {
    std::function<client_api::State()> state;
    std::function<client_api::Settings()> settings;
    // Adds who types and who is there.
    std::function<void(const ConversationId&, client_api::Conversation&)> describe;
  };

  // Borrows the five.
  Changes(Store& store, Clock& clock, RandomSource& random, Output& output, SearchIndex& search_index, Above above)
      : store_(store),
        clock_(clock),
        random_(random),
        output_(output),
        search_index_(search_index),
        above_(std::move(above)) {}

  // Adds the message to its conversation, as MessagesTable::add does. False: it is there already.
  bool add_message(const MessageRow& message, Comes comes = Comes::kAnew);
  void message_changed(const MessageId& message, const ConversationId& conversation);
  // It is no more. Any message that was noted and is not there at the end is told so.
  void message_removed(const MessageId& message, const ConversationId& conversation);
  // Adds a notice of this kind to the conversation, at its end. `server_now`: Connection::server_now().
  void notice(const ConversationId& conversation, const AccountId& about, MessageKind kind, UnixMicros server_now);
  void conversation(const ConversationId& conversation) { conversations_.insert(conversation); }
  // The conversation with this account, if there is one.
  void partner(const AccountId& account);
  void contacts() { contacts_ = true; }
  void settings() { settings_ = true; }
  void lists() { lists_ = true; }
  // Of the own account.
  void devices() { devices_ = true; }
  // More than can be told one by one: the user interface reads the state again.
  void resync() { resync_ = true; }
  // At once, in order with nothing else.
  void typing(const ConversationId& conversation, const AccountId& who, bool typing);
  void presence(const ConversationId& conversation, const client_api::Presence& presence);
  void media_progress(const MessageRow& message, uint64_t done, uint64_t total);
  void group_progress(const ConversationId& conversation, uint32_t done, uint32_t total);

  // Emits what was noted, and the state when it is not what was told last.
  void flush();
  // The state that need not be told: as it is now.
  void state_is_known();

 private:
  struct Message {
    MessageId id;
    ConversationId conversation;
    bool added = false;
  };
  void note(const MessageId& message, const ConversationId& conversation, bool added);

  Store& store_;
  Clock& clock_;
  RandomSource& random_;
  Output& output_;
  SearchIndex& search_index_;
  Above above_;
  std::vector<Message> messages_;
  std::set<MessageId> noted_;
  std::set<ConversationId> conversations_;
  bool contacts_ = false;
  bool settings_ = false;
  bool devices_ = false;
  bool lists_ = false;
  bool resync_ = false;
  std::string told_state_;
};

}  // namespace kith::core
