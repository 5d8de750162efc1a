// SPDX-License-Identifier: AGPL-3.0-or-later

// Code senders that need nothing installed.
#pragma once

#include "server/ports/code_sender.h"

namespace kith {

// Writes the code to the server's standard error, for the operator to pass on: the only place where a code is shown.
class ConsoleCodeSender final : public CodeSender {
 public:
  Task<Result<void, StoreError>> send(Handle handle, std::string code) override;
};

// Lets the code be given in the HTTP answer: whoever can reach the server can register any handle. For development on
// loopback only; server/node refuses it elsewhere.
class EchoCodeSender final : public CodeSender {
 public:
  Task<Result<void, StoreError>> send(Handle handle, std::string code) override;
  [[nodiscard]] bool echoes() const override { return true; }
};

}  // namespace kith
