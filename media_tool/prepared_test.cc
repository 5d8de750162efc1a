// SPDX-License-Identifier: AGPL-3.0-or-later

// The program itself, on files that FFmpeg and vips make.
#include "media_tool/prepared.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <vips/vips.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/limits.h"

namespace kith::media_tool {
namespace {

using client_api::Media;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PreparedTest : public ::testing::Test {
 protected:
  PreparedTest() {
    char pattern[] = "/tmp/kith-media-XXXXXX";
    folder_ = ::mkdtemp(pattern);
  }
  ~PreparedTest() override { std::filesystem::remove_all(folder_); }

  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  // With FFmpeg's program.
  std::string make(const std::string& name, const std::string& options) {
    const std::string command = "ffmpeg -nostdin -v error -y " + options + " '" + at(name) + "' 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return at(name);
  }
  // A photo of 3000 by 1000 pixels, which its camera says is to be turned by 90 degrees, and where it was taken.
  std::string make_photo(const std::string& name) {
    VipsImage* black = nullptr;
    VipsImage* image = nullptr;
    EXPECT_EQ(vips_black(&black, 3000, 1000, "bands", 3, nullptr), 0);
    EXPECT_EQ(vips_copy(black, &image, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), 0);
    vips_image_set_int(image, "orientation", 6);
    vips_image_set_string(image, "exif-ifd0-Orientation", "6 (6, Short, 1 components, 2 bytes)");
    vips_image_set_string(image, "exif-ifd3-GPSLatitude",
                          "52/1 31/1 0/1 (52, 31, 0, Rational, 3 components, 24 bytes)");
    vips_image_set_string(image, "exif-ifd0-Model", "A camera (A camera, ASCII, 9 components, 9 bytes)");
    EXPECT_EQ(vips_image_write_to_file(image, at(name).c_str(), nullptr), 0);
    g_object_unref(image);
    g_object_unref(black);
    return at(name);
  }
  // The exit code; about_ is what it said.
  int run(const std::string& path, const std::string& words = "") {
    const std::string command = std::string(KITH_MEDIA_TOOL) + " '" + path + "' '" + at("target") + "' " + words +
                                " > '" + at("said") + "' 2> /dev/null";
    const int status = std::system(command.c_str());
    about_.Clear();
    EXPECT_TRUE(about_.ParseFromString(read_file(at("said"))));
    return WEXITSTATUS(status);
  }

  std::string folder_;
  Media about_;
};

TEST_F(PreparedTest, APhotoIsSentUprightAndSmallerAndWithoutWhatTheCameraWroteIntoIt) {
  const std::string photo = make_photo("photo.jpg");
  ASSERT_NE(read_file(photo).find("A camera"), std::string::npos);
  ASSERT_EQ(run(photo), 0);
  EXPECT_EQ(about_.kind(), Media::kPhoto);
  EXPECT_EQ(about_.mime_type(), "image/jpeg");
  EXPECT_EQ(about_.width(), 533u);
  EXPECT_EQ(about_.height(), 1600u);
  EXPECT_TRUE(about_.thumbnail().starts_with("\xFF\xD8\xFF"));
  EXPECT_LE(about_.thumbnail().size(), kThumbnailBytesMax);
  for (const std::string& bytes : {read_file(at("target")), about_.thumbnail()}) {
    EXPECT_EQ(bytes.find("Exif"), std::string::npos);
    EXPECT_EQ(bytes.find("A camera"), std::string::npos);
  }
  ASSERT_EQ(run(photo, "--hd"), 0);
  EXPECT_EQ(about_.height(), 2560u);
}

TEST_F(PreparedTest, AFilmKeepsItsStreamsAndNothingThatWasSaidAboutIt) {
  for (const std::string name : {"film.mkv", "film.mov", "film.avi"}) {
    const std::string film = make(name,
                                  "-f lavfi -i testsrc=size=320x180:rate=10:duration=2 -f lavfi -i sine=duration=2 "
                                  "-metadata title='at home' -c:v libx264 -pix_fmt yuv420p -c:a aac");
    ASSERT_EQ(run(film), 0) << name;
    EXPECT_EQ(about_.kind(), Media::kVideo);
    EXPECT_EQ(about_.mime_type(), "video/mp4");
    EXPECT_EQ(about_.width(), 320u);
    EXPECT_NEAR(about_.duration_ms(), 2000, 300);
    EXPECT_TRUE(about_.thumbnail().starts_with("\xFF\xD8\xFF"));
    const std::string sent = read_file(at("target"));
    EXPECT_EQ(sent.find("at home"), std::string::npos);
    EXPECT_LT(sent.find("moov"), sent.find("mdat")) << "its index is in front";
    std::filesystem::remove(at("target"));
  }
}

TEST_F(PreparedTest, WhatBrowsersDoNotPlayIsADocument) {
  EXPECT_EQ(run(make("old.avi", "-f lavfi -i testsrc=duration=1:size=64x64 -c:v mpeg4")), 11);
  EXPECT_EQ(run(make("h263.3gp", "-f lavfi -i testsrc=duration=1:size=176x144 -c:v h263")), 11);
}

TEST_F(PreparedTest, ARecordingIsAVoiceMessageWithItsWaveformWhenThatIsAskedFor) {
  const std::string sound = make("voice.ogg",
                                 "-f lavfi -i sine=duration=2 -af \"volume='if(lt(t,1),0.05,1)':eval=frame\" "
                                 "-c:a libopus");
  ASSERT_EQ(run(sound), 10);
  EXPECT_EQ(about_.kind(), Media::kAudio);
  EXPECT_EQ(about_.mime_type(), "audio/ogg");
  ASSERT_EQ(run(sound, "--voice"), 10);
  EXPECT_EQ(about_.kind(), Media::kVoice);
  EXPECT_NEAR(about_.duration_ms(), 2000, 100);
  ASSERT_EQ(about_.waveform().size(), kWaveformBars);
  EXPECT_LT(static_cast<uint8_t>(about_.waveform()[16]), 40);
  EXPECT_GT(static_cast<uint8_t>(about_.waveform()[48]), 200);
  EXPECT_EQ(run(make_photo("photo.jpg"), "--voice"), 11);
}

TEST_F(PreparedTest, HostileFilesAreDocumentsAndNothingIsAskedForThem) {
  const auto write = [this](const std::string& name, const std::string& bytes) {
    std::ofstream(at(name), std::ios::binary) << bytes;
    return at(name);
  };
  EXPECT_EQ(run(write("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")), 11);
  EXPECT_EQ(run(write("a.jpg", "<html><script>alert(1)</script></html>")), 11);
  EXPECT_EQ(run(write("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n")), 11);
  EXPECT_EQ(run(write("empty", "")), 11);
  EXPECT_EQ(run(at("none")), 11);
  // 100,000 pixels each way, in a header that nothing follows.
  std::string bomb("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\1\x86\xA0\0\1\x86\xA0\x08\2\0\0\0", 29);
  EXPECT_EQ(run(write("bomb.png", bomb + std::string("\xCA\xD6\x6C\xF2", 4))), 11);
  const std::string photo = read_file(make_photo("photo.jpg"));
  EXPECT_EQ(run(write("cut.jpg", photo.substr(0, photo.size() / 2))), 11) << "cut off";
}

TEST_F(PreparedTest, AProfilePhotoIsTheMiddleOfAPictureSquareSmallAndWithoutWhatTheCameraWrote) {  // [F34]
  ASSERT_EQ(run(make_photo("photo.jpg"), "--profile"), 0);
  EXPECT_EQ(about_.width(), 640u);
  EXPECT_EQ(about_.height(), 640u);
  VipsImage* image = vips_image_new_from_file(at("target").c_str(), nullptr);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(vips_image_get_width(image), 640);
  EXPECT_EQ(vips_image_get_height(image), 640);
  g_object_unref(image);
  EXPECT_EQ(read_file(at("target")).find("A camera"), std::string::npos);
  std::filesystem::remove(at("target"));
  ASSERT_EQ(
      run(make("noise.png", "-f lavfi -i 'nullsrc=s=900x700,geq=random(1)*255:128:128' -frames:v 1"), "--profile"), 0);
  EXPECT_LE(std::filesystem::file_size(at("target")), kProfilePhotoBytesMax * 3 / 4) << "also of what can't be pressed";
  std::filesystem::remove(at("target"));
  std::ofstream(at("text.txt")) << "no picture";
  EXPECT_EQ(run(at("text.txt"), "--profile"), 11);
}

}  // namespace
}  // namespace kith::media_tool

int main(int count, char** words) {
  ::testing::InitGoogleTest(&count, words);
  if (VIPS_INIT(words[0]) != 0) return 1;
  return RUN_ALL_TESTS();
}
