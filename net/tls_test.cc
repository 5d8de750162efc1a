// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "net/testing/certificate.h"
#include "net/transport.h"

namespace kith::net {
namespace {

namespace fs = std::filesystem;

// A directory with a certificate that signed itself.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    std::string pattern = (fs::temp_directory_path() / "kith_tls_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    testing::make_certificate(certificate("one"), key("one"));
    testing::make_certificate(certificate("two"), key("two"));
  }
  ~TlsTest() override { fs::remove_all(root_); }

  [[nodiscard]] std::string certificate(const std::string& name) const { return root_ / (name + ".crt"); }
  [[nodiscard]] std::string key(const std::string& name) const { return root_ / (name + ".key"); }

  fs::path root_;
};

// A client's TLS over one end of a socket pair.
struct TlsClient {
  TlsClient(int fd, int version_max) : context(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context, version_max);
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
  }
  ~TlsClient() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  SSL_CTX* context;
  SSL* ssl = nullptr;
};

struct Ends {
  Ends() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    server = Descriptor(fds[0]);
    client = Descriptor(fds[1]);
  }
  Descriptor server;
  Descriptor client;
};

TEST_F(TlsTest, CarriesBytesBothWaysInOneRecordPerRead) {
  const auto context = TlsContext::load(certificate("one"), key("one"));
  ASSERT_TRUE(context) << context.error();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Ends ends;
    TlsClient client(ends.client.get(), version);
    ssl_st* const tls = (*context)->accept(ends.server.get());
    Transport transport(std::move(ends.server), tls);
    EXPECT_TRUE(transport.is_tls());
    std::string buffer(Transport::kReadMin, '\0');
    const std::string request(16'000, 'q');
    IoResult read{IoStatus::kWouldBlock};
    bool sent = false;
    for (int step = 0; step < 20 && read.status == IoStatus::kWouldBlock; ++step) {
      if (!sent) sent = SSL_write(client.ssl, request.data(), static_cast<int>(request.size())) > 0;
      read = transport.read(buffer.data(), buffer.size());
    }
    ASSERT_EQ(read.status, IoStatus::kDone);
    EXPECT_EQ(read.bytes, request.size()) << "nothing stays behind in the TLS layer, where no event would tell of it";
    EXPECT_EQ(buffer.substr(0, read.bytes), request);
    EXPECT_EQ(transport.read(buffer.data(), buffer.size()).status, IoStatus::kWouldBlock);

    EXPECT_EQ(transport.write("head ", 5, "body", 4).bytes, 9u);
    std::string answer(9, '\0');
    size_t got = 0;
    for (int step = 0; step < 20 && got < 9; ++step) {
      const int part = SSL_read(client.ssl, answer.data() + got, static_cast<int>(9 - got));
      if (part > 0) got += static_cast<size_t>(part);
    }
    EXPECT_EQ(answer, "head body");
    SSL_shutdown(client.ssl);
    EXPECT_EQ(transport.read(buffer.data(), buffer.size()).status, IoStatus::kClosed);
  }
}

