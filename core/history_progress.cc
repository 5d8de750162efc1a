// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/history_progress.h"

#include <utility>

#include "core/engine.h"

namespace kith::core {

HistoryProgress::HistoryProgress(Engine& engine) : engine_(engine), told_(engine.timers) {}

void HistoryProgress::tell() {
  if (told_.is_set()) {
    untold_ = true;
    return;
  }
  engine_.changes.devices();
  told_.set(engine_.in_ms(kToldMs), [this] {
    if (std::exchange(untold_, false)) tell();
  });
}

}  // namespace kith::core
