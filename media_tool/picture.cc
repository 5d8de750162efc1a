// SPDX-License-Identifier: AGPL-3.0-or-later

#include <vips/vips.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string_view>

#include "base/limits.h"
#include "media_tool/prepared.h"

namespace kith::media_tool {

namespace {

using Image = std::unique_ptr<VipsImage, decltype([](VipsImage* image) { g_object_unref(image); })>;

constexpr int64_t kPixelsAllMax = 200'000'000;      // that are decoded: 50,000 by 50,000 would take the machine
constexpr size_t kTransparentBytesMax = 1'000'000;  // of a PNG; a larger picture is no drawing
constexpr int kThumbnailSide = 200;
constexpr int kProfileSide = 640;
constexpr size_t kProfileBytesMax = kProfilePhotoBytesMax * 3 / 4;  // padding and seals have room beside it

// Of vips' loaders those for pictures that browsers' users send each other.
enum class Form { kNone, kPicture, kGif };
Form form_of(const std::string& path) {
  const char* const loader = vips_foreign_find_load(path.c_str());
  if (loader == nullptr) return Form::kNone;
  const std::string_view name(loader);
  for (const std::string_view known : {"Jpeg", "Png", "Webp", "Heif"}) {
    if (name.find(known) != std::string_view::npos) return Form::kPicture;
  }
  return name.find("Nsgif") != std::string_view::npos || name.find("Gif") != std::string_view::npos ? Form::kGif
                                                                                                    : Form::kNone;
}

bool is_small_enough(const std::string& path) {
  const Image header(vips_image_new_from_file(path.c_str(), "access", VIPS_ACCESS_SEQUENTIAL, nullptr));
  return header && int64_t{vips_image_get_width(header.get())} * vips_image_get_height(header.get()) <= kPixelsAllMax;
}

// Upright, in sRGB, no side longer than that. Null: it can't be decoded.
Image shrunk(const std::string& path, int side) {
  VipsImage* image = nullptr;
  if (vips_thumbnail(path.c_str(), &image, side, "height", side, "size", VIPS_SIZE_DOWN, "export_profile", "srgb",
                     "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr) != 0)
    return nullptr;
  return Image(image);
}

Image opaque(VipsImage* image) {
  VipsImage* flat = nullptr;
  const std::unique_ptr<VipsArrayDouble, decltype([](VipsArrayDouble* a) { vips_area_unref(VIPS_AREA(a)); })> white(
      vips_array_double_newv(3, 255.0, 255.0, 255.0));
  if (vips_flatten(image, &flat, "background", white.get(), nullptr) != 0) return nullptr;
  return Image(flat);
}

// "" when it fails.
std::string saved(VipsImage* image, int quality, bool png) {
  void* bytes = nullptr;
  size_t size = 0;
  const int failed =
      png ? vips_pngsave_buffer(image, &bytes, &size, "strip", TRUE, nullptr)
          : vips_jpegsave_buffer(image, &bytes, &size, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, nullptr);
  if (failed != 0) return "";
  std::string result(static_cast<const char*>(bytes), size);
  g_free(bytes);
  return result;
}

std::string small_jpeg(VipsImage* image) {
  for (const int quality : {70, 40, 15}) {
    std::string jpeg = saved(image, quality, false);
    if (!jpeg.empty() && jpeg.size() <= kThumbnailBytesMax) return jpeg;
  }
  return "";
}

Image small_image(const std::string& path) {
  Image small = shrunk(path, kThumbnailSide);
  if (small && vips_image_hasalpha(small.get())) small = opaque(small.get());
  return small;
}
std::string thumbnail_of(const std::string& path) {
  const Image small = small_image(path);
  return small ? small_jpeg(small.get()) : "";
}

bool write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file.flush().good();
}

}  // namespace

std::string small_picture(const std::string& rgb, int width, int height) {
  const Image image(vips_image_new_from_memory(rgb.data(), rgb.size(), width, height, 3, VIPS_FORMAT_UCHAR));
  if (!image) return "";
  VipsImage* small = nullptr;
  if (vips_thumbnail_image(image.get(), &small, kThumbnailSide, "height", kThumbnailSide, "size", VIPS_SIZE_DOWN,
                           nullptr) != 0)
    return "";
  return small_jpeg(Image(small).get());
}

std::optional<client_api::Media> thumbnail(const std::string& path) {
  if (form_of(path) == Form::kNone || !is_small_enough(path)) return std::nullopt;
  const Image small = small_image(path);
  client_api::Media about;
  if (small) about.set_thumbnail(small_jpeg(small.get()));
  if (about.thumbnail().empty()) return std::nullopt;
  about.set_kind(client_api::Media::kPhoto);
  about.set_width(static_cast<uint32_t>(vips_image_get_width(small.get())));
  about.set_height(static_cast<uint32_t>(vips_image_get_height(small.get())));
  return about;
}

std::optional<Prepared> prepare_profile_photo(const std::string& path, const std::string& target) {
  if (form_of(path) == Form::kNone || !is_small_enough(path)) return std::nullopt;
  VipsImage* square = nullptr;
  if (vips_thumbnail(path.c_str(), &square, kProfileSide, "height", kProfileSide, "crop", VIPS_INTERESTING_CENTRE,
                     "export_profile", "srgb", "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr) != 0)
    return std::nullopt;
  Image image(square);
  if (vips_image_hasalpha(image.get())) image = opaque(image.get());
  std::string bytes;
  for (const int quality : {85, 70, 50, 30}) {
    if (image && (bytes.empty() || bytes.size() > kProfileBytesMax)) bytes = saved(image.get(), quality, false);
  }
  if (bytes.empty() || bytes.size() > kProfileBytesMax || !write_file(target, bytes)) return std::nullopt;
  Prepared prepared;
  prepared.about.set_kind(client_api::Media::kPhoto);
  prepared.about.set_mime_type("image/jpeg");
  prepared.about.set_width(kProfileSide);
  prepared.about.set_height(kProfileSide);
  prepared.is_written = true;
  return prepared;
}

std::optional<Prepared> prepare_picture(const std::string& path, const std::string& target, const Wanted& wanted) {
  const Form form = form_of(path);
  if (form == Form::kNone) return std::nullopt;
  const Image header(vips_image_new_from_file(path.c_str(), "access", VIPS_ACCESS_SEQUENTIAL, nullptr));
  if (!header) return std::nullopt;
  const int width = vips_image_get_width(header.get());
  const int height = vips_image_get_height(header.get());
  if (int64_t{width} * height > kPixelsAllMax) return std::nullopt;

  Prepared prepared;
  client_api::Media& about = prepared.about;
  about.set_thumbnail(thumbnail_of(path));
  if (form == Form::kGif && vips_image_get_n_pages(header.get()) > 1) {
    about.set_kind(client_api::Media::kAnimation);
    about.set_mime_type("image/gif");
    about.set_width(static_cast<uint32_t>(width));
    about.set_height(static_cast<uint32_t>(height));
    return prepared;
  }
  // A picture that moves can't be kept moving here.
  if (vips_image_get_n_pages(header.get()) > 1) return std::nullopt;
  Image image = shrunk(path, static_cast<int>(wanted.side_max));
  if (!image) return std::nullopt;
  about.set_kind(client_api::Media::kPhoto);
  about.set_width(static_cast<uint32_t>(vips_image_get_width(image.get())));
  about.set_height(static_cast<uint32_t>(vips_image_get_height(image.get())));
  std::string bytes;
  if (vips_image_hasalpha(image.get())) {
    bytes = saved(image.get(), 0, true);
    about.set_mime_type("image/png");
    if (bytes.size() > kTransparentBytesMax) bytes.clear();
    if (bytes.empty()) image = opaque(image.get());
  }
  if (bytes.empty() && image) {
    bytes = saved(image.get(), 80, false);
    about.set_mime_type("image/jpeg");
  }
  if (bytes.empty() || !write_file(target, bytes)) return std::nullopt;
  prepared.is_written = true;
  return prepared;
}

}  // namespace kith::media_tool
