// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unistd.h>

#include <memory>
#include <utility>

#include "cli/ask_user.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/qr_text.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

constexpr uint64_t kLookMs = 1000;
constexpr int kLooksMax = 15;  // without anything new

using client_api::Linking;
using client_api::Request;

// "123 456"
std::string grouped(const std::string& code) {
  return code.size() == 6 ? code.substr(0, 3) + " " + code.substr(3) : code;
}

std::string digits_in(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  return digits;
}

void give_up(Context context) {
  Request request;
  request.mutable_cancel_linking();
  bool done = false;
  context.host.start(std::move(request), [&done](const client_api::Response&) { done = true; });
  context.host.finish([&done] { return done; }, 2000);
}

// Whether the person wants it. Where nobody can be asked, whoever gave the link has said so.
Result<void, ExitCode> agreed(Context context, const DeviceAddOptions& options,
                              const client_api::OpenLinkResponse& opened) {
  if (!options.code.empty()) {
    if (digits_in(options.code) == opened.code()) return {};
    context.out.note("the new device shows another code than " + grouped(opened.code()) +
                     ": somebody may sit between the two; nothing was linked");
    return Fail(ExitCode::kFailed);
  }
  if (!can_ask()) {
    context.out.note("the new device shows " + grouped(opened.code()) + ", if nobody sits between");
    return {};
  }
  const auto shows = ask_whether("Does " + one_line(opened.device_name()) + " show " + grouped(opened.code()) +
                                 "? It can then read and write everything.");
  if (!shows) return Fail(ExitCode::kInterrupted);
  if (*shows) return {};
  context.out.note("nothing was linked");
  return Fail(ExitCode::kFailed);
}

client_api::HistoryScope scope_of(const std::string& history) {
  if (history == "year") return client_api::kHistoryYear;
  return history == "none" ? client_api::kHistoryNone : client_api::kHistoryAll;
}

std::string progress_text(const client_api::History& history) {
  return "history: " + std::to_string(history.done()) + " of " + std::to_string(history.total()) + " messages";
}

client_api::History history_of(const client_api::ListDevicesResponse& response, uint32_t device) {
  for (const client_api::Device& each : response.devices()) {
    const bool is_meant = device == 0 ? each.this_device() : each.id() == device;
    if (is_meant && each.has_history()) return each.history();
  }
  client_api::History none;
  none.set_complete(true);
  return none;
}

// Waits until the history is on the device; zero: on this one. Says how far it is, and ends when it gets no further.
ExitCode follow_history(Context context, uint32_t device) {
  const auto told = std::make_shared<bool>(false);  // the host may go on to tell when this is over
  context.host.listen([told](const client_api::Event& event) { *told = *told || event.has_devices_changed(); });
  client_api::History before;
  for (int looks = 0; looks < kLooksMax; ++looks) {
    Request request;
    request.mutable_list_devices();
    const auto response = ask(context, std::move(request));
    if (!response) return response.error();
    const client_api::History now = history_of(response->list_devices(), device);
    if (now.complete()) {
      if (now.total() > 0) context.out.note(progress_text(now) + ", counted on both devices");
      return ExitCode::kOk;
    }
    if (now.done() != before.done()) {
      context.out.note(progress_text(now));
      looks = 0;
    }
    before = now;
    *told = false;
    if (context.host.run_until([&told] { return *told; }, context.host.in_ms(kLookMs)) == Host::Outcome::kStopped)
      return ExitCode::kInterrupted;
  }
  context.out.note("the history goes on when both devices are connected");
  return ExitCode::kOk;
}

std::string device_json(const client_api::Device& device, uint64_t asked_us) {
  JsonLine line;
  line.number("device", device.id())
      .text("name", device.name())
      .text("platform", device.platform())
      .boolean("this", device.this_device())
      .boolean("first", device.first())
      .number("added_us", device.added_us())
      .number("last_active_us", device.last_active_us())
      .number("asked_us", asked_us);
  if (device.has_history()) {
    line.number("history_total", device.history().total())
        .number("history_done", device.history().done())
        .boolean("history_complete", device.history().complete());
  }
  return line.str();
}

std::string device_line(const client_api::Device& device) {
  std::string text = std::to_string(device.id()) + "  " + one_line(device.name());
  if (!device.platform().empty() && device.platform() != device.name())
    text += " (" + one_line(device.platform()) + ")";
  if (device.added_us() != 0) text += ", since " + local_minute(device.added_us());
  if (!device.this_device() && device.last_active_us() != 0)
    text += ", last there " + local_minute(device.last_active_us());
  if (device.first()) text += ", the first";
  if (device.this_device()) text += ", this one";
  if (device.has_history()) text += ", " + progress_text(device.history());
  return text;
}

