// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/unicode.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/sealed_photo.h"

namespace kith::cli {

using client_api::Request;

ExitCode run_profile_show(Context context, const ProfileShowOptions& options) {
  Request request;
  request.mutable_get_profile();
  if (!options.of.empty()) {
    if (const auto connected = connect_if_possible(context); !connected) return connected.error();
    const auto conversation = conversation_with_person(context, options.of, "profile show");
    if (!conversation) return conversation.error();
    request.mutable_get_profile()->set_account_id(conversation->direct().partner().account_id());
  }
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const client_api::Profile& profile = response->get_profile();
  const std::string handle = first_handle(profile);
  if (options.json) {
    context.out.line(JsonLine()
                         .text("name", profile.name())
                         .text("about", profile.about())
                         .text("handle", handle)
                         .boolean("photo", !profile.photo().empty())
                         .str());
    return ExitCode::kOk;
  }
  context.out.line("name    " + one_line(profile.name()));
  context.out.line("about   " + one_line(profile.about()));
  context.out.line("handle  " + one_line(handle));
  if (!profile.photo().empty()) context.out.line("photo   yes");
  return ExitCode::kOk;
}

ExitCode run_profile_set(Context context, const ProfileSetOptions& options) {
  if (!options.name && !options.about && options.photo.empty() && !options.no_photo) {
    context.out.note("say what to set: --name, --about, --photo or --no-photo");
    return ExitCode::kUsage;
  }
  if (options.name && !has_visible(*options.name)) {
    context.out.note("--name: a name can't be empty");
    return ExitCode::kUsage;
  }
  Request request;
  client_api::SetProfileRequest& profile = *request.mutable_set_profile();
  if (options.name) profile.set_name(*options.name);
  if (options.about) {
    profile.set_about(*options.about);
    profile.set_clear_about(options.about->empty());
  }
  profile.set_remove_photo(options.no_photo);
  if (!options.photo.empty()) {
    auto photo = seal_photo(context, options.photo);
    if (!photo) return photo.error();
    *profile.mutable_photo() = *std::move(photo);
  }
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
