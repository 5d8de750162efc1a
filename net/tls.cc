// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>

namespace kith::net {
namespace {

std::string last_error() {
  char text[256] = "unknown error";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr unsigned char kSpoken[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kSpoken, sizeof kSpoken, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::shared_ptr<TlsContext>, std::string> TlsContext::load(const std::string& certificate,
                                                                  const std::string& key) {
  std::signal(SIGPIPE, SIG_IGN);
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return Fail("TLS: " + last_error());
  std::shared_ptr<TlsContext> owner(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Fail("TLS certificate " + certificate + ": " + last_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return Fail("TLS key " + key + ": " + last_error());
  if (SSL_CTX_check_private_key(context) != 1)
    return Fail("TLS key " + key + " does not belong to the certificate: " + last_error());
  return owner;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

ssl_st* TlsContext::accept(int fd) const {
  SSL* const connection = SSL_new(context_);
  if (connection == nullptr) return nullptr;
  if (SSL_set_fd(connection, fd) != 1) {
    SSL_free(connection);
    return nullptr;
  }
  SSL_set_accept_state(connection);
  return connection;
}

}  // namespace kith::net
