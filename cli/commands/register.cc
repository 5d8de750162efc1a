// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "base/bytes.h"
#include "base/handle.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "cli/ask_user.h"
#include "cli/commands/commands.h"
#include "net/client_url.h"

namespace kith::cli {
namespace {

using client_api::Failure;
using client_api::Request;
using client_api::Response;

constexpr int kAttempts = 3;
constexpr uint64_t kConnectMs = 10'000;

std::string own_handle(const client_api::State& state) {
  const std::string handle = first_handle(state);
  return handle.empty() ? "an account without a number" : handle;
}

const std::string& handle_of(const RegisterOptions& options) {
  return options.email.empty() ? options.phone : options.email;
}

Request registration(const RegisterOptions& options) {
  Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server(options.server);
  what.set_handle(handle_of(options));
  what.set_name(options.name);
  what.set_code(options.code);
  what.set_pin(options.pin);
  what.set_device_name(kPlatform);
  what.set_platform(kPlatform);
  return request;
}

// The failure, and what may be behind it: a server that speaks TLS makes nothing of what comes without.
ExitCode say_failed(Context context, const RegisterOptions& options, const Failure& failure) {
  const ExitCode code = say_failure(context, failure);
  if (failure.code() == Failure::kNotKith && options.server.starts_with("http://"))
    context.out.note("should the server use TLS, its address is https://" + options.server.substr(7));
  return code;
}

// The code of a development server comes back in the answer.
Result<std::string, ExitCode> obtain_code(Context context, const RegisterOptions& options) {
  Request request;
  request.mutable_request_code()->set_server(options.server);
  request.mutable_request_code()->set_handle(handle_of(options));
  const auto response = context.host.call(std::move(request));
  if (!response) return Fail(ExitCode::kInterrupted);
  if (response->has_failure()) return Fail(say_failed(context, options, response->failure()));
  if (!response->request_code().code().empty()) return response->request_code().code();
  const auto url = net::parse_client_url(options.server);
  context.out.note("whoever runs " + (url ? url->authority : options.server) + " has the code for " +
                   handle_of(options) + ": ask them for it");
  if (!can_ask()) {
    context.out.note("run the same command with --code and the code");
    return Fail(ExitCode::kFailed);
  }
  const auto code = ask_user("Code: ", false);
  if (!code) return Fail(ExitCode::kInterrupted);
  return *code;
}

// What no server needs to be asked for, and no code to be spent on.
std::string mistake_in(const RegisterOptions& options) {
  const auto url = net::parse_client_url(options.server);
  if (options.server.find('@') != std::string::npos)
    return "--server: an address has no user name and password, it is like https://kith.example";
  if (!url || url->web_socket) return "--server: " + options.server + " is no address like https://kith.example";
  if (options.phone.empty() && options.email.empty()) return "one of --phone and --email is needed";
  if (!options.email.empty() && !Handle::email(options.email)) return "--email: " + options.email + " is no address";
  if (!has_visible(options.name)) return "--name: a name can't be empty";
  if (!is_utf8(options.name)) return "--name: is not UTF-8";
  if (utf8_length(options.name) > kNameCharactersMax) return "--name: is longer than 64 characters";
  return "";
}

// Whether this home may become a device: it is none, or the server takes it for one no more. That the server is asked
// when this device does not know it yet.
Result<void, ExitCode> check_is_free(Context context, const RegisterOptions& options) {
  const client_api::State& state = context.host.state();
  if (!state.registered()) return {};
  const std::string registered = "this home is registered already as " + own_handle(state);
  const auto handle = Handle::parse(handle_of(options), "");
  const auto is_it = [&](const client_api::Handle& own) { return own.text() == handle->text(); };
  if (handle && std::ranges::none_of(state.handles(), is_it)) {
    context.out.note(registered + "; another account needs another --home");
    return Fail(ExitCode::kFailed);
  }
  if (is_refused(state)) return {};
  if (const auto connecting = start_connecting(context); !connecting) return connecting;
  switch (wait_for_connection(context.host, context.host.in_ms(kConnectMs))) {
    case Reached::kEnded: return {};
    case Reached::kStopped: return Fail(ExitCode::kInterrupted);
    case Reached::kOnline: context.out.note(registered); return Fail(ExitCode::kFailed);
    case Reached::kStorage:
      context.out.note(registered + ", and " + why_offline(state));
      return Fail(ExitCode::kStorage);
    case Reached::kOffline:
    case Reached::kTimedOut: break;
  }
  context.out.note(registered + ", and its server can't be reached to say that it takes this device no more");
  return Fail(ExitCode::kOffline);
}

}  // namespace

ExitCode run_register(Context context, const RegisterOptions& options) {
  if (const std::string mistake = mistake_in(options); !mistake.empty()) {
    context.out.note(mistake);
    return ExitCode::kUsage;
  }
  if (const auto free = check_is_free(context, options); !free) return free.error();
  RegisterOptions complete = options;
  if (complete.code.empty()) {
    auto code = obtain_code(context, options);
    if (!code) return code.error();
    complete.code = std::move(*code);
  }
  for (int attempt = 1;; ++attempt) {
    const std::optional<Response> response = context.host.call(registration(complete));
    if (!response) return ExitCode::kInterrupted;
    if (!response->has_failure()) break;
    const Failure::Code code = response->failure().code();
    const ExitCode failed = say_failed(context, options, response->failure());
    const bool asks_pin = code == Failure::kPinRequired || code == Failure::kWrongPin;
    const bool asks_code = code == Failure::kWrongCode && options.code.empty();
    if (!(asks_pin || asks_code) || !can_ask() || attempt == kAttempts) return failed;
    auto answer = ask_user(asks_pin ? "PIN: " : "Code: ", asks_pin);
    if (!answer) return ExitCode::kInterrupted;
    (asks_pin ? complete.pin : complete.code) = std::move(*answer);
  }
  context.out.note("registered " + own_handle(context.host.state()) + " as " + options.name + " on " +
                   context.host.state().server());
  return ExitCode::kOk;
}

}  // namespace kith::cli
