// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/fetching/curl_link_fetcher.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <zlib.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "net/event_loop.h"
#include "server/fetching/testing/web_server.h"

namespace kith::fetching {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::page;
using testing::redirect;
using ::testing::SizeIs;
using testing::WebServer;
using What = LinkFetcher::What;
using Answer = Result<LinkFetcher::Fetched, LinkError>;

std::string gzip(size_t zeros) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string plain(zeros, '\0');
  std::string packed(zeros / 500 + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

class CurlLinkFetcherTest : public ::testing::Test {
 protected:
  void serve(WebServer::Answer answer) { server_.emplace(std::move(answer)); }
  ~CurlLinkFetcherTest() override {
    while (scope_.running() > 0) loop_.run_turn(100);
  }
  // The same answer to everything.
  void serve(const std::string& answer) {
    serve([answer](WebServer::Visitor& visitor) { visitor.send(answer); });
  }
  // Lets the fetcher come to one address of the server's, and to no other.
  CurlLinkFetcher& fetcher() {
    if (!fetcher_) {
      settings_.allowed.push_back(*AllowedNetwork::parse("127.0.0.1/32:" + std::to_string(server_->port())));
      fetcher_.emplace(settings_);
    }
    return *fetcher_;
  }
  void begin(std::optional<Answer>& answer, const std::string& url, What what) {
    CurlLinkFetcher& asked = fetcher();
    loop_.post([this, &answer, &asked, url, what] { scope_.spawn(keep(asked, url, what, answer)); });
  }
  void finish(const std::optional<Answer>& answer) {
    while (!answer) loop_.run_turn(100);
  }
  Answer fetch(const std::string& url, What what = What::kPage) {
    std::optional<Answer> answer;
    begin(answer, url, what);
    finish(answer);
    return std::move(*answer);
  }
  Answer fetch_path(const std::string& path, What what = What::kPage) { return fetch(here(path), what); }
  std::string here(const std::string& path) { return server_->url("127.0.0.1", path); }
  // The error; absent: something came.
  std::optional<LinkError> error(const std::string& url, What what = What::kPage) {
    const Answer answer = fetch(url, what);
    return answer ? std::nullopt : std::optional(answer.error());
  }
  static Task<void> keep(CurlLinkFetcher& fetcher, std::string url, What what, std::optional<Answer>& answer) {
    answer.emplace(co_await fetcher.fetch(std::move(url), what));
  }

  FetchSettings settings_;
  std::optional<WebServer> server_;
  net::EventLoop loop_;
  TaskScope scope_;
  std::optional<CurlLinkFetcher> fetcher_;
};

TEST_F(CurlLinkFetcherTest, APageComesAsToAnybody_PREVIEW_2) {
  serve(page("<title>Hello</title>", "Text/HTML; charset=utf-8", "Set-Cookie: who=you\r\n"));
  for (int i = 0; i < 2; ++i) {
    const auto fetched = fetch_path("/a?b=c#d");
    ASSERT_TRUE(fetched);
    EXPECT_EQ(fetched->body, "<title>Hello</title>");
    EXPECT_EQ(fetched->content_type, "Text/HTML; charset=utf-8");
    EXPECT_EQ(fetched->final_url, here("/a?b=c#d"));
  }
  ASSERT_THAT(server_->requests(), SizeIs(2));
  for (const std::string& request : server_->requests()) {
    EXPECT_TRUE(request.starts_with("GET /a?b=c HTTP/1.1\r\n")) << request;
    EXPECT_THAT(request, HasSubstr("User-Agent: Mozilla/5.0 (compatible; KithLinkPreview/1)\r\n"));
    EXPECT_THAT(request, HasSubstr("Accept: text/html,application/xhtml+xml\r\n"));
    for (const char* never : {"Cookie", "Referer", "Authorization", "Range", "X-Forwarded-For"})
      EXPECT_THAT(request, Not(HasSubstr(never)));
  }
  EXPECT_EQ(fetcher().counts().fetched, 2u);
}

TEST_F(CurlLinkFetcherTest, APictureComes_PREVIEW_2) {
  serve(page("GIF89a", "image/gif"));
  const auto fetched = fetch_path("/a.gif", What::kPicture);
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->body, "GIF89a");
}

TEST_F(CurlLinkFetcherTest, FollowsFiveRedirectsWithNothingFromBefore_PREVIEW_2) {
  serve([](WebServer::Visitor& visitor) {
    const int left = visitor.path()[1] - '0';
    visitor.send(left == 0 ? page("there")
                           : redirect("/" + std::to_string(left - 1), "Set-Cookie: who=you; Path=/\r\n"));
  });
  const auto fetched = fetch_path("/5");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->body, "there");
  EXPECT_EQ(fetched->final_url, here("/0"));
  EXPECT_THAT(server_->requests(), SizeIs(6));
  EXPECT_THAT(server_->requests(), Each(Not(HasSubstr("Cookie"))));
  EXPECT_THAT(server_->requests(), Each(Not(HasSubstr("Referer"))));
  EXPECT_EQ(error(here("/6")), LinkError::kUnreachable);
  EXPECT_THAT(server_->requests(), SizeIs(12)) << "the seventh was not asked";
}

