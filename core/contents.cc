// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contents.h"

#include <algorithm>

#include "base/limits.h"
#include "base/utf8.h"
#include "core/link_preview.h"
#include "core/server_time.h"
#include "core/small_picture.h"
#include "crypto/hash.h"

namespace kith::core::contents {

namespace {
content::Content at(UnixMicros now) {
  content::Content content;
  content.set_sent_at_us(now.value);
  return content;
}

content::Content written_of(const MessageRow& message, bool resent) {
  content::Content content = at(message.sent_at);
  if (resent) content.set_resent_message_id(message.id.bytes());
  if (message.kind == MessageKind::kMedia) {
    write_media(message, *content.mutable_media());
  } else {
    write_text(message, *content.mutable_text());
  }
  return content;
}

// What a message has in columns of its own.
bool read_columns(const content::Text& text, MessageRow& message) {
  if (!is_utf8(text.text())) return false;
  message.text = text.text();
  const auto quoted = MessageId::from_bytes(text.quote().message_id());
  const auto author = AccountId::from_bytes(text.quote().author());
  const std::string& excerpt = text.quote().excerpt();
  if (quoted && author && excerpt.size() <= kQuoteBytesMax && is_utf8(excerpt))
    message.quote = QuoteRow{*quoted, *author, excerpt};
  return true;
}
void write_columns(const MessageRow& message, content::Text& text) {
  text.set_text(message.text);
  if (!message.quote) return;
  content::Quote& quote = *text.mutable_quote();
  quote.set_message_id(message.quote->message.bytes());
  quote.set_author(message.quote->author.bytes());
  quote.set_excerpt(message.quote->excerpt);
}

// A type and a subtype of the characters that RFC 6838 lets them have.
bool is_mime_type(std::string_view text) {
  const auto is_token = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
    });
  };
  const size_t slash = text.find('/');
  return text.size() <= kMimeTypeBytesMax && slash != std::string_view::npos && is_token(text.substr(0, slash)) &&
         is_token(text.substr(slash + 1));
}

bool can_be_viewed_once(content::Media::Kind kind) {
  return kind == content::Media::kPhoto || kind == content::Media::kVideo || kind == content::Media::kVoice;
}

void put_in(const InGroup& in, content::Content& content) {
  content.set_group_id(in.group.bytes());
  content.set_group_revision(in.revision.value);
}

void keep_mentions(const content::Text& text, content::Text& kept) {
  uint64_t end = 0;
  for (const content::Mention& each : text.mentions()) {
    const uint64_t last = uint64_t{each.start()} + each.length();
    if (each.start() < end || each.length() == 0 || last > text.text().size()) continue;
    if (!AccountId::from_bytes(each.account()) || text.text()[each.start()] != '@') continue;
    if (!is_utf8(BytesView(text.text()).substr(each.start(), each.length()))) continue;
    if (static_cast<size_t>(kept.mentions_size()) == kMentionsMax) break;
    *kept.add_mentions() = each;
    end = last;
  }
}

}  // namespace

Bytes rest_of(const content::Text& text, bool in_group) {
  content::Text kept;
  if (in_group) {
    keep_mentions(text, kept);
  } else if (const auto group = quoted_group(text)) {
    kept.mutable_quote()->set_group(group->bytes());
  }
  kept.set_forwards(std::min(text.forwards(), kForwardsMax));
  return kept.SerializeAsString();
}

std::optional<GroupId> quoted_group(const content::Text& rest) { return GroupId::from_bytes(rest.quote().group()); }

void write_text(const MessageRow& message, content::Text& text) {
  if (!message.raw.empty()) (void)text.ParseFromString(message.raw);
  write_columns(message, text);
}

bool read_text(const content::Text& text, bool in_group, MessageRow& message) {
  if (text.text().empty() || text.text().size() > kTextBytesMax || !read_columns(text, message)) return false;
  message.raw = rest_of(text, in_group);
  if (text.has_preview()) (void)add_preview(text.preview(), message);
  return true;
}

bool add_preview(const content::LinkPreview& said, MessageRow& message) {
  content::Text rest;
  auto preview = read_preview(said, message.text);
  if (!preview || !rest.ParseFromString(message.raw)) return false;
  *rest.mutable_preview() = *std::move(preview);
  if (message.text.size() + rest.ByteSizeLong() <= kTextBytesMax) message.raw = rest.SerializeAsString();
  return true;
}

std::optional<Words> read_words(const content::Text& text, bool in_group) {
  content::Text own = text;
  own.clear_quote();
  own.clear_forwards();  // what was forwarded is nobody's to edit
  MessageRow row;
  if (own.text().size() > kTextBytesMax || !read_columns(own, row)) return std::nullopt;
  row.raw = rest_of(own, in_group);
  if (own.has_preview()) (void)add_preview(own.preview(), row);
  return Words{row.text, row.raw};
}

