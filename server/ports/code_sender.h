// SPDX-License-Identifier: AGPL-3.0-or-later

// How a registration code reaches the owner of a phone number or an e-mail address.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

class CodeSender {
 public:
  virtual ~CodeSender() = default;

  // Sends the code, and completes when it is on its way. kUnavailable: it is not.
  virtual Task<Result<void, StoreError>> send(Handle handle, std::string code) = 0;
  // Whether the code may be given in the HTTP answer: development only.
  [[nodiscard]] virtual bool echoes() const { return false; }
};

}  // namespace kith
