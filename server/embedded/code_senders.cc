// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/code_senders.h"

#include <algorithm>
#include <cstdio>

namespace kith {

namespace {

// Enough for the operator to tell those who ask apart, and no handle for the log to keep.
std::string told_apart(const Handle& handle) {
  constexpr size_t kShown = 4;
  const std::string& text = handle.text();
  if (handle.kind() == Handle::Kind::kEmail)
    return "the address that begins with " + text.substr(0, 1) + " and ends in " + text.substr(text.find('@'));
  return "the number that ends in " + text.substr(text.size() - std::min(kShown, text.size()));
}

}  // namespace

Task<Result<void, StoreError>> ConsoleCodeSender::send(Handle handle, std::string code) {
  const std::string line = "registration code for " + told_apart(handle) + ": " + code + "\n";
  if (std::fwrite(line.data(), 1, line.size(), stderr) != line.size()) co_return Fail(StoreError::kUnavailable);
  co_return Result<void, StoreError>();
}

Task<Result<void, StoreError>> EchoCodeSender::send(Handle, std::string) { co_return Result<void, StoreError>(); }

}  // namespace kith