TEST_F(TlsTest, RefusesOldVersionsAndWhatIsNoTls) {
  const auto context = TlsContext::load(certificate("one"), key("one"));
  ASSERT_TRUE(context);
  char buffer[1024];
  {
    Ends ends;
    TlsClient client(ends.client.get(), TLS1_1_VERSION);
    SSL_set_security_level(client.ssl, 0);
    SSL_connect(client.ssl);
    ssl_st* const tls = (*context)->accept(ends.server.get());
    Transport transport(std::move(ends.server), tls);
    EXPECT_EQ(transport.read(buffer, sizeof buffer).status, IoStatus::kFailed) << "TLS 1.1";
  }
  Ends ends;
  ssl_st* const tls = (*context)->accept(ends.server.get());
  Transport transport(std::move(ends.server), tls);
  ASSERT_EQ(::send(ends.client.get(), "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
  EXPECT_EQ(transport.read(buffer, sizeof buffer).status, IoStatus::kFailed);
}

TEST_F(TlsTest, SaysWhatIsWrongWithEachOfTheFilesInPlainWords) {
  const auto said = [this](const std::string& certificate_name, const std::string& key_name) {
    std::string all;
    for (const std::string& problem : TlsContext::problems(certificate(certificate_name), key(key_name)))
      all += problem + "\n";
    const auto loaded = TlsContext::load(certificate(certificate_name), key(key_name));
    EXPECT_EQ(loaded.has_value(), all.empty());
    if (!loaded) {
      EXPECT_TRUE(all.starts_with(loaded.error() + "\n")) << loaded.error();
    }
    EXPECT_EQ(all.find("error:"), std::string::npos) << all;
    return all;
  };
  const auto write = [](const std::string& path, std::string_view text) { std::ofstream(path) << text; };
  EXPECT_EQ(said("one", "one"), "");
  EXPECT_EQ(said("none", "none"), "TLS certificate " + certificate("none") +
                                      " can't be read: No such file or directory\n" + "TLS key " + key("none") +
                                      " can't be read: No such file or directory\n");
  EXPECT_EQ(said("one", "two"),
            "TLS key " + key("two") + " does not belong to the certificate: take the key that it was made with\n");
  write(certificate("empty"), "");
  write(key("empty"), "");
  EXPECT_EQ(said("empty", "empty"), "TLS certificate " + certificate("empty") +
                                        " holds no certificate in PEM form (-----BEGIN …CERTIFICATE-----)\nTLS key " +
                                        key("empty") +
                                        " holds no private key in PEM form (-----BEGIN …PRIVATE KEY-----)\n");
  fs::copy(certificate("one"), key("exchanged"));
  fs::copy(key("one"), certificate("exchanged"));
  const std::string exchanged = said("exchanged", "exchanged");
  EXPECT_NE(exchanged.find("holds a private key and no certificate"), std::string::npos) << exchanged;
  EXPECT_NE(exchanged.find("holds a certificate and no private key"), std::string::npos) << exchanged;
  write(certificate("damaged"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  write(key("damaged"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  const std::string damaged = said("damaged", "damaged");
  EXPECT_NE(damaged.find("damaged.crt is damaged: make or copy it anew"), std::string::npos) << damaged;
  EXPECT_NE(damaged.find("damaged.key is damaged: make or copy it anew"), std::string::npos) << damaged;
  write(key("locked"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_NE(said("one", "locked").find("locked.key is protected by a passphrase"), std::string::npos);
  fs::create_directory(certificate("directory"));
  EXPECT_NE(said("directory", "one").find("directory.crt can't be read: Is a directory"), std::string::npos);
}

TEST(Transport, WritesPiecesInOrderAndReportsTheEndAndWhatIsBroken) {
  Ends ends;
  Transport transport(std::move(ends.server));
  EXPECT_EQ(transport.write("ab", 2, "cd", 2).bytes, 4u);
  char buffer[16];
  EXPECT_EQ(::recv(ends.client.get(), buffer, sizeof buffer, 0), 4);
  EXPECT_EQ(std::string(buffer, 4), "abcd");
  EXPECT_EQ(transport.read(buffer, sizeof buffer).status, IoStatus::kWouldBlock);
  const std::string much(1 << 20, 'x');
  const IoResult part = transport.write(much.data(), much.size());
  EXPECT_EQ(part.status, IoStatus::kDone);
  EXPECT_LT(part.bytes, much.size());
  EXPECT_EQ(transport.write(much.data(), much.size()).status, IoStatus::kWouldBlock);
  ::shutdown(ends.client.get(), SHUT_WR);
  EXPECT_EQ(transport.read(buffer, sizeof buffer).status, IoStatus::kClosed);
  ends.client.close();
  EXPECT_EQ(transport.write("x", 1).status, IoStatus::kFailed);
}

}  // namespace
}  // namespace kith::net
