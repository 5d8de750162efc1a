// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/receiving.h"

#include <utility>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

bool fits(const content::Content& content) {
  const std::string& text = content.text().text();
  return content.kind_case() != content::Content::kText ||
         (!text.empty() && text.size() <= kTextBytesMax && is_utf8(text));
}

void set_text(MessageRow& row, const content::Text& text) {
  row.text = text.text();
  const auto quoted = MessageId::from_bytes(text.quote().message_id());
  const auto author = AccountId::from_bytes(text.quote().author());
  const std::string& excerpt = text.quote().excerpt();
  if (quoted && author && excerpt.size() <= kQuoteBytesMax && is_utf8(excerpt))
    row.quote = QuoteRow{*quoted, *author, excerpt};
}
}  // namespace

bool Receiving::take(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  engine_.typing_presence.message_came(incoming.sender.account);
  if (!fits(content)) return false;  // no client of ours sends such
  MessageRow row;
  row.id = incoming.id;
  row.from = incoming.sender.account;
  row.from_device = incoming.sender.device;
  row.sent_at = bounded_time(content.sent_at_us());
  row.order = incoming.server_time;
  row.came = engine_.clock.now();
  row.receipt_number = incoming.receipt_number;
  if (content.kind_case() == content::Content::kText) {
    set_text(row, content.text());
  } else {
    row.kind = MessageKind::kUnsupported;
    row.raw = Bytes(incoming.bytes);
  }
  row.conversation = Conversations(engine_.store).open(row.from, incoming.server_time, engine_.random).id;
  if (const auto resent = MessageId::from_bytes(content.resent_message_id()); resent) {
    row.id = *resent;
    if (engine_.store.messages.repair(row)) {
      engine_.store.repairs.remove(row.id);
      engine_.changes.message_changed(row.id, row.conversation);
      engine_.changes.conversation(row.conversation);  // it is unread
      return true;
    }
  }
  if (!engine_.store.messages.add(row)) {
    // An answer to a request has a time of its own, which is not the message's
    if (row.id == incoming.id) engine_.inbox.ordered_again(incoming.id, incoming.sender, incoming.server_time);
    return true;
  }
  engine_.changes.message_added(row.id, row.conversation);
  engine_.profiles.heard_from(row.from);
  return true;
}

}  // namespace kith::core
