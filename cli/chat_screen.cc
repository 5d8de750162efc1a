// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/chat_screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "base/limits.h"
#include "cli/characters.h"
#include "cli/context.h"
#include "cli/input_lines.h"
#include "cli/line_editor.h"
#include "cli/terminal.h"

namespace kith::cli {
namespace {

// Calls `take` with each piece of standard input; with "" at its end, once.
class InputReader {
 public:
  InputReader(Host& host, std::function<void(std::string_view)> take) : host_(host), take_(std::move(take)) { wait(); }
  ~InputReader() { host_.stop_watching(STDIN_FILENO); }

 private:
  void wait() {
    host_.when_readable(STDIN_FILENO, [this] {
      if (has_nothing()) return wait();
      char part[4096];
      const ssize_t size = ::read(STDIN_FILENO, part, sizeof part);
      if (size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN))) wait();
      if (size > 0) take_({part, static_cast<size_t>(size)});
      if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN)) take_({});
    });
  }

  // A terminal that is being opened is now and then said to be readable when it isn't, and a read would hold up all
  // until a key is pressed.
  static bool has_nothing() {
    int there = 0;
    return ::isatty(STDIN_FILENO) && ::ioctl(STDIN_FILENO, FIONREAD, &there) == 0 && there == 0;
  }

  Host& host_;
  std::function<void(std::string_view)> take_;
};

// Without the escape sequences for colours.
std::string plain(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
      if (i == std::string::npos) break;
    } else {
      out += text[i];
    }
  }
  return out;
}

class TerminalScreen final : public ChatScreen {
 public:
  TerminalScreen(Host& host, Events events)
      : events_(std::move(events)),
        editor_({[this](std::string line) {
                   events_.typing(false);
                   events_.entered(std::move(line));
                 },
                 [this] { events_.typing(!editor_.text().empty()); }, [this] { events_.ended(); }}),
        input_(host, [this](std::string_view text) {
          if (text.empty()) return events_.ended();
          editor_.take(text);
          draw();
        }) {}

  using ChatScreen::print;
  void print(const std::string& id, const std::string& line) override {
    forget_if_resized();
    blocks_.push_back({id, rows_of(line)});
    if (blocks_.size() > kBlocksMax) blocks_.pop_front();
    terminal_.write("\r\x1b[K" + line + "\n");
    draw();
  }
  bool reprint(const std::string& id, const std::string& line) override {
    forget_if_resized();
    size_t up = 0;  // rows from the line being typed to the block's first
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
      up += block->rows;
      if (up >= terminal_.rows()) return false;
      if (block->id != id) continue;
      if (rows_of(line) != block->rows) return false;
      // Save the cursor, go up, come back
      terminal_.write(
          "\x1b"
          "7\r\x1b[" +
          std::to_string(up) + "A" + line +
          "\x1b[K\x1b"
          "8");
      return true;
    }
    return false;
  }
  void set_status(const std::string& status) override {
    if (status == status_) return;
    status_ = status;
    draw();
  }
  [[nodiscard]] bool shows_status() const override { return true; }
  [[nodiscard]] std::string draft() const override { return editor_.text(); }
  void set_draft(const std::string& text) override {
    editor_.set_text(text);
    draw();
  }

 private:
  // What was printed, as far as it may still be on the screen.
  struct Block {
    std::string id;
    size_t rows;
  };
  static constexpr size_t kBlocksMax = 200;

  // Terminals wrap lines anew when they are resized: then nobody knows where a block is.
  void forget_if_resized() {
    if (columns_ == terminal_.columns()) return;
    columns_ = terminal_.columns();
    blocks_.clear();
  }
  [[nodiscard]] size_t rows_of(const std::string& line) const {
    const std::string text = plain(line);
    size_t rows = 0;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const size_t columns = display_columns(std::string_view(text).substr(at, end - at));
      rows += columns == 0 ? 1 : (columns + columns_ - 1) / columns_;
      at = end + 1;
    }
    return rows;
  }
  void draw() {
    const std::string prompt = status_ + "> ";
    terminal_.write(editor_.draw(prompt, display_columns(plain(prompt)), terminal_.columns()));
  }

  Terminal terminal_;
  Events events_;
  LineEditor editor_;
  std::string status_;
  std::deque<Block> blocks_;
  size_t columns_ = 0;
  InputReader input_;
};

class PlainScreen final : public ChatScreen {
 public:
  PlainScreen(Context context, Events events)
      : out_(context.out),
        events_(std::move(events)),
        lines_({[this](std::string_view line) { events_.entered(std::string(line)); },
                [this] { out_.note("not sent: a line is longer than " + std::to_string(kTextBytesMax) + " bytes"); }},
               kTextBytesMax),
        input_(context.host, [this](std::string_view text) {
          if (!text.empty()) {
            (void)lines_.take(text);
            return;
          }
          lines_.end();
          events_.ended();
        }) {}

  using ChatScreen::print;
  void print(const std::string&, const std::string& line) override {
    out_.line(line);
    if (!out_.flush()) events_.ended();
  }
  bool reprint(const std::string&, const std::string&) override { return false; }
  void set_status(const std::string&) override {}
  [[nodiscard]] bool shows_status() const override { return false; }
  [[nodiscard]] std::string draft() const override { return ""; }
  void set_draft(const std::string&) override {}

 private:
  Output& out_;
  Events events_;
  InputLines lines_;
  InputReader input_;
};

}  // namespace

std::unique_ptr<ChatScreen> ChatScreen::open(Context context, Events events) {
  if (Terminal::is_there()) return std::make_unique<TerminalScreen>(context.host, std::move(events));
  return std::make_unique<PlainScreen>(context, std::move(events));
}

}  // namespace kith::cli
