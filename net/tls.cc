// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace kith::net {
namespace {

constexpr size_t kFileBytesMax = size_t{1} << 20;  // of what is looked at to say what a file is

struct File {
  std::string what;  // "TLS certificate /etc/kith/chain.pem"
  std::string path;
  const char* heading;        // of what it should hold, in PEM
  const char* said;           // the same, for people
  const char* other;          // heading of what it may hold by mistake
  const char* other_is_here;  // and what to say then
};
constexpr const char* kCertificate = "CERTIFICATE-----";
constexpr const char* kKey = "PRIVATE KEY-----";
File certificate_file(const std::string& path) {
  return {"TLS certificate " + path,
          path,
          kCertificate,
          "certificate",
          kKey,
          "holds a private key and no certificate: are tls.certificate and tls.key exchanged?"};
}
File key_file(const std::string& path) {
  return {"TLS key " + path,
          path,
          kKey,
          "private key",
          kCertificate,
          "holds a certificate and no private key: are tls.certificate and tls.key exchanged?"};
}

// Why OpenSSL did not take the file: what can be said without it, in words for the operator; else its own.
std::string why_not(const File& file) {
  const unsigned long code = ERR_peek_error();
  const int library = ERR_GET_LIB(code);
  const int reason = ERR_GET_REASON(code);
  const char* const words = ERR_reason_error_string(code);
  const std::string openssl = words == nullptr ? "" : std::string(" (OpenSSL: ") + words + ")";
  ERR_clear_error();

  errno = 0;
  std::ifstream stream(file.path, std::ios::binary);
  std::string text(kFileBytesMax, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) return file.what + " can't be read: " + std::strerror(errno);
  text.resize(static_cast<size_t>(stream.gcount()));
  const auto holds = [&text](const char* heading) { return text.find(heading) != std::string::npos; };
  if (!holds(file.heading)) {
    return file.what + " " +
           (holds(file.other)
                ? std::string(file.other_is_here)
                : std::string("holds no ") + file.said + " in PEM form (-----BEGIN …" + file.heading + ")");
  }
  if (library == ERR_LIB_X509 && (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH))
    return file.what + " does not belong to the certificate: take the key that it was made with";
  if (holds("BEGIN ENCRYPTED") || holds("Proc-Type: 4,ENCRYPTED"))
    return file.what + " is protected by a passphrase, which kithd does not ask for: openssl pkey -in FILE -out FILE2";
  if (library == ERR_LIB_SSL &&
      (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL || reason == SSL_R_CA_MD_TOO_WEAK))
    return file.what + " is too weak for clients of today: RSA needs 2048 bits, and a signature SHA-256";
  return file.what + " is damaged: make or copy it anew" + openssl;
}

// Loads what it can, and says what it can't.
std::vector<std::string> fill(SSL_CTX* context, const std::string& certificate, const std::string& key) {
  std::vector<std::string> problems;
  ERR_clear_error();
  // Nobody is there to ask.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    problems.push_back(why_not(certificate_file(certificate)));
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      (problems.empty() && SSL_CTX_check_private_key(context) != 1))
    problems.push_back(why_not(key_file(key)));
  return problems;
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
  if (context == nullptr) return Fail(std::string("TLS: there is no memory for it"));
  std::shared_ptr<TlsContext> owner(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (const auto wrong = fill(context, certificate, key); !wrong.empty()) return Fail(wrong.front());
  return owner;
}

std::vector<std::string> TlsContext::problems(const std::string& certificate, const std::string& key) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return {"TLS: there is no memory for it"};
  const TlsContext owner(context);
  return fill(context, certificate, key);
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
