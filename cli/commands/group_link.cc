// SPDX-License-Identifier: AGPL-3.0-or-later

// The link by which people come into a group without being added.

#include <unistd.h>

#include "cli/ask_user.h"
#include "cli/commands/commands.h"
#include "cli/groups.h"
#include "cli/json_line.h"
#include "cli/qr_text.h"
#include "cli/time_text.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Conversation;
using client_api::GroupLink;
using client_api::Request;

namespace {

ExitCode show_link(Context context, const GroupLink& link, bool json) {
  if (json) {
    JsonLine line;
    line.text("link", link.link()).boolean("approval", link.approval());
    if (link.expires_us() > 0) line.text("expires_at", rfc3339(link.expires_us()));
    context.out.line(line.str());
    return ExitCode::kOk;
  }
  show_qr(STDERR_FILENO, link.link());
  context.out.line(link.link());
  if (link.approval()) context.out.note("an admin has to let in who comes by it: kith group requests");
  if (link.expires_us() > 0) context.out.note("it leads in until " + local_minute(link.expires_us()));
  return ExitCode::kOk;
}

ExitCode set_link(Context context, const Conversation& conversation, const GroupLinkOptions& options) {
  Request request;
  client_api::SetGroupLinkRequest& link = *request.mutable_set_group_link();
  link.set_conversation(conversation.id());
  link.set_remove(options.end);
  link.set_approval(options.approval);
  if (options.expires_hours) link.set_expires_us(unix_in_hours_us(*options.expires_hours));
  const auto response = ask_about_group(context, std::move(request));
  if (!response) return response.error();
  return options.end ? ExitCode::kOk : show_link(context, response->set_group_link().group().link(), options.json);
}

// There is none that could be shown.
ExitCode make_if_wanted(Context context, const Conversation& conversation, const GroupLinkOptions& options) {
  const bool is_there = conversation.group().has_link();
  const std::string what =
      is_there ? "there is a link, which this device does not know" : "there is no link to " + title_of(conversation);
  if (can_ask() && !options.json) {
    const auto wanted = ask_whether(one_line(what) + (is_there ? ". Make another one instead?" : ". Make one?"));
    if (!wanted) return ExitCode::kInterrupted;
    if (*wanted) return set_link(context, conversation, options);
  }
  context.out.note(what + ": --new makes " + (is_there ? "another one instead" : "one"));
  return ExitCode::kFailed;
}

}  // namespace

ExitCode run_group_link(Context context, const GroupLinkOptions& options) {
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  const auto conversation = find_group(context, options.group);
  if (!conversation) return conversation.error();
  const bool makes = options.make || options.approval || options.expires_hours.has_value();
  if (makes || options.end) return set_link(context, *conversation, options);
  const GroupLink& link = conversation->group().link();
  return link.link().empty() ? make_if_wanted(context, *conversation, options) : show_link(context, link, options.json);
}

ExitCode run_group_join(Context context, const std::string& link) {
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  Request open;
  open.mutable_open_group_link()->set_link(link);
  const auto opened = ask_about_group(context, std::move(open));
  if (!opened) return opened.error();
  const client_api::GroupPreview& group = opened->open_group_link();
  if (group.member()) {
    const auto conversation = conversation_with(context, group.conversation());
    if (!conversation) return conversation.error();
    context.out.line(conversation->group().group_id());
    context.out.note("you are a member of " + group.title() + " already");
    return ExitCode::kOk;
  }
  Request join;
  join.mutable_join_group()->set_link(link);
  const auto joined = ask_about_group(context, std::move(join));
  if (!joined) return joined.error();
  if (!joined->join_group().has_conversation()) {
    context.out.note("asked to be let in to " + group.title() + ": one of its admins has to");
    return ExitCode::kOk;
  }
  context.out.line(joined->join_group().conversation().group().group_id());
  context.out.note("you are a member of " + group.title() + " now");
  return ExitCode::kOk;
}

}  // namespace kith::cli
