// SPDX-License-Identifier: AGPL-3.0-or-later

// TLS for servers (OpenSSL).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace kith::net {

// A certificate with its key, and how to speak: TLS 1.2 or later, HTTP/1.1 by ALPN, no session cache. Any thread may
// call.
class TlsContext {
 public:
  // Reads PEM files: the certificate with its chain, and its private key. Errors: a sentence for the operator. From
  // then on the process ignores SIGPIPE, as OpenSSL writes to sockets without saying otherwise.
  static Result<std::shared_ptr<TlsContext>, std::string> load(const std::string& certificate, const std::string& key);
  // Why it could not be loaded: a sentence for each file. Empty: it could.
  static std::vector<std::string> problems(const std::string& certificate, const std::string& key);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // The state of one accepted connection, for Transport, which owns it; null when memory is out. Connections outlive
  // the context.
  [[nodiscard]] ssl_st* accept(int fd) const;

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace kith::net
