// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/failed_messages.h"

#include "cli/message_text.h"

namespace kith::cli {

using client_api::Message;
using client_api::Request;

namespace {

constexpr uint32_t kPage = 500;

Result<void, ExitCode> for_each_failed_of(Context context, const std::string& conversation,
                                          const std::function<void(const Message&)>& use) {
  Request next;
  client_api::ListMessagesRequest& list = *next.mutable_list_messages();
  list.set_conversation(conversation);
  list.set_limit(kPage);
  // Before everything: pages forward, for what is used changes nothing behind the cursor.
  list.set_after_order_us(1);
  list.set_after_id(std::string(32, '0'));
  for (;;) {
    const auto page = ask(context, next);
    if (!page) return Fail(page.error());
    for (const Message& message : page->list_messages().messages()) {
      if (message.tick() == Message::kFailed) use(message);
    }
    if (!page->list_messages().more()) return {};
    const Message& last = *page->list_messages().messages().rbegin();
    list.set_after_order_us(last.order_us());
    list.set_after_id(last.id());
  }
}

}  // namespace

Result<void, ExitCode> for_each_failed(Context context, const std::string& conversation,
                                       const std::function<void(const Message&)>& use) {
  if (!conversation.empty()) return for_each_failed_of(context, conversation, use);
  Request all;
  all.mutable_list_conversations();
  const auto conversations = ask(context, std::move(all));
  if (!conversations) return Fail(conversations.error());
  for (const auto& one : conversations->list_conversations().conversations()) {
    if (const auto listed = for_each_failed_of(context, one.id(), use); !listed) return listed;
  }
  return {};
}

Result<Message, ExitCode> failed_message(Context context, const std::string& id) {
  if (!is_conversation_id(id)) {
    context.out.note(id + " is no message's id: kith failed lists what was not sent, with ids");
    return Fail(ExitCode::kUsage);
  }
  Request request;
  request.mutable_get_message()->set_id(id);
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  Message& message = *response->mutable_get_message();
  if (message.tick() == Message::kFailed) return std::move(message);
  context.out.note("nothing is wrong with " + id + ": it " +
                   (message.outgoing() ? "is " + tick_word(message.tick()) : "came from somebody else"));
  return Fail(ExitCode::kFailed);
}

}  // namespace kith::cli
