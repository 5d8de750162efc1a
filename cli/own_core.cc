// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/own_core.h"

#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "cli/file_transfers.h"
#include "cli/home.h"
#include "cli/sealed_files.h"
#include "core/client_host.h"
#include "core/open_device.h"
#include "crypto/hash.h"
#include "net/client_network.h"
#include "net/system_clock.h"

namespace kith::cli {
namespace {

constexpr uint64_t kFarewellMs = 2000;

}  // namespace

struct OwnCore::Impl final : core::HostActions {
  Impl(net::ClientNetwork& the_network, const std::string& directory) : network(the_network), files(directory) {}

  struct Waiting {
    User user;
    Host::Answer answer;
  };

  net::SystemClock clock;
  crypto::SystemRandom random;
  net::ClientNetwork& network;
  core::Device device;
  SealedFiles files;
  core::ClientHost host{*this, &transfers};
  FileTransfers transfers{files, network, host, [this] { pump(); }};
  Events events;

  std::unordered_map<uint32_t, Waiting> answers;
  std::string network_failure;  // why the network failed last; "" since it worked
  bool damaged = false;         // the database: nothing more is handed in

  // The core is never entered twice: what callbacks bring while actions are carried out waits in the host.
  bool pumping = false;
  bool pump_is_set = false;

  void pump();
  void pump_soon();
  void say(const std::string& line) const {
    if (events.traced) events.traced(line);
  }

  void respond(client_api::Response response) override;
  void tell(client_api::Event event) override;
  void open_socket(uint32_t socket, std::string url) override;
  void send_frame(uint32_t socket, Bytes frame) override;
  void close_socket(uint32_t socket) override;
  void call_http(client_api::HttpCall call) override;
  void wake_at(uint64_t monotonic_ms) override;
  void http_answered(uint32_t call, const std::string& what, net::HttpAnswer answer);
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
  const client_api::Failure::Code code = response.failure().code();
  const bool no_answer = code == client_api::Failure::kOffline || code == client_api::Failure::kNotKith;
  if (no_answer && !network_failure.empty()) response.mutable_failure()->set_detail(network_failure);
  return response;
}

}  // namespace

OwnCore::OwnCore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<OwnCore>, std::string> OwnCore::open(const Home& home, net::ClientNetwork& network,
                                                            Events events) {
  auto impl = std::make_unique<Impl>(network, home.directory());
  impl->events = std::move(events);
  auto device = core::open_device(home.database_path(), nullptr, impl->clock, impl->random);
  if (!device) return Fail(home.database_path() + " " + meaning(device.error()));
  impl->device = std::move(*device);
  impl->transfers.sweep();
  return std::unique_ptr<OwnCore>(new OwnCore(std::move(impl)));
}

OwnCore::~OwnCore() {
  impl_->events = {};
  impl_->answers.clear();
  impl_->host.forget_requests([](uint32_t) { return true; });
  bool disconnected = false;
  client_api::Request request;
  request.mutable_disconnect();
  start(0, std::move(request), [&disconnected](const client_api::Response&) { disconnected = true; });
  net::ClientNetwork& network = impl_->network;
  network.run_until([&] { return impl_->damaged || (disconnected && network.is_quiet()); },
                    {{net::ClientNetwork::now().value + kFarewellMs}});
  network.cancel_timer(kWakeTimer);
  network.cancel_timer(kPumpTimer);
  network.cancel_transfers();
}

void OwnCore::start(User user, client_api::Request request, Host::Answer answer) {
  impl_->answers.emplace(impl_->host.request(std::move(request)), Impl::Waiting{user, std::move(answer)});
  impl_->pump_soon();  // not now: the answer must not come inside this call
}

void OwnCore::forget(User user) {
  std::erase_if(impl_->answers, [user](const auto& entry) { return entry.second.user == user; });
  // A request that nobody waits for any more must not be carried out: take_events would lose what it takes.
  impl_->host.forget_requests([this](uint32_t request) { return !impl_->answers.contains(request); });
}

void OwnCore::Impl::pump_soon() {
  if (std::exchange(pump_is_set, true)) return;  // a timer costs a system call
  network.set_timer(kPumpTimer, net::ClientNetwork::now(), [this] {
    pump_is_set = false;
    pump();
  });
}

void OwnCore::Impl::pump() {
  if (pumping) return;
  pumping = true;
  while (host.has_input() && !damaged) {
    host.hand_in_together(*device.client);
    while (host.has_action()) host.carry_out();
    damaged = device.client->damaged();
  }
  pumping = false;
  if (damaged && events.damaged) events.damaged();
}

void OwnCore::Impl::respond(client_api::Response response) {
  const auto found = answers.find(response.id());
  if (found == answers.end()) return;
  const Host::Answer answer = std::move(found->second.answer);
  answers.erase(found);
  answer(with_reason(std::move(response), network_failure));
}

void OwnCore::Impl::tell(client_api::Event event) {
  if (events.event) events.event(event);
}

void OwnCore::Impl::send_frame(uint32_t socket, Bytes frame) {
  say("socket: sends " + std::to_string(frame.size()) + " bytes");
  network.send(socket, std::move(frame));
}

void OwnCore::Impl::close_socket(uint32_t socket) {
  say("socket: closes");
  network.close_socket(socket);
}

void OwnCore::Impl::wake_at(uint64_t monotonic_ms) {
  if (monotonic_ms == 0) return network.cancel_timer(kWakeTimer);
  network.set_timer(kWakeTimer, {monotonic_ms}, [this] {
    host.tick();
    pump();
  });
}

void OwnCore::Impl::http_answered(uint32_t call, const std::string& what, net::HttpAnswer answer) {
  say(what + ": " +
      (answer.status ? std::to_string(answer.status) + ", " + std::to_string(answer.body.size()) + " bytes"
                     : answer.failure));
  network_failure = answer.status ? "" : answer.failure;
  host.http_response(call, answer.status, std::move(answer.body));
  pump();
}

void OwnCore::Impl::call_http(client_api::HttpCall call) {
  net::HttpRequest request = request_of(call);
  request.body = std::move(*call.mutable_body());
  network.http_call(std::move(request), [this, id = call.call(), what = call.method() + " " + call.url()](
                                            net::HttpAnswer answer) { http_answered(id, what, std::move(answer)); });
}

void OwnCore::Impl::open_socket(uint32_t socket, std::string url) {
  say("socket: connects to " + url);
  net::SocketEvents socket_events;
  socket_events.opened = [this, socket] {
    network_failure.clear();
    say("socket: open");
    host.socket_opened(socket);
    pump();
  };
  // What the socket has more of comes before the timer, and is taken in the same transaction.
  socket_events.frame = [this, socket](Bytes frame) {
    say("socket: receives " + std::to_string(frame.size()) + " bytes");
    if (host.socket_frame_together(socket, std::move(frame))) {
      pump();
    } else {
      pump_soon();
    }
  };
  socket_events.closed = [this, socket](uint32_t code, std::string reason) {
    network_failure = reason;
    say("socket: closed, " + std::to_string(code) + " " + reason);
    host.socket_closed(socket, code, std::move(reason));
    pump();
  };
  network.open_socket(socket, url, std::move(socket_events));
}

bool OwnCore::damaged() const { return impl_->damaged; }

}  // namespace kith::cli
