// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/group_text.h"
#include "cli/json_line.h"
#include "cli/message_text.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

std::string conversation_json(const client_api::Conversation& conversation) {
  JsonLine line;
  line.text("id", conversation.id())
      .text("kind", conversation.has_self()    ? "self"
                    : conversation.has_group() ? "group"
                                               : "direct")
      .text("title", title_of(conversation))
      .text("handle", handle_of(conversation))
      .number("unread", conversation.unread())
      .text("draft", conversation.draft())
      .boolean("blocked", conversation.direct().blocked())
      .boolean("verified", conversation.direct().verified())
      .boolean("archived", conversation.archived())
      .boolean("pinned", conversation.pinned())
      .boolean("marked_unread", conversation.marked_unread());
  if (conversation.muted_until_us() > unix_now_us()) line.text("muted_until", rfc3339(conversation.muted_until_us()));
  if (conversation.activity_us() > 0) line.text("active_at", rfc3339(conversation.activity_us()));
  if (conversation.has_group()) add_group(line, conversation.group());
  if (conversation.has_last_message())
    line.raw("last_message", message_json(conversation.last_message(), place_of(conversation)));
  return line.str();
}

std::string conversation_line(Context context, const client_api::Conversation& conversation) {
  const Output& out = context.out;
  std::string line = out.coloured("1", one_line(title_of(conversation)));
  if (conversation.has_group()) line += "  " + out.coloured("2", group_line(conversation.group()));
  const std::string handle = handle_of(conversation);
  if (!handle.empty() && handle != conversation.title()) line += "  " + out.coloured("2", one_line(handle));
  if (conversation.unread() > 0)
    line += "  " + out.coloured("32", "(" + std::to_string(conversation.unread()) + " unread)");
  if (conversation.marked_unread()) line += "  " + out.coloured("32", "(marked as unread)");
  if (conversation.direct().blocked()) line += "  [blocked]";
  if (conversation.direct().verified()) line += "  [verified]";
  if (conversation.pinned()) line += "  [pinned]";
  if (conversation.archived()) line += "  [archived]";
  if (conversation.muted_until_us() > unix_now_us()) line += "  [muted]";
  if (conversation.has_last_message()) {
    const client_api::Message& last = conversation.last_message();
    line += "\n    " + message_summary(out, last, told_there(context, last, place_of(conversation)), unix_now_us());
  }
  if (!conversation.draft().empty()) line += "\n    draft: " + one_line(excerpt(conversation.draft(), 60));
  return line;
}

}  // namespace

ExitCode run_conversations(Context context, const ConversationsOptions& options) {
  const auto list = options.list.empty() ? std::string() : list_called(context, options.list);
  if (!list) return list.error();
  client_api::Request request;
  request.mutable_list_conversations();
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  bool any_failed = false;
  auto conversations = response->list_conversations().conversations();
  // Pinned ones first, archived ones last; else as they are, the most recent first.
  const auto rank = [](const client_api::Conversation& each) { return each.archived() ? 2 : each.pinned() ? 0 : 1; };
  std::stable_sort(conversations.begin(), conversations.end(),
                   [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const auto& conversation : conversations) {
    const auto& in = conversation.lists();
    if (!list->empty() && std::find(in.begin(), in.end(), *list) == in.end()) continue;
    any_failed |= conversation.last_message().tick() == client_api::Message::kFailed;
    context.out.line(options.json ? conversation_json(conversation) : conversation_line(context, conversation));
  }
  if (any_failed && !options.json)
    context.out.note("what was not sent: kith failed lists it, kith retry sends it again");
  return ExitCode::kOk;
}

}  // namespace kith::cli
