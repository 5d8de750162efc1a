// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/time_text.h"

#include <cstdio>
#include <ctime>

namespace kith::cli {
namespace {

std::tm local(uint64_t unix_us) {
  const auto seconds = static_cast<time_t>(unix_us / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(const char* format, const std::tm& parts) {
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, format, &parts));
}

}  // namespace

std::string rfc3339(uint64_t unix_us) {
  const auto seconds = static_cast<time_t>(unix_us / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06uZ", static_cast<unsigned>(unix_us % 1'000'000));
  return formatted("%Y-%m-%dT%H:%M:%S", parts) + fraction;
}

std::string local_minute(uint64_t unix_us) { return formatted("%Y-%m-%d %H:%M", local(unix_us)); }

std::string local_time(uint64_t unix_us, uint64_t now_us) {
  const std::tm parts = local(unix_us);
  const std::tm today = local(now_us);
  const bool same_day = parts.tm_year == today.tm_year && parts.tm_yday == today.tm_yday;
  return formatted(same_day ? "%H:%M" : "%Y-%m-%d %H:%M", parts);
}

uint64_t unix_now_us() {
  std::timespec time{};
  std::timespec_get(&time, TIME_UTC);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
}

uint64_t unix_in_hours_us(double hours) { return unix_now_us() + static_cast<uint64_t>(hours * 3600e6); }

}  // namespace kith::cli
