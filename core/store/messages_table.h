// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages, and their full-text index.
//
//   messages   sequence INTEGER PRIMARY KEY AUTOINCREMENT: the order in which this device stored them, never used again
//              id BLOB(16) UNIQUE, conversation BLOB(16), from_account BLOB(16), from_device INTEGER, outgoing INTEGER
//              0/1, kind INTEGER (MessageKind), text TEXT, quote_message BLOB(16) or null, quote_author BLOB(16),
//              quote_excerpt TEXT, sent_at INTEGER: sender's clock, order_us INTEGER: server time, or this device's
//              while unsent; both microseconds tick INTEGER (Tick), failure INTEGER (FailureReason), raw BLOB: the
//              Content of kUnsupported, for a version that knows its kind (unsupported); of a kText its mentions and
//              the group of what it quotes, a serialized content.Text without what has columns; of a kGroupEvent the
//              wire.GroupChange, with what it is called then in text when that has changed, and "?" of a JoinGroup that
//              only asks to be let in; of a kMedia the content.Media, without what has columns, its caption being in
//              text; unread INTEGER 0/1: incoming and not read yet, receipt_number INTEGER: of an
//              incoming message, under which its text came from from_device; 0: its sender wants no receipt, or it has
//              no text, came_us INTEGER: of an incoming message or a notice, this device's clock when what it shows
//              came; 0: it came with the history, or is outgoing, group_revision INTEGER: of a message to a group, the
//              state that it was encrypted for; 0: it was not yet, file BLOB(16) or null: of a kMedia, among the
//              device's files (files_table.h), edited_us INTEGER: when its sender said the text that it has, by their
//              clock; 0: it is as it was sent, starred INTEGER 0/1
//   indices    messages_order (conversation, order_us, id): pages
//              messages_unread (conversation, order_us) of the unread
//              messages_unsupported (kind) of kUnsupported
//              messages_file (file), messages_media (conversation, order_us, id) of those that have one
//              messages_starred (order_us, id) of those that are
//              messages_quote (quote_message) of those that quote one
//   messages_fts   FTS5 over text, tokenized by search_words.h, rows alone; content in messages. It has those up to
//                  progress.indexed_sequence (index), of which triggers keep it in step with changes and deletions
//
// ORDER-1: in a conversation messages are ordered by (order_us, id). Of one that came, order_us changes only while it
//          is unread, and for kReorderedWithinUs.
// SEND-1:  a message that is there already is not added again, nor is one that this account has removed.
// CLEAR-1: nor is one that the account had when it cleared the conversation.
// TICK-1:  ticks follow what SentTable knows of the message, also when a receipt came before its own acknowledgement.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"
#include "core/store/sent_table.h"

namespace kith::core {

struct SearchWords;

// What the body is: client_api.Message.body.
// Whether the account may have had it before: what is written elsewhere, an answer, the history, a notice of what was.
enum class Comes : uint8_t { kAnew = 0, kAgain = 1 };

enum class MessageKind : uint8_t {
  kText = 1,
  kIdentityChanged = 2,
  kUndecryptable = 3,
  kUnsupported = 4,
  kHandleMoved = 5,
  kGroupEvent = 6,
  kMedia = 7,
  kDeleted = 8,  // for everybody; raw: by which account
};
// Numbers as in client_api.Message.Tick.
enum class Tick : uint8_t { kNone = 0, kPending = 1, kSent = 2, kDelivered = 3, kRead = 4, kFailed = 5 };
// Numbers as in client_api.FailureReason, which has their meaning.
enum class FailureReason : uint8_t {
  kNone = 0,
  kAccountGone = 1,
  kNoAccount = 2,
  kMessageTooLarge = 3,
  kRefused = 4,
  kDatabaseDamaged = 5,
  kNotInGroup = 6,
  kOnlyAdminsSend = 7,
  kFileTooLarge = 8,
  kQuotaExceeded = 9,
  kFileMissing = 10,
  kCancelled = 11,
};

struct QuoteRow {
  MessageId message;
  AccountId author;
  std::string excerpt;
};

// The tick that says this of a message.
Tick tick_of(SentState state);

struct MessageRow {
  MessageId id;
  ConversationId conversation;
  AccountId from;
  DeviceId from_device;
  bool outgoing = false;
  MessageKind kind = MessageKind::kText;
  std::string text;
  std::optional<QuoteRow> quote;
  UnixMicros sent_at;
  UnixMicros order;
  Tick tick = Tick::kNone;
  FailureReason failure = FailureReason::kNone;
  Bytes raw;
  uint64_t receipt_number = 0;
  UnixMicros came;
  Revision group_revision = {};
  FileName file = {};  // of kMedia
  UnixMicros edited = {};
  bool starred = false;
};

// A place in a conversation's order.
struct MessageCursor {
  UnixMicros order;
  MessageId id;
  friend auto operator<=>(const MessageCursor&, const MessageCursor&) = default;
};

struct MessagePage {
  std::vector<MessageRow> messages;
  bool more = false;
};

// What an acknowledged message has become.
struct AcceptedMessage {
  ConversationId conversation;
  Tick tick = Tick::kSent;
};

// A message, and where it is in the order in which this device stored them.
struct StoredMessage {
  int64_t sequence = 0;
  MessageRow message;
};

class MessagesTable {
 public:
  // A sender that was not told that its message arrived sends it again as soon as it is connected. A device that was
  // off overnight has done so within a day; what stands unread for longer is looked for where it stood.
  static constexpr int64_t kReorderedWithinUs = int64_t{24} * 3600 * 1000000;

