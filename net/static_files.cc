// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/static_files.h"

#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "net/http_range.h"

namespace kith::net {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".gif", "image/gif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".wav", "audio/wav"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".pdf", "application/pdf"},
};

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self' "
    "https://www.youtube-nocookie.com; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

constexpr std::string_view kPermissionsPolicy =
    "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=(), serial=(), midi=()";

std::string etag_of(const Bytes& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  return "\"" + to_base64url({reinterpret_cast<const char*>(digest), 16}) + "\"";
}

void set_security(HttpResponse& response, bool tls) {
  response.set("Content-Security-Policy", std::string(kContentSecurityPolicy))
      .set("X-Content-Type-Options", "nosniff")
      .set("Referrer-Policy", "no-referrer")
      .set("Cross-Origin-Opener-Policy", "same-origin")
      .set("Origin-Agent-Cluster", "?1")
      .set("Cross-Origin-Resource-Policy", "same-origin")
      .set("Permissions-Policy", std::string(kPermissionsPolicy));
  if (tls) response.set("Strict-Transport-Security", "max-age=31536000");
}

HttpResponse plain_answer(int status, std::string text, bool tls) {
  HttpResponse response;
  response.status = status;
  set_security(response, tls);
  response.set("Content-Type", "text/plain; charset=utf-8").set("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

// Whether Accept-Encoding takes the coding: named, or by "*", and not with q=0 (RFC 9110, section 12.5.3).
bool accepts(const IncomingRequest& request, std::string_view coding) {
  bool any = false;
  std::string_view rest = request.find("Accept-Encoding");
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    std::string compact;
    for (const char c : item) {
      if (c != ' ' && c != '\t') compact.push_back(c);
    }
    const size_t semicolon = compact.find(';');
    const std::string name = compact.substr(0, semicolon);
    bool refused = false;
    if (semicolon != std::string::npos) {
      const std::string quality = compact.substr(semicolon + 1);
      refused = quality.starts_with("q=0") && quality.find_first_not_of("0.", 3) == std::string::npos;
    }
    if (equal_without_case(name, coding)) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

bool has_extension(std::string_view path) {
  const size_t slash = path.rfind('/');
  return path.find('.', slash == std::string_view::npos ? 0 : slash) != std::string_view::npos;
}

// Whether If-None-Match names the tag; weak comparison.
bool matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  for (size_t at = if_none_match.find(etag); at != std::string_view::npos; at = if_none_match.find(etag, at + 1)) {
    const size_t end = at + etag.size();
    if (end == if_none_match.size() || if_none_match[end] == ',' || if_none_match[end] == ' ') return true;
  }
  return false;
}

}  // namespace

std::string_view content_type_of(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [extension, type] : kTypes) {
      if (equal_without_case(name.substr(dot), extension)) return type;
    }
  }
  return "application/octet-stream";
}

std::string decode_path(std::string_view path) {
  std::string decoded;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      decoded.push_back(path[i]);
      continue;
    }
    const auto byte = from_hex(path.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return {};
    decoded.append(*byte);
    i += 2;
  }
  if (!decoded.starts_with('/') || decoded.find('\0') != std::string::npos || decoded.find('\\') != std::string::npos)
    return {};
  if (decoded.find("/../") != std::string::npos || decoded.ends_with("/..")) return {};
  return decoded;
}

Result<std::shared_ptr<const StaticFiles>, std::string> StaticFiles::load(const std::string& directory) {
  const auto loaded = std::make_shared<StaticFiles>();
  const fs::path root(directory);
  std::error_code error;
  size_t total = 0;
  std::unordered_map<std::string, std::shared_ptr<const Bytes>> contents;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string path = "/" + at->path().lexically_relative(root).generic_string();
    if (path.find("/.") != std::string::npos) continue;  // hidden
    if (at->is_symlink(error)) {
      return Fail("web root " + directory + ": " + path +
                  " is a symbolic link, which may lead anywhere: copy the file");
    }
    if (!at->is_regular_file(error)) continue;
    std::ifstream in(at->path(), std::ios::binary);
    auto bytes = std::make_shared<Bytes>(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (!in) return Fail("web root " + directory + ": cannot read " + path);
    total += bytes->size();
    if (total > kTotalBytesMax || contents.size() >= kFilesMax) {
      return Fail("web root " + directory + " holds more than 10000 files or 256 MiB: is it the built web app?");
    }
    contents.emplace(path, std::move(bytes));
  }
  if (error) return Fail("web root " + directory + ": " + error.message());
  if (!contents.contains("/index.html"))
    return Fail("web root " + directory + " has no index.html: is it the built web app?");

  const auto form = [&](const std::string& path) {
    const auto found = contents.find(path);
    return found == contents.end() ? Form{} : Form{found->second, etag_of(*found->second)};
  };
  for (const auto& [path, bytes] : contents) {
    if ((path.ends_with(".gz") || path.ends_with(".br")) && contents.contains(path.substr(0, path.size() - 3)))
      continue;
    loaded->files_.emplace(path, File{std::string(content_type_of(path)), path.starts_with("/assets/"), form(path),
                                      form(path + ".gz"), form(path + ".br")});
  }
  return std::shared_ptr<const StaticFiles>(loaded);
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  const std::string decoded = decode_path(path);
  if (decoded.empty()) return nullptr;
  const auto exact = files_.find(decoded.ends_with('/') ? decoded + "index.html" : decoded);
  if (exact != files_.end()) return &exact->second;
  if (has_extension(decoded)) return nullptr;
  const auto index = files_.find("/index.html");
  return index == files_.end() ? nullptr : &index->second;
}

bool StaticFiles::is_share(const IncomingRequest& request) {
  return request.method == "POST" && request.path() == "/share";
}

HttpResponse StaticFiles::serve(const IncomingRequest& request, bool tls) const {
  if (is_share(request)) {
    auto response = plain_answer(303, "open the app, and share again", tls);
    response.set("Location", "/#/share");
    return response;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    auto response = plain_answer(405, "only GET and HEAD", tls);
    response.set("Allow", "GET, HEAD");
    return response;
  }
  const bool head = request.method == "HEAD";
  const File* const file = find(request.path());
  if (file == nullptr) {
    auto response = plain_answer(404, "not found", tls);
    response.head_only = head;
    return response;
  }
  const Form* form = &file->plain;
  std::string_view coding;
  if (file->brotli.bytes && accepts(request, "br")) {
    form = &file->brotli;
    coding = "br";
  } else if (file->gzip.bytes && accepts(request, "gzip")) {
    form = &file->gzip;
    coding = "gzip";
  }
  HttpResponse response;
  set_security(response, tls);
  response.set("Content-Type", file->content_type).set("ETag", form->etag);
  response.set("Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (file->brotli.bytes || file->gzip.bytes) response.set("Vary", "Accept-Encoding");
  if (request.has("If-None-Match") && matches(request.find("If-None-Match"), form->etag)) {
    response.status = 304;
    return response;
  }
  if (!coding.empty()) response.set("Content-Encoding", std::string(coding));
  set_ranged_body(response, request, form->bytes->size(), form->etag, [form](ByteRange range) {
    return std::make_unique<SharedBytesSource>(form->bytes, range.first, range.size);
  });
  response.head_only = head;
  return response;
}

}  // namespace kith::net