void write_words(const Words& words, content::Text& text) {
  (void)text.ParseFromString(words.rest);
  text.set_text(words.text);
}

Words words_of(const MessageRow& message) {
  content::Text rest;
  if (const auto media = media_of(message)) {
    rest = media->caption();
  } else {
    (void)rest.ParseFromString(message.raw);
  }
  rest.clear_quote();
  return {message.text, rest.SerializeAsString()};
}

bool can_have(const MessageRow& message, const Words& words) {
  if (forwards_of(message) != 0) return false;
  if (message.kind == MessageKind::kText) return !words.text.empty();
  const auto media = media_of(message);
  return media && !media->view_once() && words.text.size() <= kCaptionBytesMax;
}

void set_words(const Words& words, MessageRow& message) {
  content::Text rest;
  (void)rest.ParseFromString(words.rest);
  message.text = words.text;
  if (auto media = media_of(message)) {
    const content::Quote quote = media->caption().quote();
    rest.clear_preview();
    *media->mutable_caption() = rest;
    if (quote.ByteSizeLong() > 0) *media->mutable_caption()->mutable_quote() = quote;
    message.raw = media->SerializeAsString();
    return;
  }
  content::Text before;
  (void)before.ParseFromString(message.raw);
  if (before.has_quote()) *rest.mutable_quote() = before.quote();
  message.raw = rest.SerializeAsString();
}

MessageRow as_sent(CorrectionsTable& corrections, const MessageRow& message) {
  if (message.edited.value == 0) return message;
  MessageRow sent = message;
  sent.edited = {};
  if (const auto original = corrections.original(message.id))
    set_words({original->text.value_or(""), original->rest}, sent);
  return sent;
}

crypto::SealedFile sealed_file(const content::Media& media) {
  return {FileId::from_bytes(media.file_id()).value_or(FileId{}), media.key(), media.size(), media.digest()};
}

std::optional<content::Media> media_of(const MessageRow& message) {
  content::Media media;
  if (message.kind != MessageKind::kMedia || !media.ParseFromString(message.raw)) return std::nullopt;
  return media;
}

uint32_t forwards_of(const MessageRow& message) {
  if (const auto media = media_of(message)) return media->caption().forwards();
  content::Text rest;
  return message.kind == MessageKind::kText && rest.ParseFromString(message.raw) ? rest.forwards() : 0;
}

Bytes opened(const content::Media& media) {
  content::Media left;
  left.set_kind(media.kind());
  left.set_view_once(true);
  return left.SerializeAsString();
}

void write_media(const MessageRow& message, content::Media& media) {
  (void)media.ParseFromString(message.raw);
  write_columns(message, *media.mutable_caption());
}

bool read_media(const content::Media& media, bool in_group, MessageRow& message) {
  const crypto::SealedFile file = sealed_file(media);
  const bool is_within =
      media.name().size() <= kFileNameBytesMax && is_utf8(media.name()) && is_mime_type(media.mime_type()) &&
      media.width() <= kPixelsMax && media.height() <= kPixelsMax &&
      (media.waveform().empty() || media.waveform().size() == kWaveformBars) &&
      media.thumbhash().size() <= kThumbhashBytesMax && media.thumbnail().size() <= kThumbnailBytesMax &&
      (media.album().empty() || media.album().size() == MessageId::kBytes);
  if (!file.is_valid() || !is_within || media.caption().text().size() > kCaptionBytesMax) return false;
  if (!read_columns(media.caption(), message)) return false;
  content::Media kept = media;
  if (kept.kind() < content::Media::kPhoto || kept.kind() > content::Media::kAnimation)
    kept.set_kind(content::Media::kDocument);
  if (!can_be_viewed_once(kept.kind())) kept.clear_view_once();
  if (!is_small_picture(kept.thumbnail()) || kept.view_once()) kept.clear_thumbnail();
  if (kept.view_once()) kept.clear_thumbhash();
  (void)kept.mutable_caption()->ParseFromString(rest_of(media.caption(), in_group));
  message.kind = MessageKind::kMedia;
  message.raw = kept.SerializeAsString();
  message.file = file.name();
  return true;
}

Bytes written(const MessageRow& message, bool resent, const std::optional<InGroup>& group) {
  content::Content content = written_of(message, resent);
  if (group) put_in(*group, content);
  if (group && resent) {
    content.set_group_time_us(message.order.value);
    content.set_group_receipt_number(group->receipt_number);
  }
  return content.SerializeAsString();
}