  explicit MessagesTable(Database& database) : database_(database) {}

  // Adds the message to its conversation, which is there, and listed from now on, and keeps its unread count. `unread`:
  // whether it is, as of one that another device of the account had (HISTORY-3); absent: incoming messages of every
  // kind but notices (kIdentityChanged, kHandleMoved, kGroupEvent) are, unless they were read elsewhere. An outgoing
  // message that is kSent or kDelivered gets the tick that its receipts say, when that is higher. False when a message
  // of this id is there already, or it comes again and was cleared; then nothing changes.
  bool add(const MessageRow& message, Comes comes = Comes::kAnew, std::optional<bool> unread = std::nullopt);
  // Gives a kUndecryptable message its content (kind, text, quote, raw, sent_at, from_device, receipt_number,
  // group_revision and came of `message`); its place stays. It is unread, for nobody has seen its text unless it was
  // read elsewhere, and is taken as a new event. False unless there is one of this id from the same account in the same
  // conversation.
  bool repair(const MessageRow& message);
  // The same for a kUnsupported message.
  bool remake(const MessageRow& message);

  // Those that are kUnsupported, in the order stored, after this place; at most `limit`.
  std::vector<StoredMessage> unsupported(int64_t after, int64_t limit);

  // The server has given an incoming message of this account another time, because it had forgotten that it had one.
  // Absent, and nothing changes, when there is no such message, it has this time, it was read, or it came more than
  // kReorderedWithinUs from `now` on this device's clock.
  std::optional<ConversationId> reorder(const MessageId& id, const AccountId& from, UnixMicros order, UnixMicros now);

  // Takes a kUndecryptable message of this account away: it turned out to have nothing to show. False when there is no
  // such one.
  bool remove_undecryptable(const MessageId& id, const AccountId& from);
  // The same for a kUnsupported message.
  bool remove_unsupported(const MessageId& id, const AccountId& from);
  // Takes one away that is there.
  void remove(const MessageRow& message);
  // Those after the cursor that clearings_table.h says are no more, and are still there, in ascending order. What has
  // not left yet is none of them.
  MessagePage cleared(const ConversationId& conversation, const MessageCursor& cursor, int64_t limit);
  // Takes all of them away, in one statement: row by row is ten times as dear.
  void remove_cleared(const ConversationId& conversation);
  // Outgoing ones that are kPending or kFailed.
  std::vector<MessageRow> unsent(const ConversationId& conversation);
  // The newest one of the account, or of others, that has its place from the server.
  std::optional<MessageCursor> last_settled(const ConversationId& conversation, bool outgoing);
  // Notices that have theirs from this device (kIdentityChanged, kHandleMoved).
  std::vector<MessageRow> own_notices(const ConversationId& conversation);

  // Text, raw and edited of the message, which is there.
  void set_text(const MessageRow& message);
  // What was deleted for everybody is a kDeleted from now on, without anything that it had, and read.
  void set_deleted(const MessageRow& message, const AccountId& by);
  void set_starred(const MessageId& id, bool starred);
  // Those that are, before the cursor (the newest without one), the newest first; of one conversation or of all.
  MessagePage starred(const std::optional<ConversationId>& conversation, const std::optional<MessageCursor>& cursor,
                      int64_t limit);

