// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unistd.h>

#include <cerrno>

#include "cli/commands/commands.h"
#include "cli/rpc/session.h"

namespace kith::cli {
namespace {

// Standard input, read while the session can take more.
class Input {
 public:
  Input(Host& host, rpc::Session& session) : host_(host), session_(session) {}
  ~Input() { host_.stop_watching(STDIN_FILENO); }

  // Called whenever something may have changed.
  void read_on() {
    if (ended_ || watching_ || !session_.has_room()) return;
    watching_ = true;
    host_.when_readable(STDIN_FILENO, [this] {
      watching_ = false;
      read_some();
    });
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  void read_some() {
    char part[65536];
    const ssize_t size = ::read(STDIN_FILENO, part, sizeof part);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size > 0) return session_.take({part, static_cast<size_t>(size)});
    ended_ = true;
    session_.end();
  }

  Host& host_;
  rpc::Session& session_;
  bool watching_ = false;
  bool ended_ = false;
};

}  // namespace

ExitCode run_rpc(Context context, const RpcOptions& options) {
  rpc::Session session([&](client_api::Request request,
                           Host::Answer answer) { context.host.start(std::move(request), std::move(answer)); },
                       [&](std::string line) { context.out.line(line); });
  context.host.listen([&](const client_api::Event& event) { context.out.line(rpc::event_line(event)); });
  Input input(context.host, session);
  std::string connecting;  // which device has been told to connect: each registration makes another
  bool reader_gone = false;
  context.host.run_until(
      [&] {
        const client_api::State& state = context.host.state();
        const std::string device = state.account_id() + "." + std::to_string(state.device_id());
        if (options.connect && state.registered() && device != connecting) {
          connecting = device;
          client_api::Request request;
          request.mutable_connect();
          context.host.start(std::move(request), [](const client_api::Response&) {});
        }
        input.read_on();
        reader_gone = !context.out.flush();
        return reader_gone || (input.ended() && session.is_done());
      },
      std::nullopt);
  return reader_gone ? ExitCode::kFailed : ExitCode::kOk;
}

}  // namespace kith::cli
