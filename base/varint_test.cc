// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/varint.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

Bytes varint(uint64_t value) {
  Bytes out;
  append_varint(out, value);
  return out;
}

TEST(Varint, ABeginningByteHasSevenBitsAndSaysThatMoreFollow) {
  EXPECT_EQ(varint(0), Bytes("\0", 1));
  EXPECT_EQ(varint(127), "\x7f");
  EXPECT_EQ(varint(128), "\x80\x01");
  EXPECT_EQ(varint(300), "\xac\x02");
  EXPECT_EQ(varint(UINT64_MAX), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Varint, TheSizeIsWhatIsAppendedAndNeverMoreThanTheMaximum) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const uint64_t value : {(uint64_t{1} << bits) - 1, uint64_t{1} << bits, ~uint64_t{0} >> bits}) {
      EXPECT_EQ(varint(value).size(), varint_size(value)) << value;
      EXPECT_LE(varint_size(value), kVarintBytesMax);
    }
  }
}

TEST(Varint, WhatIsThereStays) {
  Bytes out = "before";
  append_varint(out, 1);
  EXPECT_EQ(out, "before\x01");
}

}  // namespace
}  // namespace kith
