// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/padding.h"

#include <gtest/gtest.h>

namespace kith::crypto {
namespace {

TEST(Padding, EveryLengthComesBackAndTellsItsBucketOnly) {
  for (size_t size = 0; size <= 3000; ++size) {
    Bytes content(size, 'x');
    if (size > 0) content.back() = size % 2 == 0 ? '\0' : '\x80';  // the bytes that padding is made of
    const Bytes padded = pad(content);
    const size_t bucket = size < 128 ? 128 : size < 256 ? 256 : size < 512 ? 512 : (size / 1024 + 1) * 1024;
    ASSERT_EQ(padded.size(), bucket) << size;
    ASSERT_EQ(unpad(padded), content) << size;
  }
}

TEST(Padding, BucketsHaveTheirEdges) {
  EXPECT_EQ(pad(Bytes(127, 'x')).size(), 128u);
  EXPECT_EQ(pad(Bytes(128, 'x')).size(), 256u);
  EXPECT_EQ(pad(Bytes(1023, 'x')).size(), 1024u);
  EXPECT_EQ(pad(Bytes(1024, 'x')).size(), 2048u);
  EXPECT_EQ(pad(Bytes(70'000, 'x')).size(), 70'656u);
}

TEST(Padding, WhatIsNoPaddingIsRefused) {
  EXPECT_FALSE(unpad(""));
  EXPECT_FALSE(unpad(Bytes(128, '\0')));
  EXPECT_FALSE(unpad(Bytes(128, 'x')));
  EXPECT_FALSE(unpad("\x80"));                               // no bucket
  EXPECT_FALSE(unpad(pad("x") + '\0'));                      // one more than a bucket
  EXPECT_FALSE(unpad(pad("x").substr(0, 127)));              // one less
  EXPECT_FALSE(unpad(pad("x") + Bytes(128, '\0')));          // a bucket too far
  EXPECT_FALSE(unpad("x\x81" + Bytes(126, '\0')));           // another mark
  EXPECT_FALSE(unpad("x\x80" + Bytes(125, '\0') + '\x01'));  // something behind the mark
}

}  // namespace
}  // namespace kith::crypto