Result<void, ExitCode> want_all_ended() {
  if (!can_ask()) return {};
  const auto wanted = ask_whether("Log out all other devices? They delete what they have.");
  if (!wanted) return Fail(ExitCode::kInterrupted);
  if (*wanted) return {};
  return Fail(ExitCode::kFailed);
}

}  // namespace

ExitCode run_devices_list(Context context, const DevicesOptions& options) {
  // When each was last there is the server's to say; the list itself is known here.
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  Request request;
  request.mutable_list_devices()->set_ask_server(!is_offline(context.host.state()));
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const client_api::ListDevicesResponse& list = response->list_devices();
  for (const client_api::Device& device : list.devices())
    context.out.line(options.json ? device_json(device, list.asked_us()) : device_line(device));
  say_device_notices(context);
  // A program that reads is nobody who has seen them.
  if (options.json || context.host.state().device_notices().empty()) return ExitCode::kOk;
  Request see;
  see.mutable_see_devices();
  const auto seen = ask(context, std::move(see));
  return seen ? ExitCode::kOk : seen.error();
}

ExitCode run_devices_link(Context context, const DeviceLinkOptions& options) {
  const client_api::State& state = context.host.state();
  Request request;
  request.mutable_start_linking()->set_server(options.server);
  request.mutable_start_linking()->set_device_name(options.name);
  request.mutable_start_linking()->set_platform(kPlatform);
  const auto response = context.host.call(std::move(request));
  if (!response) return ExitCode::kInterrupted;
  if (response->has_failure()) return say_failure(context, response->failure());
  if (const std::string& link = response->start_linking().link(); !link.empty()) {
    show_qr(STDERR_FILENO, link);
    context.out.line(link);
    context.out.flush();
    context.out.note("on the account's first device: kith devices add LINK, or scan the code");
  }
  bool told = false;
  const auto is_over = [&] {
    if (state.linking().stage() == Linking::kComparing && !std::exchange(told, true))
      context.out.note("this device's code is " + grouped(state.linking().code()));
    return state.registered() || state.linking().stage() == Linking::kFailed;
  };
  if (context.host.run_until(is_over, std::nullopt) == Host::Outcome::kStopped) {
    give_up(context);
    return ExitCode::kInterrupted;
  }
  if (!state.registered()) return say_failure(context, state.linking().failure());
  context.out.note("linked: this home is a device of " + one_line(state.name()) + " on " + state.server());
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  return follow_history(context, 0);
}

ExitCode run_devices_add(Context context, const DeviceAddOptions& options) {
  Request open;
  open.mutable_open_link()->set_link(options.link);
  const auto opened = ask(context, std::move(open));
  if (!opened) return opened.error();
  if (const auto agreement = agreed(context, options, opened->open_link()); !agreement) {
    give_up(context);
    return agreement.error();
  }
  Request confirm;
  confirm.mutable_confirm_link()->set_history(scope_of(options.history));
  const auto confirmed = ask(context, std::move(confirm));
  if (!confirmed) return confirmed.error();
  const client_api::Device& device = confirmed->confirm_link();
  context.out.note("linked: " + one_line(device.name()) + " is device " + std::to_string(device.id()));
  const ExitCode followed = follow_history(context, device.id());
  send_leftovers(context);
  return followed;
}

ExitCode run_devices_remove(Context context, const DeviceRemoveOptions& options) {
  if (options.all == (options.device != 0)) {
    context.out.note("which device: its number, or --all");
    return ExitCode::kUsage;
  }
  Request request;
  if (options.all) {
    if (const auto wanted = want_all_ended(); !wanted) {
      context.out.note("nothing was changed");
      return wanted.error();
    }
    request.mutable_remove_device()->set_all_others(true);
  } else {
    request.mutable_remove_device()->set_device_id(options.device);
  }
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  context.out.note(options.all ? "all other devices are ended"
                               : "device " + std::to_string(options.device) + " is ended");
  return ExitCode::kOk;
}

ExitCode run_devices_rename(Context context, uint32_t device, const std::string& name) {
  Request request;
  request.mutable_rename_device()->set_device_id(device);
  request.mutable_rename_device()->set_name(name);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  context.out.note("device " + std::to_string(device) + " is called " + one_line(response->rename_device().name()));
  return ExitCode::kOk;
}

}  // namespace kith::cli
