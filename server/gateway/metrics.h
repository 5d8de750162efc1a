// SPDX-License-Identifier: AGPL-3.0-or-later

// GET /metrics: what loops, shards and others have counted, in Prometheus' text format.
#pragma once

#include "base/task.h"
#include "net/http.h"

namespace kith::gateway {

class Shared;

// Visits every shard's loop to read its counters, and comes back.
Task<net::HttpResponse> metrics_response(Shared& shared);

}  // namespace kith::gateway
