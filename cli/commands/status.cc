// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/shell_word.h"

namespace kith::cli {
namespace {

constexpr uint64_t kConnectMs = 15'000;

const char* reached_word(Reached reached, const client_api::State& state) {
  switch (reached) {
    case Reached::kOnline: return "online";
    case Reached::kEnded: break;
    default: return "offline";
  }
  switch (state.connection()) {
    case client_api::State::kUnknownDevice: return "unknown device";
    case client_api::State::kOtherServer: return "another server";
    case client_api::State::kIdentityConflict: return "another identity";
    default: return "ended";
  }
}

ExitCode exit_code_of(Reached reached) {
  switch (reached) {
    case Reached::kOnline: return ExitCode::kOk;
    case Reached::kEnded: return ExitCode::kDeviceEnded;
    case Reached::kStorage: return ExitCode::kStorage;
    case Reached::kStopped: return ExitCode::kInterrupted;
    default: return ExitCode::kOffline;
  }
}

Reached reached_with(client_api::Failure::Code code) {
  switch (code) {
    case client_api::Failure::kDeviceEnded: return Reached::kEnded;
    case client_api::Failure::kStorage:
    case client_api::Failure::kDiskFull: return Reached::kStorage;
    default: return Reached::kOffline;
  }
}

// Of which the state says nothing: they are sent only when this user agrees to an identity.
struct Held {
  uint64_t messages = 0;
  std::vector<std::string> names;  // whom they are for
};
Result<Held, ExitCode> held_messages(Context context) {
  client_api::Request request;
  request.mutable_list_conversations();
  const auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  Held held;
  for (const auto& conversation : response->list_conversations().conversations()) {
    if (conversation.direct().held_messages() == 0) continue;
    held.messages += conversation.direct().held_messages();
    held.names.push_back(title_of(conversation));
  }
  return held;
}

void say_held(Context context, const Held& held) {
  for (const std::string& name : held.names)
    context.out.note("messages to " + name + ", whose identity has changed, wait for your agreement: compare it with " +
                     "kith verify " + shell_word(name) + ", or kith accept " + shell_word(name));
}

}  // namespace

ExitCode run_status(Context context, const StatusOptions& options) {
  Reached reached = Reached::kOffline;
  const client_api::State& state = context.host.state();
  if (state.registered()) {
    client_api::Request request;
    request.mutable_connect();
    const auto response = context.host.call(std::move(request));
    if (!response) return ExitCode::kInterrupted;
    if (response->has_failure()) {
      reached = reached_with(response->failure().code());
    } else {
      reached = wait_for_connection(context.host, context.host.in_ms(kConnectMs));
      if (reached == Reached::kOnline) send_leftovers(context);  // so that the counts are those afterwards
    }
  }
  Held held;
  if (state.registered()) {
    auto counted = held_messages(context);
    if (!counted) return counted.error();
    held = std::move(*counted);
  }
  const std::string handle = first_handle(state);
  if (options.json) {
    JsonLine line;
    line.boolean("registered", state.registered())
        .text("server", state.server())
        .text("handle", handle)
        .text("account", state.account_id())
        .number("device", state.device_id())
        .text("name", state.name())
        .text("connection", reached_word(reached, state))
        .number("unsent", state.unsent_messages())
        .number("held", held.messages)
        .number("undecryptable", state.undecryptable())
        .number("device_notices", static_cast<uint64_t>(state.device_notices_size()));
    context.out.line(line.str());
  } else if (state.registered()) {
    context.out.line("handle      " + one_line(handle));
    context.out.line("name        " + one_line(state.name()));
    context.out.line("server      " + one_line(state.server()));
    context.out.line("connection  " + std::string(reached_word(reached, state)));
    context.out.line("account     " + state.account_id() + ", device " + std::to_string(state.device_id()));
    context.out.line("unsent      " + std::to_string(state.unsent_messages()));
    if (held.messages > 0)
      context.out.line("held        " + std::to_string(held.messages) + ", waiting for your agreement");
    say_held(context, held);
    if (state.undecryptable() > 0) context.out.line("unreadable  " + std::to_string(state.undecryptable()));
    say_device_notices(context);
  }
  if (!state.registered()) {
    if (state.removed())
      context.out.note("the account's first device has removed this one: everything that was here is deleted");
    context.out.note("not registered yet: kith register --server URL --phone NUMBER --name NAME");
    return ExitCode::kNotRegistered;
  }
  if (reached == Reached::kEnded) say_refused(context);
  if (reached == Reached::kStorage)
    context.out.note(why_offline(state) + ": what comes waits on the server until that is over");
  return exit_code_of(reached);
}

}  // namespace kith::cli
