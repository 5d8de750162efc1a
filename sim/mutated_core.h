// SPDX-License-Identifier: AGPL-3.0-or-later

// Mistakes of a client core, made beside it: in its database, and in what it is handed (sim/mutations.h).
#pragma once

#include "client_api/host.pb.h"
#include "core/store/database.h"
#include "sim/mutations.h"

namespace kith::sim {

// The database was opened.
void mutate(core::Database& database, Mutation mutation);
// Something is about to be handed to the core.
void mutate_before_input(core::Database& database, Mutation mutation);
// The body of an answer to a call.
Bytes mutate_answer(core::Database& database, Mutation mutation, const client_api::HttpCall& call, Bytes body);

}  // namespace kith::sim
