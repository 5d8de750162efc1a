// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files over HTTP (proto/wire/api.proto, "files"): they go up by tus, and come down as any file does, whole or a
// range. What is done is in server/handlers/files.cc; here is its form.
//
// Source: tus resumable upload protocol 1.0.0, with creation, expiration and termination. A method that is named in
//         X-HTTP-Method-Override is not taken for the request's: whoever speaks this protocol can say PATCH and DELETE.
#pragma once

#include <vector>

#include "server/gateway/stream_routes.h"

namespace kith {
struct Services;
}

namespace kith::gateway {

// The services outlive the routes.
std::vector<StreamRoute> file_routes(Services& services);

}  // namespace kith::gateway
