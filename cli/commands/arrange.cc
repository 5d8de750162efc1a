// SPDX-License-Identifier: AGPL-3.0-or-later

// Archiving, pinning and muting conversations, marking them as unread, clearing and deleting them.

#include "cli/commands/commands.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

template <class Set>
ExitCode arrange(Context context, const std::string& whom, const Set& set) {
  const auto conversation = conversation_with(context, whom);
  if (!conversation) return conversation.error();
  client_api::Request request;
  request.mutable_set_conversation()->set_conversation(conversation->id());
  set(*request.mutable_set_conversation());
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace

ExitCode run_archive(Context context, const std::string& whom, bool archived) {
  return arrange(context, whom, [archived](auto& what) { what.set_archived(archived); });
}

ExitCode run_unread(Context context, const UnreadOptions& options) {
  return arrange(context, options.whom, [&options](auto& what) { what.set_marked_unread(!options.remove); });
}

ExitCode run_pin(Context context, const std::string& whom, bool pinned) {
  return arrange(context, whom, [pinned](auto& what) { what.set_pinned(pinned); });
}

ExitCode run_mute(Context context, const MuteOptions& options) {
  const uint64_t until = options.hours ? unix_in_hours_us(*options.hours) : UINT64_MAX;
  return arrange(context, options.whom, [until](auto& what) { what.set_muted_until_us(until); });
}

ExitCode run_unmute(Context context, const std::string& whom) {
  return arrange(context, whom, [](auto& what) { what.set_muted_until_us(0); });
}

ExitCode run_clear(Context context, const ClearOptions& options) {
  const auto conversation = conversation_with(context, options.whom);
  if (!conversation) return conversation.error();
  client_api::Request request;
  request.mutable_clear_conversation()->set_conversation(conversation->id());
  request.mutable_clear_conversation()->set_keep_starred(options.keep_starred);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

ExitCode run_delete_chat(Context context, const std::string& whom) {
  const auto conversation = conversation_with(context, whom);
  if (!conversation) return conversation.error();
  client_api::Request request;
  request.mutable_delete_conversation()->set_conversation(conversation->id());
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
