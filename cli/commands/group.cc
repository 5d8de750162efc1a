// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups themselves: making, listing, changing and leaving them.

#include "cli/ask_user.h"
#include "cli/commands/commands.h"
#include "cli/group_text.h"
#include "cli/groups.h"
#include "cli/json_line.h"
#include "cli/members.h"
#include "cli/sealed_photo.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Conversation;
using client_api::GroupPermissions;
using client_api::Request;

namespace {

std::string group_json(const Conversation& conversation) {
  JsonLine line;
  line.text("title", title_of(conversation)).text("conversation", conversation.id());
  add_group(line, conversation.group());
  return line.str();
}

void show_permissions(Context context, const GroupPermissions& permissions, bool json) {
  const auto word = [](bool members_may) { return permission_word(members_may); };
  if (json) {
    JsonLine line;
    line.text("send", word(permissions.send()))
        .text("edit", word(permissions.edit_info()))
        .text("add", word(permissions.add_members()));
    return context.out.line(line.str());
  }
  context.out.line("send  " + word(permissions.send()));
  context.out.line("edit  " + word(permissions.edit_info()));
  context.out.line("add   " + word(permissions.add_members()));
}

}  // namespace

ExitCode run_group_create(Context context, const GroupCreateOptions& options) {
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  const auto people = find_people(context, options.members);
  if (!people) return people.error();
  Request request;
  client_api::CreateGroupRequest& group = *request.mutable_create_group();
  group.set_title(options.title);
  group.set_description(options.description);
  group.mutable_members()->Assign(people->begin(), people->end());
  GroupPermissions& permissions = *group.mutable_permissions();
  permissions.set_send(!options.announce);
  permissions.set_edit_info(true);
  permissions.set_add_members(true);
  const auto response = ask_about_group(context, std::move(request));
  if (!response) return response.error();
  context.out.line(response->create_group().group().group_id());
  return ExitCode::kOk;
}

ExitCode run_group_list(Context context, bool json) {
  Request request;
  request.mutable_list_conversations();
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  for (const Conversation& conversation : response->list_conversations().conversations()) {
    if (!conversation.has_group()) continue;
    context.out.line(json ? group_json(conversation)
                          : context.out.coloured("1", one_line(title_of(conversation))) + "  " +
                                context.out.coloured("2", group_line(conversation.group())));
  }
  return ExitCode::kOk;
}

ExitCode run_group_rename(Context context, const std::string& group, const std::string& title) {
  return change_group(context, group, [&](const Conversation& conversation, Request& request) {
    request.mutable_set_group()->set_conversation(conversation.id());
    request.mutable_set_group()->set_title(title);
    return ExitCode::kOk;
  });
}

ExitCode run_group_describe(Context context, const std::string& group, const std::string& text) {
  return change_group(context, group, [&](const Conversation& conversation, Request& request) {
    request.mutable_set_group()->set_conversation(conversation.id());
    request.mutable_set_group()->set_description(text);
    return ExitCode::kOk;
  });
}

ExitCode run_group_photo(Context context, const std::string& group, const std::string& path, bool remove) {
  if (path.empty() && !remove) {
    context.out.note("say which picture, or --remove");
    return ExitCode::kUsage;
  }
  return change_group(context, group, [&](const Conversation& conversation, Request& request) {
    client_api::SetGroupRequest& what = *request.mutable_set_group();
    what.set_conversation(conversation.id());
    what.set_remove_photo(remove);
    if (remove) return ExitCode::kOk;
    auto photo = seal_photo(context, path);
    if (!photo) return photo.error();
    *what.mutable_photo() = *std::move(photo);
    return ExitCode::kOk;
  });
}

ExitCode run_group_permissions(Context context, const GroupPermissionsOptions& options) {
  if (options.send.empty() && options.edit.empty() && options.add.empty()) {
    const auto conversation = find_group(context, options.group);
    if (!conversation) return conversation.error();
    show_permissions(context, conversation->group().permissions(), options.json);
    return ExitCode::kOk;
  }
  return change_group(context, options.group, [&](const Conversation& conversation, Request& request) {
    request.mutable_set_group()->set_conversation(conversation.id());
    client_api::PermissionChanges& permissions = *request.mutable_set_group()->mutable_permissions();
    if (!options.send.empty()) permissions.set_send(options.send == "all");
    if (!options.edit.empty()) permissions.set_edit_info(options.edit == "all");
    if (!options.add.empty()) permissions.set_add_members(options.add == "all");
    return ExitCode::kOk;
  });
}

ExitCode run_group_leave(Context context, const std::string& group) {
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  const auto conversation = find_group(context, group);
  if (!conversation) return conversation.error();
  const std::string title = one_line(title_of(*conversation));
  if (can_ask()) {
    const auto wanted =
        ask_whether("Leave " + title + "? You come in again only by its link, or when a member adds you.");
    if (!wanted) return ExitCode::kInterrupted;
    if (!*wanted) {
      context.out.note("nothing was changed");
      return ExitCode::kFailed;
    }
  }
  Request request;
  request.mutable_leave_group()->set_conversation(conversation->id());
  const auto response = ask_about_group(context, std::move(request));
  if (!response) return response.error();
  context.out.note("you are no member of " + title + " any more; what was written stays here");
  return ExitCode::kOk;
}

}  // namespace kith::cli