Bytes copy(const MessageRow& message, const CopyOf& of, bool resent) {
  content::Content content = written_of(message, resent);
  content::Copy& copy = *content.mutable_copy();
  copy.set_account(of.partner.bytes());
  copy.set_server_time_us(of.server_time.value);
  copy.set_receipt_number(of.receipt_number);
  return content.SerializeAsString();
}

Bytes own_read(UnixMicros now, const std::vector<ReadMark>& marks) {
  content::Content content = at(now);
  for (const ReadMark& each : marks) {
    content::OwnRead::Mark& mark = *content.mutable_own_read()->add_marks();
    each.peer.is_group() ? mark.set_group(each.peer.id.bytes()) : mark.set_account(each.peer.id.bytes());
    mark.set_server_time_us(each.order.value);
    mark.set_message_id(each.message.bytes());
  }
  return content.SerializeAsString();
}

std::vector<ReadMark> read_marks(const content::OwnRead& content) {
  std::vector<ReadMark> marks;
  for (const content::OwnRead::Mark& each : content.marks()) {
    const auto partner = AccountId::from_bytes(each.account());
    const auto group = GroupId::from_bytes(each.group());
    const auto message = MessageId::from_bytes(each.message_id());
    if (partner.has_value() == group.has_value() || !message || marks.size() >= kReadMarksMax) continue;
    marks.push_back({group ? Target(*group) : Target(*partner), bounded_time(each.server_time_us()), *message});
  }
  return marks;
}

