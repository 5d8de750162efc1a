// SPDX-License-Identifier: AGPL-3.0-or-later

// From a frame of an open session to its handler.
#pragma once

namespace kith::wire {
class ClientFrame;
}

namespace kith::gateway {

class SessionProtocol;

// Starts the handler of the frame; those of one connection start in the order of its frames. The content of `frame` is
// taken.
//
// Limits: a Send beyond Limits.in_flight_sends_max, beyond the account's rate, or while the node drains is refused
//         (kRateLimited, kUnavailable); other frames while kOtherTasksMax handlers of the connection have not ended
//         close it with kRateLimited.
void dispatch(SessionProtocol& session, wire::ClientFrame& frame);

}  // namespace kith::gateway
