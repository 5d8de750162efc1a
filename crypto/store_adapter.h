// SPDX-License-Identifier: AGPL-3.0-or-later

// Shows a SignalStore to libsignal as the callbacks it knows. Internal to crypto/.
#pragma once

#include <signal/signal_protocol_types.h>

#include <string>

#include "crypto/signal_store.h"

namespace kith::crypto {

// Borrows store and context; both outlive it.
class StoreAdapter {
 public:
  StoreAdapter(SignalStore& store, signal_context* context);
  ~StoreAdapter();
  StoreAdapter(const StoreAdapter&) = delete;
  StoreAdapter& operator=(const StoreAdapter&) = delete;

  [[nodiscard]] signal_protocol_store_context* get() const { return stores_; }

  SignalStore& store;
  // A write was refused since this was last cleared: whatever the library made of it, the call has failed
  bool storage_failed = false;

 private:
  signal_protocol_store_context* stores_ = nullptr;
};

// A DeviceAddress as libsignal has it: the account id in hexadecimal as its name. Lives on the stack of one call.
class SignalAddress {
 public:
  explicit SignalAddress(const DeviceAddress& peer);
  SignalAddress(const SignalAddress&) = delete;
  SignalAddress& operator=(const SignalAddress&) = delete;

  [[nodiscard]] const signal_protocol_address* get() const { return &address_; }

 private:
  std::string name_;
  signal_protocol_address address_;  // points into name_
};

}  // namespace kith::crypto