// Every way to say an address where nobody else comes. The server listens on all of them.
std::vector<std::string> private_hosts() {
  return {"127.0.0.2",
          "127.2",
          "2130706434",
          "0x7f000002",
          "0x7f.0.0.2",
          "0177.0.0.2",
          "017700000002",
          "[::1]",
          "[::ffff:127.0.0.2]",
          "[::ffff:7f00:2]",
          "[0:0:0:0:0:0:0:1]",
          "0.0.0.0",
          "0",
          "[::]",
          "127.0.0.2.",
          "%31%32%37.0.0.2",
          "①②⑦.0.0.2",
          "[64:ff9b::127.0.0.2]",
          "[::127.0.0.2]",
          "[fe80::1%25lo]"};
}

TEST_F(CurlLinkFetcherTest, GoesToNoPrivateAddressHoweverItIsWritten_PREVIEW_2) {
  serve(page("secret"));
  for (const std::string& host : private_hosts()) EXPECT_TRUE(error(server_->url(host, "/"))) << host;
  EXPECT_THAT(server_->visited(), SizeIs(0));
  EXPECT_EQ(error(server_->url("127.0.0.2", "/")), LinkError::kRefused);
  EXPECT_EQ(error(server_->url("2130706434", "/")), LinkError::kRefused);
  EXPECT_EQ(error(server_->url("[::ffff:127.0.0.2]", "/")), LinkError::kRefused);
}

TEST_F(CurlLinkFetcherTest, NoRedirectLeadsToAPrivateAddress_PREVIEW_2) {
  serve([this](WebServer::Visitor& visitor) {
    const size_t host = std::stoul(visitor.path().substr(1));
    visitor.send(redirect(server_->url(private_hosts()[host], "/0")));
  });
  for (size_t i = 0; i < private_hosts().size(); ++i)
    EXPECT_TRUE(error(here("/" + std::to_string(i)))) << private_hosts()[i];
  EXPECT_EQ(error(here("/0")), LinkError::kRefused);
  EXPECT_THAT(server_->visited(), Each("127.0.0.1")) << "where it was let in";
}

TEST_F(CurlLinkFetcherTest, ANameThatLeadsToAPrivateAddressIsRefused_PREVIEW_2) {
  serve(page("secret"));
  settings_.allowed = {*AllowedNetwork::parse("127.0.0.9/32:" + std::to_string(server_->port()))};
  fetcher_.emplace(settings_);
  EXPECT_EQ(error(server_->url("localhost", "/")), LinkError::kRefused);
  EXPECT_THAT(server_->visited(), SizeIs(0));
}

