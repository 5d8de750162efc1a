// SPDX-License-Identifier: AGPL-3.0-or-later

// What sessions.cc and prekeys.cc share. Internal to crypto/.
#pragma once

#include "crypto/provider.h"
#include "crypto/sessions.h"
#include "crypto/store_adapter.h"

namespace kith::crypto {

struct Sessions::Impl {
  Impl(SignalStore& store_, RandomSource& random) : store(store_), context(random), adapter(store_, context.get()) {}

  struct Exchange;  // one call about one peer (sessions.cc)

  SignalStore& store;
  SignalContext context;
  StoreAdapter adapter;
};

}  // namespace kith::crypto
