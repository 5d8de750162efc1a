// SPDX-License-Identifier: AGPL-3.0-or-later

// Who of several processes on the same stores does what needs to be done by one of them. A lease spares work; it guards
// nothing: when clocks disagree two may hold it for as long as they do, and what runs under it has to bear that.
//
// Holder: each store speaks for one process, and says so when it is opened. What may only ever be one process (a data
//         directory that is locked) is the same holder after a restart, and needs not wait for itself.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

class LeaseStore {
 public:
  static constexpr size_t kNameBytesMax = 32;  // of a lease, and of a holder

  virtual ~LeaseStore() = default;

  // Takes the lease of that name, or holds it for longer: true until `life_us` after `now`. False: another process
  // holds it. One that dies lets go of it when its time is over. A lease that ends later than it could if it had been
  // taken now was taken by a clock that was wrong, and is nobody's.
  //
  // Errors: kFull, kUnavailable: nobody knows who holds it.
  virtual Task<Result<bool, StoreError>> take(std::string name, UnixMicros now, uint64_t life_us) = 0;
};

}  // namespace kith
