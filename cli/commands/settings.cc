// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"

namespace kith::cli {

using client_api::Request;
using client_api::Settings;

namespace {

struct ScopeWord {
  const char* word;
  Settings::Scope scope;
};
constexpr ScopeWord kScopes[] = {
    {"everyone", Settings::kEveryone}, {"contacts", Settings::kContacts}, {"nobody", Settings::kNobody}};

const char* scope_word(Settings::Scope scope) {
  for (const ScopeWord& known : kScopes) {
    if (known.scope == scope) return known.word;
  }
  return "unknown";
}

std::optional<Settings::Scope> scope_of(const std::string& word) {
  for (const ScopeWord& known : kScopes) {
    if (word == known.word) return known.scope;
  }
  return std::nullopt;
}

ExitCode wrong_value(Context context, const std::string& key, const char* allowed) {
  context.out.note(key + " can be " + allowed);
  return ExitCode::kUsage;
}

}  // namespace

ExitCode run_settings_show(Context context, const SettingsShowOptions& options) {
  Request request;
  request.mutable_get_settings();
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const Settings& settings = response->get_settings();
  if (options.json) {
    JsonLine line;
    line.boolean("read_receipts", settings.read_receipts())
        .text("last_seen", scope_word(settings.last_seen()))
        .text("about", scope_word(settings.about()))
        .text("photo", scope_word(settings.photo()))
        .boolean("link_previews", settings.link_previews())
        .boolean("has_pin", settings.has_pin());
    context.out.line(line.str());
    return ExitCode::kOk;
  }
  context.out.line(std::string("read_receipts  ") + (settings.read_receipts() ? "on" : "off"));
  context.out.line(std::string("last_seen      ") + scope_word(settings.last_seen()));
  context.out.line(std::string("about          ") + scope_word(settings.about()));
  context.out.line(std::string("photo          ") + scope_word(settings.photo()));
  context.out.line(std::string("link_previews  ") + (settings.link_previews() ? "on" : "off"));
  context.out.line(std::string("pin            ") + (settings.has_pin() ? "set" : "none"));
  return ExitCode::kOk;
}

ExitCode run_settings_set(Context context, const std::string& key, const std::string& value) {
  Request request;
  if (key == "read_receipts" || key == "link_previews") {
    if (value != "on" && value != "off") return wrong_value(context, key, "on or off");
    if (key == "read_receipts") {
      request.mutable_set_settings()->set_read_receipts(value == "on");
    } else {
      request.mutable_set_settings()->set_link_previews(value == "on");
    }
  } else if (key == "last_seen" || key == "about" || key == "photo") {
    const auto scope = scope_of(value);
    if (!scope) return wrong_value(context, key, "everyone, contacts or nobody");
    if (key == "about") {
      request.mutable_set_settings()->set_about(*scope);
    } else if (key == "photo") {
      request.mutable_set_settings()->set_photo(*scope);
    } else {
      request.mutable_set_settings()->set_last_seen(*scope);
    }
  } else if (key == "pin") {
    std::string pin = value;
    if (value == "none") {
      pin.clear();
    } else if (value == "-") {  // other users of the machine can read command lines
      auto input = read_input(context, kPinBytesMax);
      if (!input) return input.error();
      pin = std::move(*input);
      if (pin.empty()) return wrong_value(context, key, "4 to 64 characters");
    }
    request.mutable_set_pin()->set_pin(pin);
  } else {
    context.out.note("there is no setting " + key +
                     ": they are read_receipts, last_seen, about, photo, link_previews and pin");
    return ExitCode::kUsage;
  }
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