std::vector<ReadMark> read_marks(BytesView bytes) {
  content::Content content;
  if (!content.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return read_marks(content.own_read());
}

Bytes own_sent(UnixMicros now, const std::vector<SentRun>& runs) {
  content::Content content = at(now);
  for (const SentRun& each : runs) {
    content::OwnSent::Run& run = *content.mutable_own_sent()->add_runs();
    run.set_account(each.account.bytes());
    run.set_first_number(each.sent.front().number);
    for (const Sent& sent : each.sent) {
      run.add_message_ids(sent.message.bytes());
      run.add_shown_ids(sent.shows == sent.message ? Bytes() : sent.shows.bytes());
    }
  }
  return content.SerializeAsString();
}

std::vector<SentRun> sent_runs(const content::OwnSent& content) {
  std::vector<SentRun> runs;
  for (const content::OwnSent::Run& each : content.runs()) {
    const auto account = AccountId::from_bytes(each.account());
    if (!account || each.first_number() == 0 || each.message_ids_size() != each.shown_ids_size()) continue;
    SentRun run{*account, {}};
    for (int i = 0; i < each.message_ids_size(); ++i) {
      const auto message = MessageId::from_bytes(each.message_ids(i));
      const auto shows = each.shown_ids(i).empty() ? message : MessageId::from_bytes(each.shown_ids(i));
      if (!message || !shows) break;
      run.sent.push_back({each.first_number() + static_cast<uint64_t>(i), *message, *shows});
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

Bytes own_state(UnixMicros now, const std::vector<RegisterRow>& registers, bool asks_for_all) {
  content::Content content = at(now);
  content::OwnState& state = *content.mutable_own_state();
  state.set_asks_for_all(asks_for_all);
  for (const RegisterRow& each : registers) {
    content::OwnState::Register& said = *state.add_registers();
    said.set_kind(each.kind());
    said.set_subject(Bytes(each.subject()));
    said.set_value(each.value);
    said.mutable_stamp()->set_us(each.stamp.us);
    said.mutable_stamp()->set_counter(each.stamp.counter);
    said.mutable_stamp()->set_device_id(each.stamp.device.value);
  }
  return content.SerializeAsString();
}

std::vector<RegisterRow> registers(const content::OwnState& content) {
  std::vector<RegisterRow> rows;
  size_t left = kRegistersOfOneMax;
  for (const content::OwnState::Register& said : content.registers()) {
    if (left-- == 0) break;
    const Stamp stamp{said.stamp().us(), said.stamp().counter(), DeviceId{said.stamp().device_id()}};
    if (said.kind() == 0 || said.kind() > UINT8_MAX || said.subject().size() > kSubjectBytesMax ||
        said.value().size() > kRegisterBytesMax || !is_stamp(stamp))
      continue;  // the same for every device
    rows.push_back({RegisterRow::key_of(static_cast<uint8_t>(said.kind()), said.subject()), said.value(), stamp});
  }
  return rows;
}

Bytes read_receipt(UnixMicros now, const std::vector<ReadRun>& runs) {
  content::Content content = at(now);
  for (const ReadRun& each : runs) {
    content::ReadReceipt::Run& run = *content.mutable_read_receipt()->add_runs();
    run.set_device_id(each.device.value);
    run.set_first_number(each.run.first);
    run.set_last_number(each.run.last);
    run.set_marks(each.run.marks);
  }
  return content.SerializeAsString();
}

std::vector<ReadRun> read_runs(BytesView bytes) {
  content::Content content;
  std::vector<ReadRun> runs;
  if (!content.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return runs;
  for (const content::ReadReceipt::Run& run : content.read_receipt().runs())
    runs.push_back({{run.device_id()}, {run.first_number(), run.last_number(), run.marks()}});
  return runs;
}

Bytes resend_request(UnixMicros now, const std::vector<MessageId>& messages, BytesView answer_key) {
  content::Content content = at(now);
  for (const MessageId& message : messages) content.mutable_resend_request()->add_message_ids(message.bytes());
  content.mutable_resend_request()->set_answer_key(Bytes(answer_key));
  return content.SerializeAsString();
}

MessageId answer_id(BytesView answer_key, const MessageId& message) {
  const Bytes digest = crypto::digest("kith answer v1", Bytes(answer_key) + message.bytes());
  return *MessageId::from_bytes(BytesView(digest).substr(0, MessageId::kBytes));
}

Bytes nothing_to_resend(UnixMicros now, const MessageId& message) {
  content::Content content = at(now);
  content.set_resent_message_id(message.bytes());
  content.mutable_session_reset();
  return content.SerializeAsString();
}

Bytes nothing(UnixMicros now) {
  content::Content content = at(now);
  content.mutable_session_reset();
  return content.SerializeAsString();
}

Bytes profile_changed(UnixMicros now) {
  content::Content content = at(now);
  content.mutable_profile_changed();
  return content.SerializeAsString();
}

Bytes media_opened(UnixMicros now, const std::vector<MessageId>& messages) {
  content::Content content = at(now);
  for (const MessageId& each : messages) content.mutable_media_opened()->add_message_ids(each.bytes());
  return content.SerializeAsString();
}

Bytes correction(UnixMicros now, const std::vector<CorrectionRow>& rows, const std::optional<MessageId>& resent,
                 const std::optional<InGroup>& group) {
  content::Content content = at(now);
  if (resent) content.set_resent_message_id(resent->bytes());
  if (resent && group) put_in(*group, content);
  for (const CorrectionRow& row : rows) {
    if (!row.text) {
      content.mutable_deletion()->add_message_ids(row.message.bytes());
      continue;
    }
    content.mutable_edit()->set_message_id(row.message.bytes());
    content.mutable_edit()->set_at_us(row.at.value);
    write_words({*row.text, row.rest}, *content.mutable_edit()->mutable_text());
  }
  return content.SerializeAsString();
}

void write_reaction(const RemarkRow& row, content::Reaction& reaction) {
  reaction.set_emoji(row.value);
  reaction.set_at_us(row.at.value);
}

void write_pin(const RemarkRow& row, content::Pin& pin) {
  pin.set_until_us(pinned_until(row).value);
  pin.set_at_us(row.at.value);
}

Bytes remark(UnixMicros now, const RemarkRow& row, bool resent) {
  content::Content content = at(now);
  if (row.kind == RemarkKind::kPin) {
    content.mutable_pin()->set_message_id(row.message.bytes());
    write_pin(row, *content.mutable_pin());
  } else {
    content.mutable_reaction()->set_message_id(row.message.bytes());
    write_reaction(row, *content.mutable_reaction());
  }
  if (resent && row.item) content.set_resent_message_id(row.item->bytes());
  return content.SerializeAsString();
}

Bytes group_welcome(UnixMicros now, const content::GroupWelcome& welcome) {
  content::Content content = at(now);
  *content.mutable_group_welcome() = welcome;
  return content.SerializeAsString();
}

Bytes group_key(UnixMicros now, const GroupId& group, BytesView key) {
  content::Content content = at(now);
  content.mutable_group_key()->set_group_id(group.bytes());
  content.mutable_group_key()->set_key(Bytes(key));
  return content.SerializeAsString();
}

Bytes bound(Bytes content, const MessageId& message, uint64_t receipt_number, const std::optional<InGroup>& group) {
  content::Content binding;
  if (group) put_in(*group, binding);
  binding.set_message_id(message.bytes());
  binding.set_receipt_number(receipt_number);
  content += binding.SerializeAsString();  // one message after the other is both, merged
  return content;
}

void add_profile_key(BytesView key, Bytes& content) {
  content::Content said;
  if (!key.empty()) said.set_profile_key(Bytes(key));
  content += said.SerializeAsString();  // one message after the other is both, merged
}

}  // namespace kith::core::contents