  std::optional<MessageRow> find(const MessageId& id);
  std::optional<MessageRow> last(const ConversationId& conversation);
  // Where the last incoming one stands that is not unread.
  std::optional<MessageCursor> last_read(const ConversationId& conversation);
  // The `limit` messages before the cursor (the newest without one), in ascending order; more: there are older ones.
  MessagePage before(const ConversationId& conversation, const std::optional<MessageCursor>& cursor, int64_t limit);
  // The `limit` messages after the cursor, in ascending order; more: there are newer ones.
  MessagePage after(const ConversationId& conversation, const MessageCursor& cursor, int64_t limit);
  // The order time for a message that is written now and not sent yet: after everything in its conversation.
  UnixMicros pending_order(const ConversationId& conversation, UnixMicros now);

  // A kMedia has no file any more; `raw` is what is left of it.
  void strip_file(const MessageId& id, BytesView raw);
  // The newest messages that quote this one.
  std::vector<MessageRow> quoting(const MessageId& id, int64_t limit);
  // Messages that have this file, in the order stored.
  std::vector<MessageRow> with_file(const FileName& file);
  // Whether this account has written in the conversation.
  bool has_outgoing(const ConversationId& conversation);
  // Of a conversation, those that have a file, before the cursor (the newest without one), the newest first.
  MessagePage with_files(const ConversationId& conversation, const std::optional<MessageCursor>& cursor, int64_t limit);

  // The server acknowledged an outgoing message: its order becomes the server's time, its tick kSent or what its
  // receipts already say. Absent, and nothing changes, unless it is kPending or kFailed.
  std::optional<AcceptedMessage> accept(const MessageId& id, UnixMicros server_time);
  // It was encrypted for this state of its group.
  void set_group_revision(const MessageId& id, Revision revision);
  // Outgoing ones that are kSent or kDelivered, the newest first.
  std::vector<MessageId> not_read_by_all(const ConversationId& conversation, int64_t limit);
  // False unless it is kPending, and not deleted.
  bool fail(const MessageId& id, FailureReason why);
  // kFailed becomes kPending, to be sent again. False unless it is kFailed.
  bool retry(const MessageId& id);
  // Raises the tick of an outgoing message that is kSent or kDelivered. False when it does not rise: one that is not
  // acknowledged yet gets its tick from SentTable then.
  bool raise(const MessageId& id, SentState state);
  // The same of a message in this conversation alone.
  bool raise_in(const ConversationId& conversation, const MessageId& id, SentState state);

  // Marks incoming messages up to and including the cursor (all without one) as read, and gives their number. With
  // `receipts`, read receipts for those that have text become due (ReceiptsTable).
  int64_t mark_read(const ConversationId& conversation, const std::optional<MessageCursor>& cursor, bool receipts);
  // The same of what another device of the account has said (COPY-2). Up to `now`, by the server's clock, it holds for
  // what comes or is repaired later too: a message that was dated wrongly must not take what is still to be written.
  int64_t mark_read_elsewhere(const ConversationId& conversation, const MessageCursor& cursor, UnixMicros now);

  // Incoming messages with content and changes of identity that no call has taken before, in the order stored, at most
  // `limit`; marks them taken.
  MessagePage take(int64_t limit);

  // Messages with all the words (search_words.h), the newest first, whether they are in the index or not; none without
  // words. It ends early: of texts that are not in the index, of the newest (for words of one or two characters), and
  // of what the index names, it compares 16 MiB each.
  std::vector<MessageRow> search(const SearchWords& words, const std::optional<ConversationId>& conversation,
                                 int64_t limit);
  // Brings the oldest `count` messages that are not in the index into it. False: there are no more.
  bool index(int64_t count);

 private:
  // Beyond so many, which a search can read, new ones bring others into the index; that is looked at once in
  // kIndexedAtOnce of them.
  static constexpr int64_t kUnindexedMax = 16'384;
  static constexpr int64_t kIndexedAtOnce = 512;

  // Up to where the index has them.
  int64_t indexed_sequence();
  Tick tick_by_receipts(const MessageId& id);
  // Gives a message of this kind the content of another one, and takes one away: see repair(), remove_undecryptable().
  bool replace(MessageKind kind, const MessageRow& message);
  bool remove_kind(MessageKind kind, const MessageId& id, const AccountId& from);
  void no_longer_unread(const MessageRow& message);
  bool insert(const MessageRow& message, Tick tick, bool unread, Comes comes);
  bool was_read_elsewhere(const MessageRow& message);

  Database& database_;
};

}  // namespace kith::core
