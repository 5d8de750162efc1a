// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_tellings.h"

#include <algorithm>
#include <vector>

namespace kith::core {

void GroupTellings::note_own(const GroupTold& told) {
  std::vector<GroupTold> own;
  for (const GroupTold& each : groups_.told(told.group)) {
    if (each.teller == told.teller && (each.until.value == 0) == (told.until.value == 0)) own.push_back(each);
  }
  std::sort(own.begin(), own.end(),
            [](const GroupTold& one, const GroupTold& other) { return one.until < other.until; });
  const size_t most = told.until.value == 0 ? 1 : kOffersMax;
  for (size_t i = 0; i + most <= own.size(); ++i) groups_.forget_told(told.group, told.teller, own[i].change_digest);
  groups_.tell(told);
  groups_.note_revision(told.group, {});
}

bool GroupTellings::note_by_other(const GroupTold& told) {
  size_t others = 0;
  std::optional<Bytes> before;
  for (const GroupTold& each : groups_.told(told.group)) {
    if (each.teller == told.teller) {
      before = each.change_digest;
    } else if (!registration_ || each.teller != registration_->account) {
      ++others;
    }
  }
  if (!before && (others >= kTellersMax || groups_.told_by(told.teller) >= kToldOfAccount)) return false;
  if (before) groups_.forget_told(told.group, told.teller, *before);
  groups_.tell(told);
  groups_.note_revision(told.group, {});
  return true;
}

void GroupTellings::note_offer(GroupTold offered, UnixMicros now) {
  offered.until.value = now.value + kExpectedMs * 1000;
  note_own(offered);
}

bool GroupTellings::may_still_come(const GroupId& group, UnixMicros now) {
  const auto told = groups_.told(group);
  return std::any_of(told.begin(), told.end(), [now](const GroupTold& each) {
    return each.until >= now && each.until.value <= now.value + kExpectedMs * 1000;
  });
}

}  // namespace kith::core
