// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/static_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace kith::net {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "kith_static_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    write("web/index.html", "<html>");
    write("web/sw.js", "worker");
    write("web/manifest.webmanifest", "{}");
    write("web/assets/core-1a2b.wasm", "plain wasm");
    write("web/assets/core-1a2b.wasm.br", "br");
    write("web/assets/core-1a2b.wasm.gz", "gzip");
    write("web/archive.gz", "by itself");
    write("web/.hidden", "hidden");
    write("web/with space.txt", "space");
    write("secret.txt", "secret");
    files_ = StaticFiles::load((root_ / "web").string()).value();
  }
  ~StaticFilesTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }
  HttpResponse get(std::string target, std::vector<std::pair<std::string, std::string>> fields = {},
                   std::string method = "GET") {
    IncomingRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.fields = std::move(fields);
    return files_->serve(request, false);
  }
  static Task<void> take(ByteSource& source, Bytes& all) {
    for (;;) {
      const auto piece = co_await source.next();
      if (!piece || piece->empty()) co_return;
      all += *piece;
    }
  }
  static Bytes content(const HttpResponse& response) {
    Bytes all = response.body;
    TaskScope scope;
    if (response.stream) scope.spawn(take(*response.stream, all));
    return all;
  }
  static std::string field(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.fields) {
      if (equal_without_case(key, name)) return value;
    }
    return {};
  }

  fs::path root_;
  std::shared_ptr<const StaticFiles> files_;
};

TEST_F(StaticFilesTest, ASymbolicLinkInTheDirectoryIsRefused) {
  fs::create_symlink(root_ / "secret.txt", root_ / "web/link.txt");
  auto refused = StaticFiles::load((root_ / "web").string());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("/link.txt is a symbolic link"), std::string::npos) << refused.error();
  fs::remove(root_ / "web/link.txt");
  fs::create_directories(root_ / "elsewhere");
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "web/folder");
  EXPECT_FALSE(StaticFiles::load((root_ / "web").string()));
  fs::remove(root_ / "web/folder");
  fs::create_directory_symlink(root_ / "web", root_ / "current");
  EXPECT_TRUE(StaticFiles::load((root_ / "current").string())) << "the directory itself may be one";
}

