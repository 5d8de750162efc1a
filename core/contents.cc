// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contents.h"

#include "content/content.pb.h"
#include "crypto/hash.h"

namespace kith::core::contents {

namespace {
content::Content at(UnixMicros now) {
  content::Content content;
  content.set_sent_at_us(now.value);
  return content;
}
}  // namespace

Bytes text(const MessageRow& message, bool resent) {
  content::Content content = at(message.sent_at);
  if (resent) content.set_resent_message_id(message.id.bytes());
  content::Text& text = *content.mutable_text();
  text.set_text(message.text);
  if (message.quote) {
    content::Quote& quote = *text.mutable_quote();
    quote.set_message_id(message.quote->message.bytes());
    quote.set_author(message.quote->author.bytes());
    quote.set_excerpt(message.quote->excerpt);
  }
  return content.SerializeAsString();
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

Bytes bound(Bytes content, const MessageId& message, uint64_t receipt_number) {
  content::Content binding;
  binding.set_message_id(message.bytes());
  binding.set_receipt_number(receipt_number);
  content += binding.SerializeAsString();  // one message after the other is both, merged
  return content;
}

}  // namespace kith::core::contents
