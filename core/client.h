// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core: everything that a Kith client knows and decides, without I/O.
//
// A Client is a state machine. The host (the terminal client, the browser's Worker, the simulator) hands it inputs:
// requests of the user interface, what came over the socket or HTTP, and that time has passed. Each call changes the
// database in transactions and returns the actions that the host must carry out, in order. A transaction is committed
// before any action that depends on it is returned: so a host that is killed between any two actions loses nothing and
// repeats nothing that a peer could see (INBOX-2, UI-1).
//
// Ownership: borrows database, clock and random; all outlive it. One thread. One Client per database.
// Source:    proto/client_api/host.proto describes every input and action.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "client_api/host.pb.h"

namespace kith::core {

class Database;
struct Rebuilt;

enum class OpenError {
  kNewer,    // the database was written by a newer version of Kith
  kCorrupt,  // it is no database of Kith, or damaged
  kStorage,  // the disk failed
  kFull,     // the disk is full
};

class Client {
 public:
  // Opens the state in `database`, running migrations. Nothing is connected until a request asks for it. `rebuilt`:
  // what State says of it; null when the file was not rebuilt.
  static Result<std::unique_ptr<Client>, OpenError> open(Database& database, Clock& clock, RandomSource& random,
                                                         const Rebuilt* rebuilt = nullptr);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Takes one input and appends the actions that follow from it.
  void handle(const client_api::Input& input, std::vector<client_api::Action>& actions);
  // Takes inputs that came together, in order, in one transaction and so with one sync. When it fails, all of them
  // fail: give a bounded number.
  void handle_together(const std::vector<client_api::Input>& inputs, std::vector<client_api::Action>& actions);

  // The database has turned out to be damaged: what needs the damaged place fails, again and again. The host ends this
  // client and opens the device anew (open_device.h), which rebuilds the database. Until then nothing is lost that was
  // not.
  [[nodiscard]] bool damaged() const;

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::core
