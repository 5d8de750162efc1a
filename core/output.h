// SPDX-License-Identifier: AGPL-3.0-or-later

// The gate between what the core decides and what the host is told (INBOX-2, UI-1): actions are gathered while an input
// is worked on, and leave only after the transaction that they follow from is committed. When it fails they are
// dropped, as if the input had never come.
//
// Also keeps which requests are unanswered, so that each gets exactly one response, a failed transaction or not; and
// which of them are one change (Request.change), which is done once and answered alike.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client_api/host.pb.h"
#include "core/store/answers_table.h"

namespace kith::core {

using FailureCode = client_api::Failure;

// How a request fails, where more than its code is known.
struct CallFailure {
  FailureCode::Code code = FailureCode::kServer;
  std::string detail;
  uint32_t retry_after_ms = 0;
};

class Output {
 public:
  // ---- while an input is worked on

  void request_came(uint32_t request) { open_.insert(request); }
  // The request is this change. False: so is another one that is still open, and its answer will be this one's.
  bool begin(uint32_t request, const ChangeId& change);
  // The response for a request that came; a second one for the same request is dropped.
  void respond(client_api::Response response);
  void fail(uint32_t request, FailureCode::Code code, std::string detail = "", uint32_t retry_after_ms = 0);
  void fail(uint32_t request, const CallFailure& why) { fail(request, why.code, why.detail, why.retry_after_ms); }
  void done(uint32_t request, client_api::Done* (client_api::Response::*result)());
  // Numbers the event.
  void emit(client_api::Event event);
  // A new, empty action at the end.
  client_api::Action& add() { return gathered_.emplace_back(); }

  // Answers to changes that this input gave, without failures: to be kept in its transaction.
  std::vector<std::pair<ChangeId, client_api::Response>> take_answers() { return std::exchange(answers_, {}); }

  // ---- at its end

  // The transaction is committed: appends what was gathered.
  void release(std::vector<client_api::Action>& actions);
  // It failed: drops what was gathered, and answers every request that is open, or was answered by this input, with
  // `why`: kStorage, kDiskFull, or kDeviceEnded when all of the device's data was deleted.
  void discard(std::vector<client_api::Action>& actions, FailureCode::Code why);

 private:
  std::vector<client_api::Action> gathered_;
  std::set<uint32_t> open_;
  std::vector<uint32_t> answered_;  // by this input
  struct Change {
    ChangeId id;
    std::vector<uint32_t> also;  // requests that came after the first
  };
  std::map<uint32_t, Change> changes_;  // by the first open request of each
  std::vector<std::pair<ChangeId, client_api::Response>> answers_;
  uint64_t events_ = 0;  // number of the last event
  uint64_t events_released_ = 0;
};

}  // namespace kith::core
