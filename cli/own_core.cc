// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/own_core.h"

#include <deque>
#include <unordered_map>
#include <utility>

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

constexpr uint64_t kFarewellMs = 2000;
constexpr int kFramesTogether = 64;
constexpr size_t kRequestsTogether = 128;

}  // namespace

struct OwnCore::Impl {
  explicit Impl(net::ClientNetwork& the_network) : network(the_network) {}

  struct Waiting {
    User user;
    Host::Answer answer;
  };

  net::SystemClock clock;
  crypto::SystemRandom random;
  net::ClientNetwork& network;
  core::Device device;
  Events events;

  std::unordered_map<uint32_t, Waiting> answers;
  uint32_t last_request = 0;
  std::string network_failure;  // why the network failed last; "" since it worked
  bool damaged = false;         // the database: nothing more is handed in

  // The core is never entered twice: what callbacks ask for while actions are carried out waits here.
  std::deque<Input> inputs;
  bool pumping = false;
  bool pump_is_set = false;

  void say(const std::string& line) const {
    if (events.traced) events.traced(line);
  }
  // The input at the front, and the requests behind it that can share its transaction.
  std::vector<Input> next() {
    std::vector<Input> together;
    do {
      together.push_back(std::move(inputs.front()));
      inputs.pop_front();
    } while (!inputs.empty() && inputs.front().has_request() && together.size() < kRequestsTogether);
    return together;
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

// The core knows that nothing came; this process knows why (an untrusted certificate, a name that is none).
client_api::Response with_reason(client_api::Response response, const std::string& network_failure) {
  if (response.failure().code() == client_api::Failure::kOffline && !network_failure.empty())
    response.mutable_failure()->set_detail(network_failure);
  return response;
}

}  // namespace

OwnCore::OwnCore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<OwnCore>, std::string> OwnCore::open(const Home& home, net::ClientNetwork& network,
                                                            Events events) {
  auto impl = std::make_unique<Impl>(network);
  impl->events = std::move(events);
  auto device = core::open_device(home.database_path(), nullptr, impl->clock, impl->random);
  if (!device) return Fail(home.database_path() + " " + meaning(device.error()));
  impl->device = std::move(*device);
  return std::unique_ptr<OwnCore>(new OwnCore(std::move(impl)));
}

OwnCore::~OwnCore() {
  impl_->events = {};
  impl_->answers.clear();
  std::erase_if(impl_->inputs, [](const Input& input) { return input.has_request(); });
  bool disconnected = false;
  client_api::Request request;
  request.mutable_disconnect();
  start(0, std::move(request), [&disconnected](const client_api::Response&) { disconnected = true; });
  net::ClientNetwork& network = impl_->network;
  network.run_until([&] { return impl_->damaged || (disconnected && network.is_quiet()); },
                    {{net::ClientNetwork::now().value + kFarewellMs}});
  network.cancel_timer(kWakeTimer);
  network.cancel_timer(kPumpTimer);
}

void OwnCore::start(User user, client_api::Request request, Host::Answer answer) {
  do {
    ++impl_->last_request;
  } while (impl_->last_request == 0 || impl_->answers.contains(impl_->last_request));
  request.set_id(impl_->last_request);
  impl_->answers.emplace(request.id(), Impl::Waiting{user, std::move(answer)});
  Input input;
  *input.mutable_request() = std::move(request);
  impl_->inputs.push_back(std::move(input));
  pump_soon();  // not now: the answer must not come inside this call
}

void OwnCore::forget(User user) {
  std::erase_if(impl_->answers, [user](const auto& entry) { return entry.second.user == user; });
  // A request that nobody waits for any more must not be carried out: take_events would lose what it takes.
  std::erase_if(impl_->inputs, [this](const Input& input) {
    return input.has_request() && !impl_->answers.contains(input.request().id());
  });
}

void OwnCore::feed(Input input) {
  impl_->inputs.push_back(std::move(input));
  pump();
}

// What the socket has more of comes before the timer, and is taken in the same transaction.
void OwnCore::feed_later(Input input) {
  std::deque<Input>& inputs = impl_->inputs;
  const bool joins = !inputs.empty() && inputs.back().has_socket_frame() &&
                     inputs.back().socket_frame().socket() == input.socket_frame().socket();
  if (joins) {
    inputs.back().mutable_socket_frame()->add_frames(std::move(*input.mutable_socket_frame()->mutable_frames(0)));
    if (inputs.back().socket_frame().frames_size() >= kFramesTogether) pump();
  } else {
    inputs.push_back(std::move(input));
    pump_soon();
  }
}

void OwnCore::pump_soon() {
  if (std::exchange(impl_->pump_is_set, true)) return;  // a timer costs a system call
  impl_->network.set_timer(kPumpTimer, net::ClientNetwork::now(), [this] {
    impl_->pump_is_set = false;
    pump();
  });
}

void OwnCore::pump() {
  if (impl_->pumping) return;
  impl_->pumping = true;
  std::vector<Action> actions;
  while (!impl_->inputs.empty() && !impl_->damaged) {
    const std::vector<Input> together = impl_->next();
    actions.clear();
    impl_->device.client->handle_together(together, actions);
    for (const Action& action : actions) carry_out(action);
    impl_->damaged = impl_->device.client->damaged();
  }
  impl_->pumping = false;
  if (impl_->damaged && impl_->events.damaged) impl_->events.damaged();
}

void OwnCore::carry_out(const Action& action) {
  switch (action.kind_case()) {
    case Action::kResponse: {
      const auto found = impl_->answers.find(action.response().id());
      if (found == impl_->answers.end()) return;
      const Host::Answer answer = std::move(found->second.answer);
      impl_->answers.erase(found);
      answer(with_reason(action.response(), impl_->network_failure));
      return;
    }
    case Action::kEvent:
      if (impl_->events.event) impl_->events.event(action.event());
      return;
    case Action::kOpenSocket: open_socket(action.open_socket().socket(), action.open_socket().url()); return;
    case Action::kSendFrame:
      impl_->say("socket: sends " + std::to_string(action.send_frame().frame().size()) + " bytes");
      impl_->network.send(action.send_frame().socket(), action.send_frame().frame());
      return;
    case Action::kCloseSocket:
      impl_->say("socket: closes");
      impl_->network.close_socket(action.close_socket().socket());
      return;
    case Action::kHttpCall: return call_http(action);
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

void OwnCore::call_http(const Action& action) {
  const client_api::HttpCall& call = action.http_call();
  net::HttpRequest request;
  request.method = call.method();
  request.url = call.url();
  request.headers.emplace_back("Accept", "application/x-protobuf");
  if (!call.body().empty()) request.headers.emplace_back("Content-Type", "application/x-protobuf");
  if (!call.bearer().empty()) request.headers.emplace_back("Authorization", "Bearer " + call.bearer());
  request.body = call.body();
  impl_->network.http_call(
      std::move(request), [this, id = call.call(), what = call.method() + " " + call.url()](net::HttpAnswer answer) {
        impl_->say(what + ": " +
                   (answer.status ? std::to_string(answer.status) + ", " + std::to_string(answer.body.size()) + " bytes"
                                  : answer.failure));
        impl_->network_failure = answer.status ? "" : answer.failure;
        Input input;
        input.mutable_http_response()->set_call(id);
        input.mutable_http_response()->set_status(answer.status);
        input.mutable_http_response()->set_body(std::move(answer.body));
        feed(std::move(input));
      });
}

void OwnCore::open_socket(uint32_t socket, const std::string& url) {
  impl_->say("socket: connects to " + url);
  net::SocketEvents events;
  events.opened = [this, socket] {
    impl_->network_failure.clear();
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
    impl_->network_failure = reason;
    impl_->say("socket: closed, " + std::to_string(code) + " " + reason);
    Input input;
    input.mutable_socket_closed()->set_socket(socket);
    input.mutable_socket_closed()->set_code(code);
    input.mutable_socket_closed()->set_reason(std::move(reason));
    feed(std::move(input));
  };
  impl_->network.open_socket(socket, url, std::move(events));
}

bool OwnCore::damaged() const { return impl_->damaged; }

}  // namespace kith::cli
