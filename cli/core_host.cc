// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/core_host.h"

#include <cstdlib>
#include <deque>
#include <unordered_map>

#include "base/bytes.h"
#include "cli/home.h"
#include "client_api/host.pb.h"
#include "core/open_device.h"
#include "crypto/hash.h"
#include "net/client_network.h"
#include "net/system_clock.h"

namespace kith::cli {
namespace {

using client_api::Action;
using client_api::Input;

constexpr uint32_t kWakeTimer = 0;  // the core's; commands number theirs from 1
constexpr uint32_t kPumpTimer = UINT32_MAX;
constexpr uint64_t kFarewellMs = 2000;
constexpr int kFramesTogether = 64;

}  // namespace

struct CoreHost::Impl {
  net::SystemClock clock;
  crypto::SystemRandom random;
  net::ClientNetwork network;
  core::Device device;
  std::function<void(std::string)> trace;

  std::unordered_map<uint32_t, Answer> answers;
  uint32_t last_request = 0;
  int stop_signals = 0;
  bool damaged = false;  // the database: nothing more is handed in

  // The core is never entered twice: what callbacks ask for while actions are carried out waits here.
  std::deque<Input> inputs;
  bool pumping = false;

  void say(const std::string& line) const {
    if (trace) trace(line);
  }
};

namespace {

// For people, with what they can do about it.
const char* meaning(core::OpenError error) {
  switch (error) {
    case core::OpenError::kNewer: return "was written by a newer version of kith";
    case core::OpenError::kCorrupt:
      return "is damaged, and not even its registration can be read. Put a backup of this directory back, or move it "
             "away and register again: "
             "messages that wait on the server arrive then";
    case core::OpenError::kFull: return "can't be opened: the disk is full";
    case core::OpenError::kStorage: break;
  }
  return "can't be read or written";
}

}  // namespace

CoreHost::CoreHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<CoreHost>, CoreHost::Failure> CoreHost::open(const Home& home,
                                                                    std::function<void(std::string)> trace) {
  auto impl = std::make_unique<Impl>();
  impl->trace = std::move(trace);
  auto device = core::open_device(home.database_path(), nullptr, impl->clock, impl->random);
  if (!device) return Fail(Failure{ExitCode::kStorage, home.database_path() + " " + meaning(device.error())});
  impl->device = std::move(*device);
  std::unique_ptr<CoreHost> host(new CoreHost(std::move(impl)));
  host->impl_->network.on_stop_signal([state = host->impl_.get()](int signal) {
    if (++state->stop_signals > 1) std::quick_exit(128 + signal);  // asked twice: no farewells
  });
  client_api::Request state;
  state.mutable_get_state();
  host->call(std::move(state));  // so that state() is known from the start
  return host;
}

CoreHost::~CoreHost() {
  forget();
  bool disconnected = false;
  client_api::Request request;
  request.mutable_disconnect();
  start(std::move(request), [&disconnected](const client_api::Response&) { disconnected = true; });
  impl_->network.run_until([&] { return impl_->damaged || (disconnected && impl_->network.is_quiet()); },
                           in_ms(kFarewellMs));
}

void CoreHost::start(client_api::Request request, Answer answer) {
  do {
    ++impl_->last_request;
  } while (impl_->last_request == 0 || impl_->answers.contains(impl_->last_request));
  request.set_id(impl_->last_request);
  impl_->answers.emplace(request.id(), std::move(answer));
  Input input;
  *input.mutable_request() = std::move(request);
  impl_->inputs.push_back(std::move(input));
  // Not now: the answer must not come inside this call
  impl_->network.set_timer(kPumpTimer, now(), [this] { pump(); });
}

void CoreHost::forget() {
  Host::forget();
  impl_->answers.clear();
  // A request that nobody waits for any more must not be carried out: take_events would lose what it takes.
  std::erase_if(impl_->inputs, [](const Input& input) { return input.has_request(); });
}

void CoreHost::feed(Input input) {
  impl_->inputs.push_back(std::move(input));
  pump();
}

// What the socket has more of comes before the timer, and is taken in the same transaction.
void CoreHost::feed_later(Input input) {
  std::deque<Input>& inputs = impl_->inputs;
  const bool joins = !inputs.empty() && inputs.back().has_socket_frame() &&
                     inputs.back().socket_frame().socket() == input.socket_frame().socket();
  if (joins) {
    inputs.back().mutable_socket_frame()->add_frames(std::move(*input.mutable_socket_frame()->mutable_frames(0)));
    if (inputs.back().socket_frame().frames_size() >= kFramesTogether) pump();
  } else {
    inputs.push_back(std::move(input));
    impl_->network.set_timer(kPumpTimer, now(), [this] { pump(); });
  }
}

void CoreHost::pump() {
  if (impl_->pumping) return;
  impl_->pumping = true;
  std::vector<Action> actions;
  while (!impl_->inputs.empty() && !impl_->damaged) {
    const Input input = std::move(impl_->inputs.front());
    impl_->inputs.pop_front();
    actions.clear();
    impl_->device.client->handle(input, actions);
    for (const Action& action : actions) carry_out(action);
    impl_->damaged = impl_->device.client->damaged();
  }
  impl_->pumping = false;
}

void CoreHost::carry_out(const Action& action) {
  switch (action.kind_case()) {
    case Action::kResponse: {
      note_answer(action.response());
      const auto found = impl_->answers.find(action.response().id());
      if (found == impl_->answers.end()) return;
      const Answer answer = std::move(found->second);
      impl_->answers.erase(found);
      answer(action.response());
      return;
    }
    case Action::kEvent: publish(action.event()); return;
    case Action::kOpenSocket: open_socket(action.open_socket().socket(), action.open_socket().url()); return;
    case Action::kSendFrame:
      impl_->say("socket: sends " + std::to_string(action.send_frame().frame().size()) + " bytes");
      impl_->network.send(action.send_frame().socket(), action.send_frame().frame());
      return;
    case Action::kCloseSocket:
      impl_->say("socket: closes");
      impl_->network.close_socket(action.close_socket().socket());
      return;
    case Action::kHttpCall: {
      const client_api::HttpCall& call = action.http_call();
      net::HttpRequest request;
      request.method = call.method();
      request.url = call.url();
      request.headers.emplace_back("Accept", "application/x-protobuf");
      if (!call.body().empty()) request.headers.emplace_back("Content-Type", "application/x-protobuf");
      if (!call.bearer().empty()) request.headers.emplace_back("Authorization", "Bearer " + call.bearer());
      request.body = call.body();
      impl_->network.http_call(std::move(request), [this, id = call.call(),
                                                    what = call.method() + " " + call.url()](net::HttpAnswer answer) {
        impl_->say(what + ": " +
                   (answer.status ? std::to_string(answer.status) + ", " + std::to_string(answer.body.size()) + " bytes"
                                  : answer.failure));
        Input input;
        input.mutable_http_response()->set_call(id);
        input.mutable_http_response()->set_status(answer.status);
        input.mutable_http_response()->set_body(std::move(answer.body));
        feed(std::move(input));
      });
      return;
    }
    case Action::kWakeAt:
      if (action.wake_at().monotonic_ms() == 0) {
        impl_->network.cancel_timer(kWakeTimer);
      } else {
        impl_->network.set_timer(kWakeTimer, {action.wake_at().monotonic_ms()}, [this] {
          Input input;
          input.mutable_tick();
          feed(std::move(input));
        });
      }
      return;
    case Action::KIND_NOT_SET: return;
  }
}

void CoreHost::open_socket(uint32_t socket, const std::string& url) {
  impl_->say("socket: connects to " + url);
  net::SocketEvents events;
  events.opened = [this, socket] {
    impl_->say("socket: open");
    Input input;
    input.mutable_socket_opened()->set_socket(socket);
    feed(std::move(input));
  };
  events.frame = [this, socket](Bytes frame) {
    impl_->say("socket: receives " + std::to_string(frame.size()) + " bytes");
    Input input;
    input.mutable_socket_frame()->set_socket(socket);
    input.mutable_socket_frame()->add_frames(std::move(frame));
    feed_later(std::move(input));
  };
  events.closed = [this, socket](uint32_t code, std::string reason) {
    impl_->say("socket: closed, " + std::to_string(code) + " " + reason);
    Input input;
    input.mutable_socket_closed()->set_socket(socket);
    input.mutable_socket_closed()->set_code(code);
    input.mutable_socket_closed()->set_reason(std::move(reason));
    feed(std::move(input));
  };
  impl_->network.open_socket(socket, url, std::move(events));
}

Host::Outcome CoreHost::run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) {
  bool is_done = false;
  impl_->network.run_until([&] { return (is_done = done()) || impl_->stop_signals > 0 || impl_->damaged; }, deadline);
  if (is_done) return Outcome::kDone;
  return impl_->stop_signals > 0 || impl_->damaged ? Outcome::kStopped : Outcome::kTimedOut;
}

bool CoreHost::damaged() const { return impl_->damaged; }

MonotonicMs CoreHost::now() const { return net::ClientNetwork::now(); }

void CoreHost::when_readable(int descriptor, std::function<void()> readable) {
  impl_->network.when_readable(descriptor, std::move(readable));
}

void CoreHost::stop_watching(int descriptor) { impl_->network.stop_watching(descriptor); }

void CoreHost::set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) {
  impl_->network.set_timer(id, at, std::move(fire));
}

}  // namespace kith::cli
