// SPDX-License-Identifier: AGPL-3.0-or-later

// A directory of files served over HTTP: the built web app.
//
// All files are read when the object is made and served from memory, so that no request touches the disk and no path
// can lead out of the directory. A changed directory is seen by making a new object.
//
// Caching:  what lies under /assets/ has a hash in its name: a year, immutable. Everything else, index.html above all:
//           no-cache, with an ETag.
// Encoding: NAME.br and NAME.gz beside NAME are its compressed forms; they are sent where the client takes them, and
// have no path of their own.
// Ranges:   of a file in the form that is sent (http_range.h).
// Paths:    without an extension and not found: index.html, as the web app has routes of its own.
// Shares:   what a browser posts to /share is for the app's service worker (web/app/share_target.ts). Where there is
//           none yet it comes here: the app is opened instead, which says that it did not come through.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "net/http.h"

namespace kith::net {

class StaticFiles {
 public:
  static constexpr size_t kTotalBytesMax = 256 * 1024 * 1024;
  static constexpr size_t kFilesMax = 10'000;

  // Errors: a sentence for the operator: no such directory, unreadable, a symbolic link in it,
  // beyond the limits, no index.html.
  static Result<std::shared_ptr<const StaticFiles>, std::string> load(const std::string& directory);

  // Answers GET and HEAD, and a share; anything else is 405. Security headers are included. `tls`: adds
  // Strict-Transport-Security.
  [[nodiscard]] HttpResponse serve(const IncomingRequest& request, bool tls) const;

  // A share: its answer needs no body, which is not for the server.
  [[nodiscard]] static bool is_share(const IncomingRequest& request);

  [[nodiscard]] size_t count() const { return files_.size(); }
  [[nodiscard]] bool has(const std::string& path) const { return files_.contains(path); }

 private:
  struct Form {
    std::shared_ptr<const Bytes> bytes;  // null: there is no such form
    std::string etag;
  };
  struct File {
    std::string content_type;
    bool immutable = false;
    Form plain;
    Form gzip;
    Form brotli;
  };
  [[nodiscard]] const File* find(std::string_view path) const;

  std::unordered_map<std::string, File> files_;  // by path, "/index.html"
};

// The media type of a file by its name's extension.
std::string_view content_type_of(std::string_view name);
// The path of a target with %XX undone; empty when that is impossible or leads to no sensible name (NUL, "..",
// backslash).
std::string decode_path(std::string_view path);

}  // namespace kith::net
