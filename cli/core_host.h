// SPDX-License-Identifier: AGPL-3.0-or-later

// The real core with real I/O: one home, its database, the network.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/host.h"

namespace kith::client_api {
class Action;
class Input;
}  // namespace kith::client_api

namespace kith::cli {

class Home;

class CoreHost final : public Host {
 public:
  struct Failure {
    ExitCode code;
    std::string detail;
  };

  // Borrows the home. A damaged database is rebuilt first: state().rebuilt() says so. `trace`: called with a line for
  // everything that goes over the network (sizes and addresses only); may be empty.
  static Result<std::unique_ptr<CoreHost>, Failure> open(const Home& home, std::function<void(std::string)> trace);
  // Disconnects; gives what was sent last two seconds to leave.
  ~CoreHost() override;

  void start(client_api::Request request, Answer answer) override;
  Outcome run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) override;
  [[nodiscard]] MonotonicMs now() const override;
  void when_readable(int descriptor, std::function<void()> readable) override;
  void stop_watching(int descriptor) override;
  void set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) override;
  void forget() override;

  // The database has turned out to be damaged: everything is stopped, as by a signal. The next open() rebuilds it.
  [[nodiscard]] bool damaged() const;

 private:
  struct Impl;
  explicit CoreHost(std::unique_ptr<Impl> impl);
  void feed(client_api::Input input);
  void feed_later(client_api::Input frames);
  void pump();
  void carry_out(const client_api::Action& action);
  void open_socket(uint32_t socket, const std::string& url);

  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::cli
