// SPDX-License-Identifier: AGPL-3.0-or-later

// A target per parser of bytes from outside: any input gives a result or an error, never a crash, a hang, or a broken
// invariant (then: abort).
//
// Each is a plain function, so that libFuzzer (fuzz/libfuzzer.cc) and the ordinary test run (fuzz/replay_test.cc) call
// the same. The same input gives the same run: state that lasts between inputs is put back first.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace kith::fuzz {

// ---- what reaches the server
void websocket(BytesView input);     // wire/websocket, as server and as client, whole and in pieces
void http_request(BytesView input);  // requests on a connection: net/http_parser, routes, handlers
void api_body(BytesView input);      // first byte: the route and the form; then the body of an authenticated call
void file_calls(BytesView input);    // requests for sealed files: their fields and bodies, one after the other
void client_frame(BytesView input);  // parts(): messages on connections, over ports in memory
void config(BytesView input);        // kithd's TOML

// ---- what reaches both
void group_changes(BytesView input);  // parts(): GroupChanges, one after the other, and a GroupState

// ---- what reaches a device
void server_frame(BytesView input);   // parts(): ServerFrames on a connection, and time
void http_answer(BytesView input);    // first byte: the call; second: the status; then the body
void device_list(BytesView input);    // a DeviceList, signed with the account's own key
void prekey_bundle(BytesView input);  // PrekeyBundles, under a device list that verifies
void envelope(BytesView input);       // the payload of a message from a known device
void content(BytesView input);        // what is inside the encryption
void group_link(BytesView input);     // the text of a link into a group
void group_info(BytesView input);     // what a group is called, out of its encryption and in it
void vcard(BytesView input);
void rpc_line(BytesView input);  // `kith rpc`

struct Target {
  const char* name;
  void (*run)(BytesView input);
};
inline constexpr Target kTargets[] = {
    {"websocket", websocket},
    {"http_request", http_request},
    {"api_body", api_body},
    {"file_calls", file_calls},
    {"client_frame", client_frame},
    {"config", config},
    {"group_changes", group_changes},
    {"server_frame", server_frame},
    {"http_answer", http_answer},
    {"device_list", device_list},
    {"prekey_bundle", prekey_bundle},
    {"envelope", envelope},
    {"content", content},
    {"group_link", group_link},
    {"group_info", group_info},
    {"vcard", vcard},
    {"rpc_line", rpc_line},
};

// Input that is several things in a row: each is two bytes of length, big-endian, and so many bytes; the last may be
// cut short.
std::vector<BytesView> parts(BytesView input);
void append_part(Bytes& out, BytesView part);

// Aborts with the sentence when it is false: an invariant that no input may break.
void check(bool holds, const char* sentence);

}  // namespace kith::fuzz
