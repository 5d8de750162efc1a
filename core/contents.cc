// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contents.h"

#include "content/content.pb.h"

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

Bytes read_receipt(UnixMicros now, UnixMicros up_to) {
  content::Content content = at(now);
  content.mutable_read_receipt()->set_up_to_server_time_us(up_to.value);
  return content.SerializeAsString();
}

Bytes resend_request(UnixMicros now, const std::vector<MessageId>& messages) {
  content::Content content = at(now);
  for (const MessageId& message : messages) content.mutable_resend_request()->add_message_ids(message.bytes());
  return content.SerializeAsString();
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

}  // namespace kith::core::contents
