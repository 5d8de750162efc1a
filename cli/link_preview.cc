// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/link_preview.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/random.h"
#include "base/unicode.h"
#include "cli/exit_code.h"
#include "cli/media_program.h"
#include "cli/sealed_files.h"
#include "crypto/hash.h"

namespace kith::cli {

namespace {

using client_api::Failure;
using client_api::FetchLinkRequest;
using client_api::FetchLinkResponse;
using client_api::LinkPreview;

constexpr std::string_view kSchemes[] = {"https://", "http://"};

// A stranger's bytes in a file of the home, for kith-media; removed with this.
class LinkFile {
 public:
  LinkFile(Context context, const std::string& bytes) {
    crypto::SystemRandom random;
    path_ = SealedFiles(context.host.directory()).new_beside(random);
    std::ofstream file(path_, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  ~LinkFile() { ::unlink(path_.c_str()); }
  LinkFile(const LinkFile&) = delete;
  LinkFile& operator=(const LinkFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<FetchLinkResponse, Failure> fetch(Context context, const std::string& url, FetchLinkRequest::What what) {
  client_api::Request request;
  request.mutable_fetch_link()->set_url(url);
  request.mutable_fetch_link()->set_what(what);
  auto response = answer_to(context, std::move(request));
  if (response && !response->has_failure()) return std::move(*response->mutable_fetch_link());
  return Fail(response ? response->failure() : Failure());
}

void add_picture(Context context, const std::string& bytes, LinkPreview& preview) {
  const LinkFile file(context, bytes);
  const MediaProgram ran = run_media_program(context.host, {"--thumbnail", file.path()});
  client_api::Media about;
  if (ran.code != 0 || !about.ParseFromString(ran.output)) return;
  preview.set_thumbnail(about.thumbnail());
  preview.set_width(about.width());
  preview.set_height(about.height());
}

// The last part of a link's path, or its host.
std::string name_in(const std::string& url) {
  std::string rest = url.substr(url.find("://") + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  return rest.substr(rest.rfind('/') + 1);
}

}  // namespace

std::string first_link(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && static_cast<uint8_t>(text[at - 1]) > ' ' &&
        std::string_view("([{<\"'|,;").find(text[at - 1]) == std::string_view::npos)
      continue;
    for (const std::string_view scheme : kSchemes) {
      if (!text.substr(at).starts_with(scheme)) continue;
      size_t end = at;
      while (end < text.size() && static_cast<uint8_t>(text[end]) > ' ') ++end;
      std::string_view link = text.substr(at, end - at);
      while (std::string_view(".,;:!?'\"]}>").find(link.back()) != std::string_view::npos ||
             (link.back() == ')' && link.find('(') == std::string_view::npos))
        link.remove_suffix(1);
      if (link.size() > scheme.size()) return std::string(link);
    }
  }
  return "";
}

Result<LinkPreview, std::string> preview_of_link(Context context, const std::string& text) {
  LinkPreview preview;
  preview.set_url(first_link(text));
  if (preview.url().empty()) return Fail(std::string("the text has no link that begins with http:// or https://"));
  const auto page = fetch(context, preview.url(), FetchLinkRequest::kPage);
  if (!page && page.error().code() == Failure::kLinkWrongType) {  // perhaps it is a picture itself
    const auto picture = fetch(context, preview.url(), FetchLinkRequest::kPicture);
    if (!picture) return Fail(describe(picture.error()));
    preview.set_title(name_in(preview.url()));
    add_picture(context, picture->body(), preview);
    return preview;
  }
  if (!page) return Fail(describe(page.error()));

  const LinkFile file(context, page->body());
  const MediaProgram ran =
      run_media_program(context.host, {"--page", file.path(), page->final_url(), page->content_type()});
  if (ran.code != 0) return Fail(std::string("the page can't be read"));
  std::istringstream lines(ran.output);
  std::string title;
  std::string description;
  std::string picture_url;
  std::getline(lines, title);
  std::getline(lines, description);
  std::getline(lines, picture_url);
  if (!has_visible(title)) return Fail(std::string("the page has no title"));
  preview.set_title(title);
  preview.set_description(description);
  if (picture_url.empty()) return preview;
  if (const auto picture = fetch(context, picture_url, FetchLinkRequest::kPicture))
    add_picture(context, picture->body(), preview);
  return preview;
}

}  // namespace kith::cli
