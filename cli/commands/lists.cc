// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists that a person makes of conversations.

#include <algorithm>

#include "base/ids.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "crypto/hash.h"

namespace kith::cli {

using client_api::List;
using client_api::Request;

namespace {

Result<std::vector<List>, ExitCode> all_lists(Context context) {
  Request request;
  request.mutable_list_lists();
  const auto response = ask(context, std::move(request));
  if (!response) return std::unexpected(response.error());
  const auto& lists = response->list_lists().lists();
  return std::vector<List>(lists.begin(), lists.end());
}

// Absent: there is none of this name.
Result<std::optional<List>, ExitCode> find_list(Context context, const std::string& name) {
  const auto lists = all_lists(context);
  if (!lists) return std::unexpected(lists.error());
  const auto found = std::ranges::find(*lists, name, &List::name);
  return found == lists->end() ? std::optional<List>() : std::optional(*found);
}

Result<std::string, ExitCode> make_list(Context context, const std::string& name) {
  crypto::SystemRandom random;
  Request request;
  request.mutable_set_list()->set_id(random.id<Id128<struct NewList>>().hex());
  request.mutable_set_list()->set_name(name);
  const auto response = ask(context, std::move(request));
  if (!response) return std::unexpected(response.error());
  return response->set_list().id();
}

ExitCode put(Context context, const std::string& list, const std::vector<std::string>& whom, bool listed) {
  Request request;
  request.mutable_set_listed()->set_list(list);
  request.mutable_set_listed()->set_listed(listed);
  for (const std::string& each : whom) {
    const auto conversation = conversation_with(context, each);
    if (!conversation) return conversation.error();
    request.mutable_set_listed()->add_conversations(conversation->id());
  }
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace

Result<std::string, ExitCode> list_called(Context context, const std::string& name) {
  const auto list = find_list(context, name);
  if (!list) return std::unexpected(list.error());
  if (*list) return (*list)->id();
  context.out.note("there is no list called " + name + ": kith lists");
  return std::unexpected(ExitCode::kFailed);
}

ExitCode run_lists(Context context, const ListsOptions& options) {
  const auto lists = all_lists(context);
  if (!lists) return lists.error();
  for (const List& each : *lists) {
    if (options.json) {
      JsonLine line;
      line.text("id", each.id()).text("name", each.name()).number("conversations", each.conversations());
      context.out.line(line.str());
    } else {
      context.out.line(each.name() + "  " + context.out.coloured("2", std::to_string(each.conversations())));
    }
  }
  if (lists->empty() && !options.json) context.out.note("there are none yet: kith lists add NAME WHOM");
  return ExitCode::kOk;
}

ExitCode run_lists_add(Context context, const ListsOptions& options) {
  const auto list = find_list(context, options.name);
  if (!list) return list.error();
  if (*list) return put(context, (*list)->id(), options.whom, true);
  const auto made = make_list(context, options.name);
  return made ? put(context, *made, options.whom, true) : made.error();
}

ExitCode run_lists_take(Context context, const ListsOptions& options) {
  const auto list = list_called(context, options.name);
  return list ? put(context, *list, options.whom, false) : list.error();
}

ExitCode run_lists_set(Context context, const ListsOptions& options, bool remove) {
  const auto list = list_called(context, options.name);
  if (!list) return list.error();
  Request request;
  request.mutable_set_list()->set_id(*list);
  remove ? request.mutable_set_list()->set_remove(true) : request.mutable_set_list()->set_name(options.other_name);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