TEST_F(StaticFilesTest, ThePageConnectsToItsOwnServerOnly) {
  const std::string policy = field(get("/"), "Content-Security-Policy");
  EXPECT_NE(policy.find("connect-src 'self';"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("ws:"), std::string::npos) << policy;
}

TEST_F(StaticFilesTest, ThePageHasNoFrameButThatOfAVideoThatSomebodyPlays) {
  const std::string policy = field(get("/"), "Content-Security-Policy");
  EXPECT_NE(policy.find("; frame-src 'self' https://www.youtube-nocookie.com;"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("child-src"), std::string::npos) << policy;
  size_t others = 0;
  for (size_t at = policy.find("://"); at != std::string::npos; at = policy.find("://", at + 1)) ++others;
  EXPECT_EQ(others, 1U) << policy;
}

TEST_F(StaticFilesTest, ServesFilesWithTheirTypes) {
  EXPECT_EQ(content(get("/index.html")), "<html>");
  EXPECT_EQ(content(get("/")), "<html>");
  EXPECT_EQ(field(get("/"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field(get("/sw.js"), "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field(get("/manifest.webmanifest"), "Content-Type"), "application/manifest+json");
  EXPECT_EQ(field(get("/assets/core-1a2b.wasm"), "Content-Type"), "application/wasm");
  EXPECT_EQ(content(get("/with%20space.txt?query=1")), "space");
}

TEST_F(StaticFilesTest, NoPathLeadsOutOfTheDirectory) {
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                           "/assets/%2e%2e/%2e%2e/secret.txt", "//secret.txt", "/....//secret.txt", "/..\\secret.txt",
                           "/%5c..%5csecret.txt", "/secret.txt", "/.hidden", "/%00secret.txt", "/index.html%00.js",
                           "/%zz.txt", "/%2", "secret.txt", "*"}) {
    const auto response = get(path);
    EXPECT_TRUE(response.status == 404) << path << " gave " << response.status;
    EXPECT_NE(content(response), "secret") << path;
  }
}

TEST_F(StaticFilesTest, PathsOfTheAppWithoutExtensionGetTheIndexAndMissingFilesDoNot) {
  EXPECT_EQ(content(get("/chats/42")), "<html>");
  EXPECT_EQ(content(get("/chats/")), "<html>");
  EXPECT_EQ(get("/assets/missing-0.js").status, 404);
  EXPECT_EQ(get("/favicon.ico").status, 404);
}

TEST_F(StaticFilesTest, HashedFilesAreImmutableAndTheRestIsAskedForAgain) {
  EXPECT_EQ(field(get("/assets/core-1a2b.wasm"), "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(field(get("/index.html"), "Cache-Control"), "no-cache");
  EXPECT_EQ(field(get("/sw.js"), "Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, AnswersNotModifiedForTheTagItGave) {
  const std::string tag = field(get("/index.html"), "ETag");
  EXPECT_FALSE(tag.empty());
  const auto same = get("/index.html", {{"If-None-Match", "\"other\", W/" + tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_TRUE(content(same).empty());
  EXPECT_EQ(field(same, "ETag"), tag);
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "*"}}).status, 304);
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(get("/sw.js", {{"If-None-Match", tag}}).status, 200) << "the tag of another file";
}

TEST_F(StaticFilesTest, SendsTheCompressedFormThatTheClientTakes) {
  const std::string path = "/assets/core-1a2b.wasm";
  const auto with = [&](std::string accepted) { return get(path, {{"Accept-Encoding", std::move(accepted)}}); };
  EXPECT_EQ(content(with("gzip, deflate, br")), "br");
  EXPECT_EQ(field(with("gzip, deflate, br"), "Content-Encoding"), "br");
  EXPECT_EQ(content(with("gzip")), "gzip");
  EXPECT_EQ(content(with("br;q=0, gzip;q=0.5")), "gzip");
  EXPECT_EQ(content(with("br; q=0.0, *")), "gzip");
  EXPECT_EQ(content(with("identity")), "plain wasm");
  EXPECT_EQ(field(with("identity"), "Content-Encoding"), "");
  EXPECT_EQ(field(with("identity"), "Vary"), "Accept-Encoding");
  EXPECT_EQ(field(with("br"), "Content-Type"), "application/wasm");
  EXPECT_NE(field(with("br"), "ETag"), field(with("gzip"), "ETag"));
  EXPECT_EQ(get(path + ".br").status, 404) << "no path of its own";
  EXPECT_EQ(content(get("/archive.gz")), "by itself");
}

TEST_F(StaticFilesTest, APartOfAFileIsSentInTheFormThatTheClientTakes) {
  const auto part = get("/assets/core-1a2b.wasm", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=1-2"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(content(part), "zi");
  EXPECT_EQ(field(part, "Content-Range"), "bytes 1-2/4");
  EXPECT_EQ(field(part, "Content-Encoding"), "gzip");
  EXPECT_EQ(get("/sw.js", {{"Range", "bytes=6-"}}).status, 416);
}

TEST_F(StaticFilesTest, AFileOfManyPiecesIsWhole) {
  Bytes large(3 * ByteSource::kPieceBytesMax + 7, 'x');
  large[ByteSource::kPieceBytesMax] = 'y';
  write("web/large.txt", large);
  files_ = StaticFiles::load((root_ / "web").string()).value();
  EXPECT_EQ(content(get("/large.txt")), large);
}

TEST_F(StaticFilesTest, HeadHasTheFieldsOfGetAndOtherMethodsAreRefused) {
  const auto head = get("/index.html", {}, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.head_only);
  EXPECT_EQ(field(head, "ETag"), field(get("/index.html"), "ETag"));
  const auto post = get("/index.html", {}, "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(field(post, "Allow"), "GET, HEAD");
}

TEST_F(StaticFilesTest, WhatIsSharedWithNoServiceWorkerToTakeItLeadsToTheApp) {
  const auto share = get("/share", {}, "POST");
  EXPECT_EQ(share.status, 303);
  EXPECT_EQ(field(share, "Location"), "/#/share");
  EXPECT_EQ(field(share, "Cache-Control"), "no-store");
  EXPECT_NE(field(share, "Content-Security-Policy"), "");
  EXPECT_EQ(get("/share/", {}, "POST").status, 405);
  EXPECT_EQ(get("/share", {}, "PUT").status, 405);
  EXPECT_EQ(content(get("/share")), "<html>");
}

TEST_F(StaticFilesTest, EveryAnswerHasTheSecurityFields) {
  for (const char* path : {"/", "/assets/core-1a2b.wasm", "/missing.js"}) {
    const auto response = get(path);
    const std::string policy = field(response, "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
    EXPECT_NE(policy.find("script-src 'self' 'wasm-unsafe-eval'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe-eval'"), policy.find("wasm-unsafe-eval'") + 5) << "no 'unsafe-eval'";
    EXPECT_EQ(field(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(field(response, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(field(response, "Cross-Origin-Embedder-Policy"), "")
        << "no browser but Chrome would show a video's frame";
    EXPECT_EQ(field(response, "Origin-Agent-Cluster"), "?1");
    EXPECT_EQ(field(response, "Strict-Transport-Security"), "");
  }
  IncomingRequest request;
  request.method = "GET";
  request.target = "/";
  EXPECT_EQ(field(files_->serve(request, true), "Strict-Transport-Security"), "max-age=31536000");
}

TEST_F(StaticFilesTest, SaysWhatIsWrongWithADirectory) {
  EXPECT_NE(StaticFiles::load((root_ / "none").string()).error().find("No such file"), std::string::npos);
  EXPECT_NE(StaticFiles::load((root_ / "web/assets").string()).error().find("index.html"), std::string::npos);
}

}  // namespace
}  // namespace kith::net
