// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/media.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/testing/numbered_bytes.h"
#include "crypto/hash.h"

namespace kith::crypto {
namespace {

Bytes seal(BytesView key, const Bytes& file) {
  Bytes sealed;
  for (uint64_t chunk = 0; chunk < media_chunks(file.size()); ++chunk) {
    const uint64_t at = std::min<uint64_t>(file.size(), chunk * kMediaChunkBytes);
    seal_chunk(key, file.size(), chunk, BytesView(file).substr(at, kMediaChunkBytes), sealed);
  }
  return sealed;
}

BytesView chunk_of(const Bytes& sealed, uint64_t chunk) {
  return BytesView(sealed).substr(chunk * kMediaSealedChunkBytes, kMediaSealedChunkBytes);
}

class MediaTest : public ::testing::Test {
 protected:
  // What is in that chunk; the error's name instead.
  std::string open(uint64_t size, uint64_t chunk, BytesView sealed) {
    Bytes plain;
    const auto opened = open_chunk(key_, size, chunk, sealed, plain);
    if (opened) return plain;
    EXPECT_EQ(plain, "");
    return opened.error() == MediaError::kCutOff ? "cut off" : "not authentic";
  }

  SystemRandom random_;
  const Bytes key_ = random_.bytes(kMediaKeyBytes);
};

TEST_F(MediaTest, AFileOfAnySizeComesBackAsItWas) {
  for (const uint64_t size : {1, 2, 100, 65535, 65536, 65537, 131072, 200000, 1000000}) {
    const Bytes file = numbered_bytes(size);
    const Bytes sealed = seal(key_, file);
    EXPECT_EQ(sealed.size(), sealed_size(size));
    Bytes opened;
    for (uint64_t chunk = 0; chunk < media_chunks(size); ++chunk)
      ASSERT_TRUE(open_chunk(key_, size, chunk, chunk_of(sealed, chunk), opened)) << size << " " << chunk;
    EXPECT_EQ(opened, file) << size;
  }
}

// MEDIA-1
TEST_F(MediaTest, AChunkThatWasChangedMovedRepeatedOrCutOffIsNoChunk) {
  const Bytes file = numbered_bytes(200000);
  const Bytes sealed = seal(key_, file);
  ASSERT_EQ(media_chunks(file.size()), 4u);
  EXPECT_EQ(open(file.size(), 1, chunk_of(sealed, 1)), file.substr(kMediaChunkBytes, kMediaChunkBytes));
  EXPECT_EQ(open(file.size(), 1, chunk_of(sealed, 0)), "not authentic") << "repeated";
  EXPECT_EQ(open(file.size(), 0, chunk_of(sealed, 1)), "not authentic") << "moved";
  EXPECT_EQ(open(file.size(), 3, chunk_of(sealed, 2)), "cut off") << "in the place of the shorter last one";
  EXPECT_EQ(open(file.size(), 1, chunk_of(sealed, 1).substr(1)), "cut off");
  EXPECT_EQ(open(file.size(), 3, ""), "cut off");
  EXPECT_EQ(open(file.size(), 4, chunk_of(sealed, 1)), "cut off") << "behind the end";
  for (const size_t at : {size_t{0}, size_t{1000}, kMediaChunkBytes, kMediaSealedChunkBytes - 1}) {
    Bytes changed(chunk_of(sealed, 1));
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(open(file.size(), 1, changed), "not authentic") << at;
  }
}

TEST_F(MediaTest, AFileThatEndsAtAChunkIsNotOneThatGoesOn) {
  const Bytes sealed = seal(key_, numbered_bytes(4 * kMediaChunkBytes));
  EXPECT_EQ(open(2 * kMediaChunkBytes, 1, chunk_of(sealed, 1)), "not authentic");
  const Bytes shorter = seal(key_, numbered_bytes(2 * kMediaChunkBytes));
  EXPECT_EQ(open(4 * kMediaChunkBytes, 1, chunk_of(shorter, 1)), "not authentic");
}

// An implementation that is not libsodium's: xchacha20poly1305 of the npm package @noble/ciphers, version 1.3.0, with
// the key 00 01 .. 1f and the nonce of chunk 0, the last.
TEST(Media, SealsAsOtherImplementationsDo) {
  Bytes key;
  for (int i = 0; i < 32; ++i) key.push_back(static_cast<char>(i));
  Bytes sealed;
  seal_chunk(key, 11, 0, "hello, kith", sealed);
  EXPECT_EQ(to_hex(sealed), "6578b9abece62eab671b65a22bc6837363799196fc11a72503c05169");
  sealed.clear();
  const Bytes file = numbered_bytes(kMediaChunkBytes + 3);
  seal_chunk(key, file.size(), 0, BytesView(file).substr(0, kMediaChunkBytes), sealed);
  EXPECT_EQ(to_hex(BytesView(sealed).substr(kMediaChunkBytes)), "b55d613bc92e515ddfda8af51e352491")
      << "the tag of a chunk that is not the last";
}

TEST(Media, ThePaddingTellsOfTheSizeItsLeadingBitsAlone) {
  // From the reference implementation's table in the paper: a size has as many bits as its exponent's length lets it.
  const std::vector<std::pair<uint64_t, uint64_t>> known = {{1, 1},       {8, 8},         {9, 10},       {100, 104},
                                                            {1000, 1024}, {65535, 65536}, {65537, 67584}};
  for (const auto& [size, padded] : known) EXPECT_EQ(padded_size(size), padded) << size;
  for (uint64_t size = 1; size < kFileBytesMax; size = size * 9 / 8 + 1) {
    const uint64_t padded = padded_size(size);
    EXPECT_GE(padded, size);
    EXPECT_LE((padded - size) * 100, size * 12) << size;
    EXPECT_EQ(padded_size(padded), padded) << size;
  }
}

TEST(Media, AFilesNameIsOfAllThatIsSaidOfIt) {
  const SealedFile file{FileId{{1}}, Bytes(32, 'k'), 5, Bytes(32, 'd')};
  EXPECT_TRUE(file.is_valid());
  EXPECT_EQ(file.name(), SealedFile(file).name());
  for (const SealedFile& other :
       {SealedFile{FileId{{2}}, file.key, 5, file.digest}, SealedFile{file.id, Bytes(32, 'l'), 5, file.digest},
        SealedFile{file.id, file.key, 6, file.digest}, SealedFile{file.id, file.key, 5, Bytes(32, 'e')}})
    EXPECT_NE(other.name(), file.name());
  EXPECT_FALSE((SealedFile{{}, file.key, 5, file.digest}).is_valid());
  EXPECT_FALSE((SealedFile{file.id, "short", 5, file.digest}).is_valid());
  EXPECT_FALSE((SealedFile{file.id, file.key, 0, file.digest}).is_valid());
  EXPECT_FALSE((SealedFile{file.id, file.key, kFileBytesMax + 1, file.digest}).is_valid());
  EXPECT_FALSE((SealedFile{file.id, file.key, 5, ""}).is_valid());
}

TEST(RunningDigest, IsWhatB2sumSays) {
  RunningDigest digest;
  digest.add("hello, ");
  digest.add("kith");
  EXPECT_EQ(to_hex(digest.finish()), "88c93ca5ca8744dd368d953d84b67cbd99363978af987fa51483cefba998b2bf");
}

}  // namespace
}  // namespace kith::crypto
