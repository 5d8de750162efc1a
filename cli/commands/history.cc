// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/message_text.h"
#include "cli/shell_word.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Request;

namespace {

void say_what_failed(Context context, const client_api::ListMessagesResponse& page, const std::string& with) {
  size_t failed = 0;
  std::string id;
  for (const auto& message : page.messages()) {
    if (message.tick() != client_api::Message::kFailed) continue;
    ++failed;
    id = message.id();
  }
  if (failed == 1) context.out.note("one was not sent" + what_to_do_about_failed(id));
  if (failed < 2) return;
  const std::string whom = shell_word(with);
  context.out.note(std::to_string(failed) + " were not sent. kith retry " + whom + " sends them again, kith failed " +
                   whom + " lists their ids");
}

constexpr uint32_t kPageMax = 500;

// What is asked for, the oldest page first.
Result<std::vector<client_api::ListMessagesResponse>, ExitCode> pages_of(Context context, const HistoryOptions& options,
                                                                         client_api::ListMessagesRequest list) {
  std::vector<client_api::ListMessagesResponse> pages;
  list.set_limit(options.all ? kPageMax : options.limit);
  for (bool more = true; more;) {
    Request request;
    *request.mutable_list_messages() = list;
    auto response = ask(context, std::move(request));
    if (!response) return Fail(response.error());
    client_api::ListMessagesResponse& page = *response->mutable_list_messages();
    more = options.all && page.more() && page.messages_size() > 0;
    if (more) {
      list.set_before_order_us(page.messages(0).order_us());
      list.set_before_id(page.messages(0).id());
    }
    pages.push_back(std::move(page));
  }
  std::ranges::reverse(pages);
  return pages;
}

}  // namespace

ExitCode run_history(Context context, const HistoryOptions& options) {
  const auto conversation = conversation_with(context, options.with);
  if (!conversation) return conversation.error();
  client_api::ListMessagesRequest list;
  list.set_conversation(conversation->id());
  if (!options.before.empty()) {
    Request lookup;
    lookup.mutable_get_message()->set_id(options.before);
    const auto message = ask(context, std::move(lookup));
    if (!message) return message.error();
    list.set_before_order_us(message->get_message().order_us());
    list.set_before_id(options.before);
  }
  const auto pages = pages_of(context, options, std::move(list));
  if (!pages) return pages.error();
  const Place place = place_of(*conversation);
  for (const auto& page : *pages) {
    for (const auto& message : page.messages()) {
      context.out.line(options.json
                           ? message_json(message, place)
                           : message_line(context.out, message, told_there(context, message, place), unix_now_us()));
    }
  }
  if (!context.out.flush()) return ExitCode::kFailed;
  if (!options.json) say_what_failed(context, pages->back(), options.with);
  if (!options.mark_read) return ExitCode::kOk;
  Request read;
  read.mutable_mark_read()->set_conversation(conversation->id());
  const auto marked = ask(context, std::move(read));
  return marked ? ExitCode::kOk : marked.error();
}

}  // namespace kith::cli