TEST_F(CurlLinkFetcherTest, GoesToNoOtherPortAndSpeaksNothingElse_PREVIEW_2) {
  serve([](WebServer::Visitor& visitor) {
    const std::string to = visitor.path().substr(1);
    visitor.send(to.empty() ? page("there") : redirect(to == "port" ? "http://127.0.0.1:22/" : to + ":///etc/passwd"));
  });
  for (const char* url : {"http://192.0.2.1:8080/", "https://1.1.1.1:25/", "http://127.0.0.1:1/"})
    EXPECT_EQ(error(url), LinkError::kRefused) << url;
  EXPECT_EQ(error(here("/port")), LinkError::kRefused);
  for (const char* scheme : {"ftp", "file", "gopher", "dict", "ldap", "smb", "javascript", "data"}) {
    EXPECT_EQ(error(std::string(scheme) + "://127.0.0.1/"), LinkError::kRefused) << scheme;
    EXPECT_EQ(error(here(std::string("/") + scheme)), LinkError::kRefused) << scheme;
  }
  for (const char* url : {"", "example", "//127.0.0.1/", "http://", "http:///", "/etc/passwd", "http://a b/"})
    EXPECT_EQ(error(url), LinkError::kRefused) << url;
  EXPECT_EQ(error(here("/" + std::string(kLinkUrlBytesMax, 'a'))), LinkError::kRefused);
  EXPECT_EQ(error(here("/") + std::string("\0x", 2)), LinkError::kRefused);
}

TEST_F(CurlLinkFetcherTest, NamesAndPasswordsAreNotForIt_PREVIEW_2) {
  serve([this](WebServer::Visitor& visitor) {
    visitor.send(visitor.path() == "/there" ? page("there") : redirect(server_->url("me:secret@127.0.0.1", "/there")));
  });
  EXPECT_EQ(error(server_->url("me@127.0.0.1", "/there")), LinkError::kRefused);
  EXPECT_EQ(error(here("/")), LinkError::kRefused);
  EXPECT_THAT(server_->requests(), SizeIs(1));
}

TEST_F(CurlLinkFetcherTest, WhatTheEnvironmentSaysDoesNotCount_PREVIEW_2) {
  serve(page("there"));
  const std::string proxy = server_->url("127.0.0.3", "/");
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) setenv(name, proxy.c_str(), 1);
  EXPECT_TRUE(fetch_path("/"));
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_THAT(server_->visited(), ElementsAre("127.0.0.1"));
  EXPECT_TRUE(server_->requests().at(0).starts_with("GET / "));
}

TEST_F(CurlLinkFetcherTest, WhatIsOfAnotherTypeIsRefused_PREVIEW_2) {
  serve([](WebServer::Visitor& visitor) {
    const std::string type = visitor.path().substr(1);
    visitor.send(type == "none" ? "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" : page("x", type));
  });
  for (const char* type : {"text/html", "application/xhtml+xml", "text/html;charset=x"})
    EXPECT_EQ(error(here(std::string("/") + type)), std::nullopt) << type;
  for (const char* type : {"image/jpeg", "image/png", "image/webp", "image/gif"})
    EXPECT_EQ(error(here(std::string("/") + type), What::kPicture), std::nullopt) << type;
  for (const char* type : {"none", "image/png", "text/plain", "application/json", "text/htmlx", "text/"})
    EXPECT_EQ(error(here(std::string("/") + type)), LinkError::kWrongType) << type;
  for (const char* type : {"none", "text/html", "image/svg+xml", "image/tiff", "application/octet-stream"})
    EXPECT_EQ(error(here(std::string("/") + type), What::kPicture), LinkError::kWrongType) << type;
}

// What has no end.
WebServer::Answer endless(const std::string& type) {
  return [type](WebServer::Visitor& visitor) {
    const std::string piece(16 * 1024, 'x');
    if (!visitor.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\n")) return;
    while (visitor.send(piece)) {}
  };
}

TEST_F(CurlLinkFetcherTest, OfAPageComesItsBeginning_PREVIEW_2) {
  serve(endless("text/html"));
  const auto fetched = fetch_path("/");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->body.size(), kLinkPageBytesMax);
}

TEST_F(CurlLinkFetcherTest, APictureComesWholeOrNotAtAll_PREVIEW_2) {
  serve(page(std::string(kLinkPictureBytesMax, 'p'), "image/png"));
  EXPECT_EQ(fetch_path("/", What::kPicture)->body.size(), kLinkPictureBytesMax);
  fetcher_.reset();
  serve(page(std::string(kLinkPictureBytesMax + 1, 'p'), "image/png"));
  EXPECT_EQ(error(here("/"), What::kPicture), LinkError::kTooLarge);
  fetcher_.reset();
  serve(endless("image/png"));
  EXPECT_EQ(error(here("/"), What::kPicture), LinkError::kTooLarge);
}

