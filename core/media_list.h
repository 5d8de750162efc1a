// SPDX-License-Identifier: AGPL-3.0-or-later

// What there is of files: in a conversation, and on this device.
//
// Calls: reads only.
#pragma once

#include "client_api/client_api.pb.h"
#include "core/refusal.h"

namespace kith::core {

struct Store;

// Errors: kInvalidArgument (limit above 500, half a cursor, no id), kNoSuchConversation.
Result<client_api::ListMediaResponse, Refusal> list_media(Store& store, const client_api::ListMediaRequest& what);
client_api::ListStorageResponse list_storage(Store& store);

}  // namespace kith::core
