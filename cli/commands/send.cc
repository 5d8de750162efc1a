// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unistd.h>

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/link_preview.h"
#include "cli/media_text.h"
#include "cli/mentions.h"
#include "cli/message_text.h"
#include "cli/prepared_file.h"
#include "cli/sealed_files.h"
#include "cli/tick_watch.h"
#include "cli/whom.h"
#include "core/sealed_file_view.h"
#include "crypto/hash.h"

namespace kith::cli {
namespace {

using client_api::Message;
using client_api::Request;

// What is neither "-" nor left out stands for itself.
bool is_given(const SendOptions& options) { return options.text && *options.text != "-"; }

struct Sent {
  Message message;
  Place place;
};

// Where the text goes, where that matters: what is said of a group, and whom the text names in it. Of a handle there is
// nothing to look up.
Result<Place, ExitCode> place_for(Context context, const Whom& whom, const std::string& text, bool json) {
  if (whom.id.empty() || (!json && text.find('@') == std::string::npos)) return Place{};
  const auto conversation = conversation_with(context, whom.id);
  if (!conversation) return Fail(conversation.error());
  return place_of(*conversation);
}

Result<Sent, ExitCode> send_to(Context context, const std::string& whom, const std::string& text,
                               const SendOptions& options, const client_api::Attachment* attachment,
                               const std::optional<client_api::LinkPreview>& preview) {
  const auto addressee = find_whom(context, whom);
  if (!addressee) return Fail(addressee.error());
  const auto place = place_for(context, *addressee, text, options.json);
  if (!place) return Fail(place.error());
  Request request;
  client_api::SendMessageRequest& message = *request.mutable_send_message();
  message.set_conversation(addressee->id);
  message.set_handle(addressee->handle);
  message.set_text(text);
  message.set_quote_message_id(options.reply_to);
  if (attachment != nullptr) *message.mutable_attachment() = *attachment;
  if (preview) *message.mutable_preview() = *preview;
  if (place->is_group()) {
    const auto mentions = find_mentions(context, addressee->id, text);
    if (!mentions) return Fail(mentions.error());
    message.mutable_mentions()->Assign(mentions->begin(), mentions->end());
  }
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return Sent{std::move(*response->mutable_send_message()->mutable_message()), *place};
}

// Prepares the file and seals it into the home, for all it is sent to.
Result<client_api::Attachment, ExitCode> attach(Context context, const SendOptions& options) {
  crypto::SystemRandom random;
  const PreparedFile prepared(context.host, options.file, {options.as_document, options.voice, options.hd}, random);
  const client_api::Media& about = prepared.about();
  if (options.voice && about.kind() != client_api::Media::kVoice) {
    context.out.note(options.file + ": is no recording that browsers play (Opus, AAC, MP3, Vorbis, FLAC or WAV)");
    return Fail(ExitCode::kUsage);
  }
  const bool is_once = about.kind() == client_api::Media::kPhoto || about.kind() == client_api::Media::kVideo ||
                       about.kind() == client_api::Media::kVoice;
  if (options.view_once && !is_once) {
    context.out.note(options.file + ": only photos, videos and voice messages can be viewed once");
    return Fail(ExitCode::kUsage);
  }
  SealedFiles files(context.host.directory());
  const auto sealed = files.seal(prepared.path(), random, [&](uint64_t done) { context.out.passing(size_text(done)); });
  context.out.passing("");
  if (!sealed) {
    context.out.note(options.file + ": " + describe(sealed.error()));
    return Fail(sealed.error() == FileError::kNoRoom ? ExitCode::kStorage : ExitCode::kUsage);
  }
  client_api::Attachment attachment;
  *attachment.mutable_file() = core::shown(*sealed);
  *attachment.mutable_about() = about;
  attachment.mutable_about()->set_view_once(options.view_once);
  return attachment;
}

// What is written under a file.
Result<std::string, ExitCode> caption_of(Context context, const SendOptions& options) {
  if (!options.text) return options.caption;
  if (options.caption.empty()) return is_given(options) ? *options.text : read_input(context, kCaptionBytesMax);
  context.out.note("what stands under the file comes with --caption, or as the text: not both");
  return Fail(ExitCode::kUsage);
}

}  // namespace

ExitCode run_send(Context context, const SendOptions& options) {
  const auto refuse = [&](const char* why) {
    context.out.note(why);
    return ExitCode::kUsage;
  };
  constexpr const char* kNothing = "there is nothing to send: the text is blank";
  const bool has_file = !options.file.empty();
  if (options.as_document && (options.voice || options.hd || options.view_once))
    return refuse("--document leaves the file as it is: not with --voice, --hd or --view-once");
  if (!has_file && !options.text && ::isatty(STDIN_FILENO))
    return refuse("there is nothing to send: a text goes behind WHOM, or comes on standard input");
  if (!has_file && is_given(options) && is_blank(*options.text)) return refuse(kNothing);
  TickWatch ticks(context);
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();
  const auto text = has_file            ? caption_of(context, options)
                    : is_given(options) ? Result<std::string, ExitCode>(*options.text)
                                        : read_input(context, kTextBytesMax);
  if (!text) return text.error();
  if (!has_file && is_blank(*text)) return refuse(kNothing);
  client_api::Attachment attachment;
  if (has_file) {
    auto attached = attach(context, options);
    if (!attached) return attached.error();
    attachment = std::move(*attached);
  }

  std::optional<client_api::LinkPreview> preview;
  if (options.preview) {
    auto made = preview_of_link(context, *text);
    if (!made) context.out.note("sent without a preview: " + made.error());
    if (made) preview = std::move(*made);
  }

  std::vector<std::string> addressees = {options.to};
  addressees.insert(addressees.end(), options.also_to.begin(), options.also_to.end());
  ExitCode failed = ExitCode::kOk;
  for (const std::string& whom : addressees) {
    const auto sent = send_to(context, whom, *text, options, has_file ? &attachment : nullptr, preview);
    if (!sent) {
      if (failed == ExitCode::kOk) failed = sent.error();
      if (addressees.size() == 1) continue;
      // Each has a line, so that lines and addressees belong together.
      context.out.line(options.json ? JsonLine().text("type", "not_sent").text("to", whom).str() : "");
      context.out.note("not sent to " + whom);
      continue;
    }
    ticks.begin(sent->message, addressees.size() > 1 ? whom : "");
    context.out.line(options.json ? message_json(sent->message, sent->place) : sent->message.id());
    context.out.flush();
  }
  const ExitCode code = ticks.see_off(options.wait, options.timeout_s);
  return failed == ExitCode::kOk ? code : failed;
}

}  // namespace kith::cli
