// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/context.h"

#include <unistd.h>

#include <cerrno>
#include <functional>

#include "base/limits.h"
#include "cli/time_text.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Request;
using client_api::Response;
using client_api::State;

namespace {

constexpr uint64_t kLeftoversMs = 5000;
constexpr uint64_t kConnectMs = 10'000;
constexpr const char* kUntitledGroup = "(a group whose title has not come yet)";

}  // namespace

bool is_conversation_id(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

ExitCode say_failure(Context context, const client_api::Failure& failure) {
  context.out.note(describe(failure));
  return exit_code_of(failure.code());
}

std::optional<Response> answer_to(Context context, Request request) {
  std::optional<Response> response = context.host.call(request);
  const bool needs_server =
      response && response->has_failure() && response->failure().code() == client_api::Failure::kOffline;
  if (needs_server && context.host.state().registered() && context.host.state().connection() == State::kOffline) {
    Request connect;
    connect.mutable_connect();
    response = context.host.call(std::move(connect));
    if (response && !response->has_failure()) response = context.host.call(std::move(request));
  }
  return response;
}

Result<Response, ExitCode> ask(Context context, Request request) {
  std::optional<Response> response = answer_to(context, std::move(request));
  if (!response) return Fail(ExitCode::kInterrupted);
  if (response->has_failure()) return Fail(say_failure(context, response->failure()));
  return std::move(*response);
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

std::string own_phone(const client_api::State& state) {
  const bool is_phone = !state.handles().empty() && state.handles(0).kind() == client_api::Handle::kPhone;
  return is_phone ? state.handles(0).text() : "";
}

std::string handle_of(const client_api::Conversation& conversation) {
  return first_handle(conversation.direct().partner());
}

Result<client_api::Conversation, ExitCode> conversation_with(Context context, const std::string& whom) {
  const auto found = find_whom(context, whom);
  if (!found) return Fail(found.error());
  Request request;
  request.mutable_open_conversation()->set_conversation(found->id);
  request.mutable_open_conversation()->set_handle(found->handle);
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return std::move(*response->mutable_open_conversation());
}

Result<client_api::Conversation, ExitCode> conversation_with_person(Context context, const std::string& whom,
                                                                    const std::string& command) {
  auto conversation = conversation_with(context, whom);
  if (!conversation || !conversation->has_group()) return conversation;
  context.out.note(title_of(*conversation) + " is a group: kith " + command + " is about one person");
  return Fail(ExitCode::kUsage);
}

Result<void, ExitCode> start_connecting(Context context) {
  Request request;
  request.mutable_connect();
  const auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return {};
}

bool is_offline(const State& state) {
  return state.connection() == State::kWaiting || state.connection() == State::kOffline || is_refused(state);
}

std::string why_offline(const State& state) {
  switch (state.storage_failure()) {
    case client_api::Failure::kUnspecified: return "offline";
    case client_api::Failure::kDiskFull: return "the disk is full";
    default: return "the database can't be written";
  }
}

bool is_refused(const State& state) {
  switch (state.connection()) {
    case State::kEnded:
    case State::kUnknownDevice:
    case State::kOtherServer:
    case State::kIdentityConflict: return true;
    default: return false;
  }
}

void say_refused(Context context) {
  switch (context.host.state().connection()) {
    case State::kIdentityConflict:
      return context.out.note(
          "the server gives out another identity for this account: it was taken over, or the server lies. Nothing is "
          "lost here; kith register takes the number back");
    case State::kUnknownDevice:
      return context.out.note(
          "the server does not know this device: it has lost data. Nothing is lost here, and all goes on when it is "
          "back; kith register registers the number anew");
    case State::kOtherServer:
      return context.out.note(
          "this is another server than the one you registered with. Nothing is sent to it or lost here, and all goes "
          "on when the right one is back; kith register registers with this one");
    default:
      if (!context.host.state().first_device())
        return context.out.note(
            "this device is ended: the account's first device has removed it, or registered elsewhere. kith devices "
            "link "
            "makes it one of the account's again");
      return context.out.note(
          "this device was ended: its number registered elsewhere. Nothing is lost here; kith register takes the "
          "number back");
  }
}

Reached wait_for_connection(Host& host, std::optional<MonotonicMs> deadline) {
  const State& state = host.state();
  const auto outcome =
      host.run_until([&] { return state.connection() == State::kOnline || is_offline(state); }, deadline);
  if (outcome == Host::Outcome::kStopped) return Reached::kStopped;
  if (outcome == Host::Outcome::kTimedOut) return Reached::kTimedOut;
  if (is_refused(state)) return Reached::kEnded;
  if (state.connection() == State::kOnline) return Reached::kOnline;
  return state.storage_failure() == client_api::Failure::kUnspecified ? Reached::kOffline : Reached::kStorage;
}

Result<void, ExitCode> connect_if_possible(Context context) {
  Request request;
  request.mutable_connect();
  const auto response = context.host.call(std::move(request));
  if (!response) return Fail(ExitCode::kInterrupted);
  if (response->has_failure()) return {};  // the command itself will say what is missing
  if (wait_for_connection(context.host, context.host.in_ms(kConnectMs)) == Reached::kStopped)
    return Fail(ExitCode::kInterrupted);
  return {};
}

void report_failures(Context context) {
  context.host.listen([context](const client_api::Event& event) {
    const client_api::Message& message = event.message_changed();
    if (!event.has_message_changed() || message.tick() != client_api::Message::kFailed) return;
    context.out.note(failure_note(message));
  });
}

void say_device_notices(Context context) {
  for (const client_api::DeviceNotice& notice : context.host.state().device_notices()) {
    const std::string device = one_line(notice.name()) + " (device " + std::to_string(notice.device_id()) + ")";
    switch (notice.kind()) {
      case client_api::DeviceNotice::kAdded:
        context.out.note(device + " was linked to this account at " + local_minute(notice.time_us()) +
                         ": if that was not you, remove it at the account's first device");
        break;
      case client_api::DeviceNotice::kIdle:
        context.out.note(device + " has not been used for long, and is ended at " + local_minute(notice.time_us()) +
                         " unless it is used before");
        break;
      case client_api::DeviceNotice::kEnded:
        context.out.note(device + " is ended: nobody had used it for " + std::to_string(kIdleDeviceDays) + " days");
        break;
      default: break;  // of a later version
    }
  }
}

void send_leftovers(Context context) {
  Host& host = context.host;
  const State& state = host.state();
  const auto nothing_left = [&] { return state.unsent_messages() == 0 && !state.changes_unsent(); };
  if (!state.registered() || nothing_left() || is_refused(state)) return;
  if (state.connection() == State::kOffline) {
    Request request;
    request.mutable_connect();
    const auto response = host.call(std::move(request));
    if (!response || response->has_failure()) return;
  }
  host.run_until([&] { return nothing_left() || is_offline(state); }, host.in_ms(kLeftoversMs));
  if (host.has_changed_something() && state.changes_unsent() && is_offline(state))
    context.out.note(why_offline(state) +
                     ": the change is kept, and told to the server by the next command that reaches it");
}

std::string title_of(const client_api::Conversation& conversation) {
  if (conversation.has_self()) return kNoteToSelf;
  return conversation.has_group() && conversation.title().empty() ? kUntitledGroup : conversation.title();
}

Place place_of(const client_api::Conversation& conversation) {
  return {title_of(conversation), conversation.group().group_id()};
}

Result<Places, ExitCode> all_places(Context context) {
  Request list;
  list.mutable_list_conversations();
  const auto conversations = ask(context, std::move(list));
  if (!conversations) return Fail(conversations.error());
  Places places;
  for (const auto& conversation : conversations->list_conversations().conversations())
    places[conversation.id()] = place_of(conversation);
  return places;
}

Told told_there(Context context, const client_api::Message& message, const Place& place) {
  Told told{"you", "", context.host.state().account_id()};
  if (message.outgoing()) return told;
  told.author = place.title.empty() || place.is_group() ? message.sender().name() : place.title;
  return told;
}

Told told_anywhere(Context context, const client_api::Message& message, const Place& place) {
  Told told = told_there(context, message, place);
  if (place.is_group()) told.group = place.title;
  return told;
}

std::optional<std::string> read_everything(int descriptor, size_t limit) {
  std::string text;
  char part[16384];
  for (;;) {
    const ssize_t size = ::read(descriptor, part, sizeof part);
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    text.append(part, static_cast<size_t>(size));
    if (text.size() > limit) return std::nullopt;
  }
}

Result<std::string, ExitCode> read_input(Context context, size_t limit) {
  std::string text;
  bool ended = false;
  bool failed = false;
  std::function<void()> read_on;
  read_on = [&] {
    context.host.when_readable(STDIN_FILENO, [&] {
      char part[16384];
      const ssize_t size = ::read(STDIN_FILENO, part, sizeof part);
      if (size > 0) text.append(part, static_cast<size_t>(size));
      ended = size == 0;
      failed = text.size() > limit + 2 || (size < 0 && errno != EINTR && errno != EAGAIN);
      if (!ended && !failed) read_on();
    });
  };
  read_on();
  const auto outcome = context.host.run_until([&] { return ended || failed; }, std::nullopt);
  context.host.stop_watching(STDIN_FILENO);
  if (outcome == Host::Outcome::kStopped) return Fail(ExitCode::kInterrupted);
  if (outcome == Host::Outcome::kTimedOut) {  // there is no home, and nothing ever happens
    client_api::Failure missing;
    missing.set_code(client_api::Failure::kNotRegistered);
    return Fail(say_failure(context, missing));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (ended && !failed && text.size() <= limit) return text;
  context.out.note("standard input can't be read, or is longer than " + std::to_string(limit) + " bytes");
  return Fail(ExitCode::kUsage);
}

}  // namespace kith::cli
