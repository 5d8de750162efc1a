// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists of conversations that a person makes, on all devices of the account alike (LISTS-1). Nobody else hears of them.
//
// A list is a register by its id, and each conversation in it another one: what two devices put into the same list
// without having heard of each other is all in it.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/store/conversations_table.h"

namespace kith::core {

struct Engine;
struct Store;

client_api::ListListsResponse list_lists(Store& store);
void set_list(Engine& engine, uint32_t request, const client_api::SetListRequest& what);
void set_listed(Engine& engine, uint32_t request, const client_api::SetListedRequest& what);

// Which lists the conversation is in is so everywhere from now on.
void tell_lists_of(Engine& engine, const ConversationRow& row);
// It is in none any more.
void leave_lists(Engine& engine, const ConversationRow& row);
// The conversation of this group is there now: it is in the lists that other devices of the account have put it in.
void lists_of_group_began(Engine& engine, const GroupId& group);

// From another device of the account.
void apply_list(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_listed(Engine& engine, BytesView subject, const content::StateValue& value);

}  // namespace kith::core