TEST_F(CurlLinkFetcherTest, WhatIsPackedCountsUnpacked_PREVIEW_2) {
  const std::string bomb = gzip(16 << 20);
  ASSERT_LT(bomb.size(), size_t{100} * 1024);
  serve([&bomb](WebServer::Visitor& visitor) {
    visitor.send(page(bomb, visitor.path() == "/page" ? "text/html" : "image/png", "Content-Encoding: gzip\r\n"));
  });
  EXPECT_EQ(fetch_path("/page")->body, std::string(kLinkPageBytesMax, '\0'));
  EXPECT_EQ(error(here("/picture"), What::kPicture), LinkError::kTooLarge);
}

TEST_F(CurlLinkFetcherTest, WhatTakesTooLongIsGivenUp_PREVIEW_2) {
  settings_.whole_ms = 300;
  serve([](WebServer::Visitor& visitor) {
    if (visitor.path() == "/silent") return visitor.wait_ms(10'000);
    if (visitor.path() == "/round") {
      visitor.wait_ms(100);
      return (void)visitor.send(redirect("/round"));
    }
    if (!visitor.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")) return;
    if (visitor.path() == "/slow") visitor.send("\r\n");
    while (visitor.send(visitor.path() == "/slow" ? "x" : "X-More: x\r\n")) visitor.wait_ms(20);
  });
  for (const char* path : {"/silent", "/slow", "/slow_head", "/round"})
    EXPECT_EQ(error(here(path)), LinkError::kUnreachable) << path;
}

TEST_F(CurlLinkFetcherTest, AHeadWithoutEndIsGivenUp_PREVIEW_2) {
  std::atomic<size_t> lines = 0;
  serve([&lines](WebServer::Visitor& visitor) {
    if (!visitor.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")) return;
    while (visitor.send("X-More: " + std::string(1000, 'x') + "\r\n")) ++lines;
  });
  EXPECT_EQ(error(here("/")), LinkError::kUnreachable);
  EXPECT_LT(lines, 20'000u) << "as many as sockets hold, and not for as long as there is time";
}

TEST_F(CurlLinkFetcherTest, WhatIsNoAnswerIsNone_PREVIEW_2) {
  serve([](WebServer::Visitor& visitor) {
    const std::string path = visitor.path();
    if (path == "/404") visitor.send("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx");
    if (path == "/500") visitor.send("HTTP/1.1 500 No\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx");
    if (path == "/401")
      visitor.send(
          "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
    if (path == "/300") visitor.send("HTTP/1.1 302 Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
    if (path == "/old") visitor.send("<title>before HTTP/1.0</title>");
    if (path == "/short") visitor.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nx");
    if (path == "/packed") visitor.send(page("no gzip", "text/html", "Content-Encoding: gzip\r\n"));
  });
  for (const char* path : {"/404", "/500", "/401", "/300", "/old", "/short", "/packed", "/nothing"})
    EXPECT_EQ(error(here(path)), LinkError::kUnreachable) << path;
  const std::string gone = here("/");
  (void)fetcher();
  server_.reset();
  EXPECT_EQ(error(gone), LinkError::kUnreachable);
}

TEST_F(CurlLinkFetcherTest, SoManyAreUnderWayAtOnce_PREVIEW_2) {
  settings_.at_once_max = 2;
  serve([](WebServer::Visitor& visitor) { visitor.wait_ms(20'000); });
  std::optional<Answer> first;
  std::optional<Answer> second;
  begin(first, here("/1"), What::kPage);
  begin(second, here("/2"), What::kPage);
  EXPECT_EQ(error(here("/3")), LinkError::kBusy);
  EXPECT_EQ(fetcher().counts().under_way, 2u);
  fetcher().stop();
  finish(first);
  finish(second);
  EXPECT_EQ(first->error(), LinkError::kUnreachable);
  EXPECT_EQ(second->error(), LinkError::kUnreachable);
  EXPECT_EQ(fetcher().counts().under_way, 0u);
  EXPECT_EQ(error(here("/4")), LinkError::kBusy) << "the server stops";
}

}  // namespace
}  // namespace kith::fetching
