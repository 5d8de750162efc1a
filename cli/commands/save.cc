// SPDX-License-Identifier: AGPL-3.0-or-later

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/media_text.h"
#include "cli/sealed_files.h"
#include "core/sealed_file_view.h"

namespace kith::cli {
namespace {

using client_api::Failure;
using client_api::Media;
using client_api::Message;
using client_api::OpenMediaResponse;
using client_api::Request;

constexpr uint64_t kQuietMs = 60'000;  // without any progress
constexpr int kNamesTried = 1000;

// Waits until the file is here, or will not come.
class Arrival {
 public:
  Arrival(Context context, std::string id) : context_(context), id_(std::move(id)) {
    context_.host.listen([this](const client_api::Event& event) {
      if (event.message_changed().id() == id_) message_ = event.message_changed();
      if (event.media_progress().id() != id_) return;
      ++progresses_;
      context_.out.passing(progress_text(event.media_progress()));
    });
  }

  ExitCode wait() {
    Request request;
    request.mutable_fetch_media()->set_id(id_);
    auto response = ask(context_, std::move(request));
    if (!response) return response.error();
    message_ = response->fetch_media();
    const auto is_over = [this] {
      const Media::State state = message_.media().state();
      return (state != Media::kFetching && state != Media::kSending) || is_offline(context_.host.state());
    };
    Host::Outcome outcome = Host::Outcome::kTimedOut;
    for (size_t before = progresses_ + 1; outcome == Host::Outcome::kTimedOut && before != progresses_;) {
      before = progresses_;
      outcome = context_.host.run_until(is_over, context_.host.in_ms(kQuietMs));
    }
    context_.out.passing("");
    if (outcome == Host::Outcome::kStopped) return ExitCode::kInterrupted;
    switch (message_.media().state()) {
      case Media::kHere:
      case Media::kSending: return ExitCode::kOk;
      case Media::kGone: return refuse("the file is not on the server any more");
      case Media::kBroken: return refuse("what the server has is another file than was sent");
      default: break;
    }
    if (message_.media().trouble() == Failure::kDiskFull) return refuse("the disk is full", ExitCode::kStorage);
    context_.out.note(why_offline(context_.host.state()) + ": the file is fetched when the server can be reached");
    return outcome == Host::Outcome::kTimedOut ? ExitCode::kTimedOut : ExitCode::kOffline;
  }

 private:
  ExitCode refuse(const char* why, ExitCode code = ExitCode::kFailed) {
    context_.out.note(why);
    return code;
  }

  Context context_;
  const std::string id_;
  Message message_;
  size_t progresses_ = 0;
};

// A file that did not exist, in this directory, under the name or one like it; its path.
Result<std::pair<OpenFile, std::string>, int> make_file(const std::string& directory, const std::string& name) {
  const std::filesystem::path plain(name);
  for (int i = 1; i <= kNamesTried; ++i) {
    const std::string numbered =
        i == 1 ? name : plain.stem().string() + " (" + std::to_string(i) + ")" + plain.extension().string();
    const std::string path = directory + "/" + numbered;
    OpenFile file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file) return std::pair(std::move(file), path);
    if (errno != EEXIST) break;
  }
  return Fail(errno);
}

ExitCode write_out(Context context, const SaveOptions& options, const OpenMediaResponse& opened,
                   const std::string& name) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  auto made = make_file(options.directory, name);
  if (!made) {
    context.out.note(options.directory + ": " + std::strerror(made.error()));
    return ExitCode::kFailed;
  }
  const auto& [file, path] = *made;
  uint64_t written = 0;
  std::optional<FileError> failed;
  SealedFiles files(context.host.directory());
  const auto read = files.unseal(opened.file(), core::read_sealed_file(opened.sealed()), [&](BytesView bytes) {
    if (const auto wrote = file.write(written, bytes); !wrote) failed = wrote.error();
    written += bytes.size();
    return !failed;
  });
  if (!read) failed = read.error();
  if (!failed) {
    if (const auto synced = file.sync(); !synced) failed = synced.error();
  }
  if (failed) {
    ::unlink(path.c_str());
    context.out.note(path + " is not written: " + describe(*failed));
    return *failed == FileError::kNoRoom ? ExitCode::kStorage : ExitCode::kFailed;
  }
  context.out.line(path);
  return ExitCode::kOk;
}

}  // namespace

ExitCode run_save(Context context, const SaveOptions& options) {
  Arrival arrival(context, options.id);
  Request get;
  get.mutable_get_message()->set_id(options.id);
  const auto found = ask(context, std::move(get));
  if (!found) return found.error();
  const Message message = found->get_message();
  if (!message.has_media()) {
    context.out.note("the message " + options.id + " has no file");
    return ExitCode::kUsage;
  }
  if (message.media().view_once()) {
    context.out.note("the message " + options.id + " is to be viewed once, and can't be saved");
    return ExitCode::kFailed;
  }
  const Media::State state = message.media().state();
  if (state != Media::kHere && state != Media::kSending) {
    if (const auto connecting = start_connecting(context); !connecting) return connecting.error();
    if (const ExitCode code = arrival.wait(); code != ExitCode::kOk) return code;
  }
  Request request;
  request.mutable_open_media()->set_id(options.id);
  const auto opened = ask(context, std::move(request));
  if (!opened) return opened.error();
  const ExitCode written = write_out(context, options, opened->open_media(), file_name(message));
  if (written != ExitCode::kOk || options.unplayed || message.media().kind() != Media::kVoice) return written;
  Request played;
  played.mutable_mark_played()->set_id(options.id);
  const auto marked = ask(context, std::move(played));
  return marked ? ExitCode::kOk : marked.error();
}

}  // namespace kith::cli
