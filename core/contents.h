// SPDX-License-Identifier: AGPL-3.0-or-later

// The contents that this client writes: what goes inside the encryption, serialized (proto/content/content.proto).
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "content/content.pb.h"
#include "core/store/corrections_table.h"
#include "core/store/messages_table.h"
#include "core/store/registers_table.h"
#include "core/store/remarks_table.h"
#include "core/store/target.h"
#include "crypto/media.h"

namespace kith::core::contents {

// Mentions of one text.
inline constexpr size_t kMentionsMax = 256;
// Text, quote, mentions and preview of a message.
void write_text(const MessageRow& message, content::Text& text);
// What of a text is kept with a message beside its text and quote (MessageRow::raw), serialized; empty: nothing. In a
// group its mentions: those that are parts of it, in its order, that begin with "@". Elsewhere the group of what it
// quotes. Without the preview, which comes last (add_preview).
Bytes rest_of(const content::Text& text, bool in_group);
// Of such a rest: the group that the quoted message is of.
std::optional<GroupId> quoted_group(const content::Text& rest);
// Beside what is kept with the message already: where a link of its text leads (link_preview.h). One for which there is
// no room is left off: it never costs the text. False, and nothing is changed: it is none of this text.
[[nodiscard]] bool add_preview(const content::LinkPreview& said, MessageRow& message);
// Into the message, which is for a group or not. False, and nothing is changed: no client of ours writes such.
[[nodiscard]] bool read_text(const content::Text& text, bool in_group, MessageRow& message);

// The same of a file's message: what it says of the file, with the text under it.
void write_media(const MessageRow& message, content::Media& media);
[[nodiscard]] bool read_media(const content::Media& media, bool in_group, MessageRow& message);
// A message's text, and what is kept beside it (rest_of, add_preview): as it was sent, or as an edit has it.
struct Words {
  std::string text;
  Bytes rest;
  friend bool operator==(const Words&, const Words&) = default;
};
// Of an edit. Absent: no client of ours writes such.
std::optional<Words> read_words(const content::Text& text, bool in_group);
void write_words(const Words& words, content::Text& text);
Words words_of(const MessageRow& message);
// Whether the message can have these instead of its own.
[[nodiscard]] bool can_have(const MessageRow& message, const Words& words);
// Gives them to it; its file and what it quotes stay.
void set_words(const Words& words, MessageRow& message);
// The message with the words that it was sent with.
MessageRow as_sent(CorrectionsTable& corrections, const MessageRow& message);

// Of such a message. Absent: it has none, or what is stored is damaged.
std::optional<content::Media> media_of(const MessageRow& message);
[[nodiscard]] crypto::SealedFile sealed_file(const content::Media& media);
// How long after it was sent a file that is to be viewed once can be.
inline constexpr uint64_t kViewOnceUs = uint64_t{14} * 24 * 3600 * 1'000'000;
// What is left of such a file's message when it was opened: what it was. Serialized.
Bytes opened(const content::Media& media);
// Whether that is all that there is of the message's file.
[[nodiscard]] inline bool was_opened(const MessageRow& message) {
  return message.kind == MessageKind::kMedia && message.file.is_none();
}
// Whether it is said of such a file when it is opened first.
[[nodiscard]] inline bool can_be_opened(const content::Media& media) {
  return media.view_once() || media.kind() == content::Media::kVoice;
}
// How often it was forwarded on its way here; 0: it says what its sender has written. What says more than kForwardsMax
// says that.
inline constexpr uint32_t kForwardsMax = 255;
[[nodiscard]] uint32_t forwards_of(const MessageRow& message);
// Whether the message is one that people write: with a text, or a file.
[[nodiscard]] inline bool is_written(const MessageRow& message) {
  return message.kind == MessageKind::kText || message.kind == MessageKind::kMedia;
}

// Where a message belongs that is for a group (GROUP-3).
struct InGroup {
  GroupId group;
  Revision revision;
  uint64_t receipt_number = 0;  // of a message that was sent
};
// Its text or its file. `resent`: as the answer to a ResendRequest for this message, which was for `group`, if it was
// for one.
Bytes written(const MessageRow& message, bool resent = false, const std::optional<InGroup>& group = std::nullopt);
// The same for the account's own other devices (COPY-1): who it went to, when the server took it, and under which
// receipt number; 0: none.
struct CopyOf {
  AccountId partner;
  UnixMicros server_time;
  uint64_t receipt_number = 0;
};
Bytes copy(const MessageRow& message, const CopyOf& of, bool resent = false);
// How far the conversation with this account, or of this group, was read (COPY-2).
struct ReadMark {
  Target peer;
  UnixMicros order;
  MessageId message;
};
inline constexpr size_t kReadMarksMax = 256;
Bytes own_read(UnixMicros now, const std::vector<ReadMark>& marks);
std::vector<ReadMark> read_marks(const content::OwnRead& content);
// Those of such a content that waits in the outbox.
std::vector<ReadMark> read_marks(BytesView content);
// To whom, and what (COPY-3).
struct SentRun {
  AccountId account;
  std::vector<Sent> sent;  // ascending, without holes
};
Bytes own_sent(UnixMicros now, const std::vector<SentRun>& runs);
std::vector<SentRun> sent_runs(const content::OwnSent& content);
// Registers, and whether all are asked for (STATE-1).
inline constexpr size_t kSubjectBytesMax = 256;
inline constexpr size_t kRegisterBytesMax = 64 * 1024 + 512;  // of a value
inline constexpr size_t kRegistersOfOneMax = 2000;            // in one content
Bytes own_state(UnixMicros now, const std::vector<RegisterRow>& registers, bool asks_for_all);
// Those that are within these bounds (STATE-5), and have a stamp.
std::vector<RegisterRow> registers(const content::OwnState& content);
// Messages of one device of the receiver's that were read.
struct ReadRun {
  DeviceId device;
  wire::ReceiptRun run;
};
Bytes read_receipt(UnixMicros now, const std::vector<ReadRun>& runs);
// The runs of such a content that waits in the outbox.
std::vector<ReadRun> read_runs(BytesView content);
// `answer_key`: what the ids of the answers are made with (answer_id).
Bytes resend_request(UnixMicros now, const std::vector<MessageId>& messages, BytesView answer_key);
// The id of the answer about a message to the request with this key, which has kAnswerKeyBytes.
MessageId answer_id(BytesView answer_key, const MessageId& message);
inline constexpr size_t kAnswerKeyBytes = 16;
// The answer to a ResendRequest for a message that has nothing to show.
Bytes nothing_to_resend(UnixMicros now, const MessageId& message);
// For a device that something is not for, and that has to be named all the same (DEVICE-1).
Bytes nothing(UnixMicros now);
Bytes profile_changed(UnixMicros now);
// What was said of one message, or of several that were deleted: at most kDeletedMax. `resent`: as the answer to a
// ResendRequest for what it left under.
inline constexpr size_t kDeletedMax = 100;
Bytes correction(UnixMicros now, const std::vector<CorrectionRow>& rows,
                 const std::optional<MessageId>& resent = std::nullopt,
                 const std::optional<InGroup>& group = std::nullopt);
// The files of these messages were opened: at most 64.
Bytes media_opened(UnixMicros now, const std::vector<MessageId>& messages);
// `resent`: as the answer to a ResendRequest for what it left under.
// But for the message that it is about.
void write_reaction(const RemarkRow& row, content::Reaction& reaction);
void write_pin(const RemarkRow& row, content::Pin& pin);
Bytes remark(UnixMicros now, const RemarkRow& row, bool resent = false);
Bytes group_welcome(UnixMicros now, const content::GroupWelcome& welcome);
// This device's key of a group (GROUP-6); secret.
Bytes group_key(UnixMicros now, const GroupId& group, BytesView key);
// A content of these, bound to the message and the receipt number that it leaves under (TICK-1), and to the group if it
// is for one.
Bytes bound(Bytes content, const MessageId& message, uint64_t receipt_number,
            const std::optional<InGroup>& group = std::nullopt);

// Beside what such a content says, the own profile key (PHOTO-3); "": nothing.
void add_profile_key(BytesView key, Bytes& content);

}  // namespace kith::core::contents
