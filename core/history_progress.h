// SPDX-License-Identifier: AGPL-3.0-or-later

// How far a history is, as the device that gives it and the one that gets it both show it (HISTORY-5): in the list of
// devices, and that the list has changed, at most once in kToldMs.
#pragma once

#include <algorithm>
#include <cstdint>

#include "client_api/client_api.pb.h"
#include "core/store/history_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class HistoryProgress {
 public:
  static constexpr uint64_t kToldMs = 500;

  explicit HistoryProgress(Engine& engine);

  // Of a GivenHistory or a TakenHistory.
  template <class Row>
  static client_api::History of(const Row& row) {
    client_api::History history;
    history.set_total(row.total);
    history.set_done(std::min(row.held, row.total));
    history.set_complete(row.stage == HistoryStage::kComplete);
    return history;
  }
  // It is another one now.
  void tell();

 private:
  Engine& engine_;
  bool untold_ = false;
  Timer told_;
};

}  // namespace kith::core
