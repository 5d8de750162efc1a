// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/qr_text.h"

#include <qrencode.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace kith::cli {
namespace {

constexpr int kQuietZone = 4;  // modules, ISO/IEC 18004

}  // namespace

std::optional<std::string> qr_text(BytesView payload, bool colours, size_t columns) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeData(static_cast<int>(payload.size()), reinterpret_cast<const unsigned char*>(payload.data()), 0,
                        QR_ECLEVEL_M),
      QRcode_free);
  if (!code) return std::nullopt;
  const int width = code->width;
  if (columns != 0 && static_cast<size_t>(width + 2 * kQuietZone) > columns) return std::nullopt;
  const auto is_light = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return true;
    return (code->data[y * width + x] & 1) == 0;
  };
  std::string text;
  for (int y = -kQuietZone; y < width + kQuietZone; y += 2) {
    if (colours) text += "\x1b[97;40m";  // white ink draws the light modules
    for (int x = -kQuietZone; x < width + kQuietZone; ++x) {
      const bool above = is_light(x, y);
      const bool below = y + 1 < width + kQuietZone && is_light(x, y + 1);
      text += above ? (below ? "█" : "▀") : (below ? "▄" : " ");
    }
    if (colours) text += "\x1b[0m";
    text += '\n';
  }
  return text;
}

size_t columns_of(int descriptor) {
  winsize size{};
  return ::isatty(descriptor) && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void show_qr(int descriptor, BytesView payload) {
  const size_t columns = columns_of(descriptor);
  const auto code = columns == 0 ? std::nullopt : qr_text(payload, true, columns);
  std::string_view rest = code ? std::string_view(*code) : std::string_view();
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) return;  // nobody sees it
    if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace kith::cli
