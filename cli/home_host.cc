// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/home_host.h"

#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "cli/home_server.h"
#include "cli/local_socket.h"
#include "cli/other_core.h"
#include "cli/own_core.h"

namespace kith::cli {
namespace {

constexpr uint64_t kTryAgainMs = 20;
constexpr size_t kChangeBytes = 16;
// What another process was asked it may have done: a stop waits so long for the answer.
constexpr uint64_t kLastAnswersMs = 2000;

}  // namespace

HomeHost::HomeHost(std::string directory, uint64_t patience_ms, std::function<void(std::string)> trace)
    : directory_(std::move(directory)), patience_ms_(patience_ms), trace_(std::move(trace)) {}

Result<std::unique_ptr<HomeHost>, HomeHost::Failure> HomeHost::open(std::string directory, uint64_t patience_ms,
                                                                    std::function<void(std::string)> trace) {
  std::unique_ptr<HomeHost> host(new HomeHost(std::move(directory), patience_ms, std::move(trace)));
  HomeHost& self = *host;
  self.network_.on_stop_signal([&self](int signal) {
    if (++self.stop_signals_ > 1) std::quick_exit(128 + signal);  // asked twice: no farewells
  });
  self.enter();
  self.run_until([&self] { return self.entered_; }, std::nullopt);
  if (self.failure_) return Fail(*self.failure_);
  if (!self.entered_) return Fail(Failure{ExitCode::kInterrupted, "interrupted"});
  return host;
}

HomeHost::~HomeHost() {
  HomeHost::forget();
  server_.reset();  // while there still is a core to answer with
  own_.reset();
  other_.reset();
}

// ---------------------------------------------------------------- whose core it is

void HomeHost::enter() {
  entered_ = false;
  give_up_ = in_ms(patience_ms_);
  network_.set_timer(kEnterTimer, now(), [this] { try_to_enter(); });
}

void HomeHost::try_to_enter() {
  other_.reset();
  auto home = Home::open(directory_);
  if (home) return begin_own(std::move(*home));
  if (home.error().error != HomeError::kInUse) return fail(ExitCode::kStorage, home.error().detail);
  if (now() >= give_up_) return fail(ExitCode::kHomeInUse, home.error().detail);
  const auto descriptor = connect_in(directory_);
  if (descriptor) begin_other(*descriptor);
  network_.set_timer(kEnterTimer, descriptor ? give_up_ : in_ms(kTryAgainMs), [this] { try_to_enter(); });
}

void HomeHost::begin_own(std::unique_ptr<Home> home) {
  home_ = std::move(home);
  auto core = OwnCore::open(*home_, network_,
                            {.event =
                                 [this](const client_api::Event& event) {
                                   publish(event);
                                   if (server_) server_->tell(event);
                                 },
                             .damaged =
                                 [this] {
                                   fail(ExitCode::kStorage, home_->database_path() +
                                                                " has turned out to be damaged: the next command "
                                                                "rebuilds it from what can be read");
                                 },
                             .traced = trace_});
  if (!core) return fail(ExitCode::kStorage, core.error());
  own_ = std::move(*core);
  server_ = std::make_unique<HomeServer>(*home_, network_, *own_, shares_);
  begin();
}

void HomeHost::begin_other(int descriptor) {
  if (trace_) trace_("another kith has this home, and is asked");
  other_ =
      std::make_unique<OtherCore>(network_, descriptor,
                                  OtherCore::Events{.event = [this](const client_api::Event& event) { publish(event); },
                                                    .lost = [this] { lost(); }});
  begin();
}

// Asks what this process must know; then what it asked the core before, and was not answered.
void HomeHost::begin() {
  client_api::Request state;
  state.mutable_get_state();
  give(std::move(state), [this](const client_api::Response& response) {
    network_.cancel_timer(kEnterTimer);
    note_answer(response);
    entered_ = true;
    if (!std::exchange(was_lost_, false)) return;
    for (client_api::Request& request : shares_.told_by(0)) give(std::move(request), [](const auto&) {});
    for (const auto& [id, waiting] : waiting_) pass_on(id);
    // What happened in between nobody has told
    client_api::Event event;
    *event.mutable_state_changed() = response.get_state();
    publish(event);
    event.mutable_resync();
    publish(event);
  });
}

void HomeHost::lost() {
  was_lost_ = true;
  enter();
}

// ---------------------------------------------------------------- what the command asks

void HomeHost::start(client_api::Request request, Answer answer) {
  const uint32_t id = ++last_request_;
  waiting_.emplace(id, Waiting{std::move(request), std::move(answer)});
  if (entered_) pass_on(id);
}

void HomeHost::pass_on(uint32_t id) {
  client_api::Request& request = waiting_.at(id).request;
  // For the next core to know whether this one has done it. What this process's own core was asked is over with it.
  if (is_guest() && request.change().empty()) request.set_change(to_hex(random_.bytes(kChangeBytes)));
  give(request, [this, id](const client_api::Response& response) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    const Answer answer = std::move(found->second.answer);
    waiting_.erase(found);
    note_answer(response);
    answer(response);
  });
}

void HomeHost::give(client_api::Request request, Answer answer) {
  shares_.join(0, request);
  if (own_) {
    own_->start(0, std::move(request), std::move(answer));
  } else if (other_) {
    other_->start(request, std::move(answer));
  }
}

void HomeHost::forget() {
  Host::forget();
  waiting_.clear();
  if (own_) own_->forget(0);
}

Host::Outcome HomeHost::run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) {
  bool is_done = false;
  const auto is_stopped = [this] { return stop_signals_ > 0 || failure_.has_value(); };
  network_.run_until([&] { return (is_done = done()) || is_stopped(); }, deadline);
  if (!is_done && is_stopped() && is_guest())
    finish([&] { return (is_done = done()) || waiting_.empty(); }, kLastAnswersMs);
  if (is_done) return Outcome::kDone;
  return is_stopped() ? Outcome::kStopped : Outcome::kTimedOut;
}

void HomeHost::finish(const std::function<bool()>& done, uint64_t milliseconds) {
  network_.run_until([&] { return failure_.has_value() || done(); }, in_ms(milliseconds));
}

void HomeHost::when_readable(int descriptor, std::function<void()> readable) {
  network_.when_readable(descriptor, std::move(readable));
}

void HomeHost::set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) {
  network_.set_timer(id, at, std::move(fire));
}

void HomeHost::fail(ExitCode code, std::string detail) {
  if (!failure_) failure_ = Failure{code, std::move(detail)};
}

}  // namespace kith::cli
