// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP calls whose bodies come in pieces, because they are too large to be held (proto/client_api/host.proto).
//
// The one who takes sets the pace. A body: `wanted` says that the host has room for a piece, and the part gives one,
// then or later. An answer: the part takes a piece when it can use one. So of a file of any size there is a piece at a
// time in the core, and none while nobody asks.
//
// Ownership: functions of a Transfer are kept until its end: `ended`, the last piece, or cancel(). When the client core
//            starts anew (engine.h) transfers are forgotten, as by a crash, and the host is told to give them up.
// Time:      the host must get on within kPatienceMs, or it is cancelled and has ended without an answer. A part may
//            take as long as it likes.
// Limits:    kTransfersMax at a time. kTransferPieceBytesMax for a piece either way, kTransferBodyBytesMax for a body
//            (base/limits.h); a host that brings more, or what was not asked for, is broken and cancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "client_api/host.pb.h"
#include "core/http_calls.h"
#include "core/output.h"
#include "core/timers.h"

namespace kith::core {

struct Transfer {
  std::string method;
  std::string url;
  std::string bearer;  // "" for none
  std::vector<std::pair<std::string, std::string>> fields;
  // Not 0: a body of so many bytes, 1..kTransferBodyBytesMax; `wanted` asks for each piece of it.
  uint64_t body_size = 0;
  std::function<void()> wanted;
  // Set: an answer that is a success comes in pieces, after `began`. The first waits for take().
  std::function<void(const client_api::HttpHead& head)> began;
  // `last`: that was all of it, and the transfer has ended.
  std::function<void(BytesView bytes, bool last)> piece;
  // It has ended otherwise: with a whole answer, or with none (status 0).
  std::function<void(const HttpReply& reply)> ended;
};

class HttpTransfers {
 public:
  static constexpr size_t kTransfersMax = 8;
  static constexpr uint64_t kPatienceMs = 30'000;
  // What the host may still hold of a body when all of it was given leaves at least so fast.
  static constexpr uint64_t kBytesPerMsMin = 8;

  // `next_call` gives the numbers of calls. Everything outlives this.
  HttpTransfers(Output& output, Timers& timers, Clock& clock, std::function<uint32_t()> next_call)
      : output_(output), timers_(timers), clock_(clock), next_call_(std::move(next_call)) {}

  // Its number; 0: kTransfersMax are under way, and none of its functions is called.
  [[nodiscard]] uint32_t start(Transfer transfer);
  // The next piece of the body, 1..kTransferPieceBytesMax bytes and no more than are left. After each `wanted` once; of
  // a transfer that has ended it is dropped.
  void give(uint32_t call, Bytes bytes);
  // Asks for the next piece of the answer. After `began` and each piece once; nothing for a transfer that has ended.
  void take(uint32_t call);
  // None of its functions is called any more.
  void cancel(uint32_t call);

  // ---- from the host
  void on_wanted(const client_api::HttpWanted& wanted);
  void on_head(const client_api::HttpHead& head);
  void on_piece(const client_api::HttpPiece& piece);
  // False: the call is no transfer.
  bool on_response(const client_api::HttpResponse& response);

 private:
  struct State {
    Transfer transfer;
    uint64_t given = 0;
    bool is_wanted = false;  // a piece of the body
    bool has_begun = false;  // the answer
    bool has_taken = false;  // a piece was asked for and has not come
    Timers::Id timer = 0;
  };
  using Transfers = std::map<uint32_t, State>;

  // The host's turn; the part's.
  void await_host(uint32_t call, State& state);
  void await_part(State& state) { timers_.cancel(state.timer); }
  State remove(Transfers::iterator found);
  // What the host did is against the contract, or it took too long.
  void give_up(uint32_t call);
  // Ends what nobody knows any more.
  void tell_host_to_cancel(uint32_t call) { output_.add().mutable_http_cancel()->set_call(call); }

  Output& output_;
  Timers& timers_;
  Clock& clock_;
  const std::function<uint32_t()> next_call_;
  Transfers transfers_;
};

// Whether the call's bodies come in pieces.
inline bool is_transfer(const client_api::HttpCall& call) { return call.body_size() != 0 || call.in_pieces(); }

// The transfers that a host has under way, by what it was told and what it said.
class HostTransfers {
 public:
  void note(const client_api::Action& action);
  void note(const client_api::Input& input);
  [[nodiscard]] const std::set<uint32_t>& under_way() const { return calls_; }

 private:
  std::set<uint32_t> calls_;
};

}  // namespace kith::core
