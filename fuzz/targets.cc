// SPDX-License-Identifier: AGPL-3.0-or-later

#include "fuzz/targets.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace kith::fuzz {

std::vector<BytesView> parts(BytesView input) {
  std::vector<BytesView> parts;
  while (input.size() >= 2) {
    const size_t size = static_cast<size_t>(static_cast<uint8_t>(input[0])) << 8 | static_cast<uint8_t>(input[1]);
    input.remove_prefix(2);
    parts.push_back(input.substr(0, size));
    input.remove_prefix(std::min(size, input.size()));
  }
  return parts;
}

void append_part(Bytes& out, BytesView part) {
  part = part.substr(0, 0xFFFF);
  out.push_back(static_cast<char>(part.size() >> 8));
  out.push_back(static_cast<char>(part.size() & 0xFF));
  out.append(part);
}

void check(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", sentence);
  std::abort();
}

}  // namespace kith::fuzz
