// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations: what the list of chats is made from.
//
//   conversations        id BLOB(16) PRIMARY KEY, kind INTEGER (ConversationKind), peer BLOB(16): the other account;
//                        of a conversation with oneself the own one, of a group's the group, unread INTEGER: incoming
//                        messages not read, draft TEXT, draft_quote BLOB(16) or null: the message that it answers,
//                        made_us INTEGER: server time when it was made, or of the last message that was cleared,
//                        archived INTEGER 0/1, pinned_us INTEGER: when it was pinned; 0: it is not, muted_until_us
//                        INTEGER; 0: it is not muted, marked_unread INTEGER 0/1, read_elsewhere_us INTEGER,
//                        read_elsewhere_id BLOB(16): up to where, in the order of ORDER-1, another device of the
//                        account has said that it was read (COPY-2); 0 and x'': none has, gone INTEGER 0/1: it was
//                        deleted, and nothing was said in it since (CLEAR-2)
//   conversations_peer   index on peer, and whether it is a group: an account or a group has one conversation at most,
//                        and a group whose maker gave it the id of an account has not that account's
//
// unread follows the messages: MessagesTable keeps it in the same transaction.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"
#include "core/store/target.h"

namespace kith::core {

// So many are shown as pinned. More may be, when two devices pinned some without having heard of each other.
inline constexpr size_t kPinnedMax = 3;

enum class ConversationKind : uint8_t { kDirect = 1, kSelf = 2, kGroup = 3 };

struct ConversationRow {
  ConversationId id;
  ConversationKind kind = ConversationKind::kDirect;
  Target peer;
  uint32_t unread = 0;
  std::string draft;
  UnixMicros made;
  std::optional<MessageId> draft_quote = std::nullopt;  // what the draft answers
  bool archived = false;
  UnixMicros pinned = {};  // when it was
  UnixMicros muted_until = {};
  bool marked_unread = false;
  bool gone = false;

  // Whether it is in the list: it is not gone, or somebody writes in it.
  [[nodiscard]] bool is_listed() const { return !gone || !draft.empty(); }
  // The other one, of a conversation with one other.
  [[nodiscard]] std::optional<AccountId> direct_peer() const {
    return kind == ConversationKind::kDirect ? std::optional(peer.account()) : std::nullopt;
  }
  // The group, of a group's.
  [[nodiscard]] std::optional<GroupId> group() const {
    return kind == ConversationKind::kGroup ? std::optional(peer.group()) : std::nullopt;
  }
};

class ConversationsTable {
 public:
  explicit ConversationsTable(Database& database) : database_(database) {}

  // A new conversation, of which there is none with this peer.
  void add(const ConversationRow& row);
  std::optional<ConversationRow> find(const ConversationId& id);
  // The one with this account: oneself, or another.
  std::optional<ConversationId> with(const AccountId& peer) { return with(Target(peer)); }
  // The one of this group.
  std::optional<ConversationId> with(const GroupId& group) { return with(Target(group)); }
  std::optional<ConversationId> with(const Target& peer);
  // ConversationRow::direct_peer(); absent as well when there is no such conversation.
  std::optional<AccountId> direct_peer(const ConversationId& id);
  // Newest activity first: the order time of the newest message, or when it was made. Without those that are gone, but
  // for one with a draft.
  std::vector<ConversationRow> list();
  // False when there is no such conversation.
  bool set_draft(const ConversationId& id, std::string_view text, const std::optional<MessageId>& quote = std::nullopt);
  void set_archived(const ConversationId& id, bool archived);
  void set_pinned(const ConversationId& id, UnixMicros at);
  void set_muted(const ConversationId& id, UnixMicros until);
  void set_marked_unread(const ConversationId& id, bool marked);
  void set_gone(const ConversationId& id, bool gone);
  // What was said in it until then is cleared: without messages it stands in the list where it stood.
  void set_cleared(const ConversationId& id, UnixMicros up_to);
  // Those that are shown as pinned: the newest kPinnedMax that are, on every device the same.
  std::vector<ConversationId> pinned();

 private:
  Database& database_;
};

}  // namespace kith::core
