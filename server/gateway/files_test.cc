// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files over real sockets: the form of tus 1.0.0 and of downloads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <thread>

#include "base/limits.h"
#include "base/testing/numbered_bytes.h"
#include "crypto/media.h"
#include "server/gateway/testing/file_client.h"
#include "server/gateway/testing/server.h"
#include "wire/api.pb.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::FileClient;
using ::testing::HasSubstr;
using testing::Server;

FileId file(uint8_t number) {
  FileId id;
  id.value.fill(number);
  return id;
}

class Files : public ::testing::Test {
 protected:
  FileClient connect(const Server::Device& device) { return {server_.port(), device.bearer()}; }
  // What is there of it, when there is as much.
  uint64_t wait_for_offset(const FileId& id, uint64_t offset) {
    FileClient client = connect(ana_);
    for (int i = 0; i < 500; ++i) {
      if (FileClient::offset_of(client.state(id)) == offset) return offset;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return FileClient::offset_of(client.state(id)).value_or(999);
  }

  Server server_;
  const Server::Device ana_ = server_.add_device("+491700000001");
  const Server::Device ben_ = server_.add_device("+491700000002");
};

TEST_F(Files, OneGoesUpInPartsAndComesDownToAnotherAccount_MEDIA_2) {
  const Bytes bytes = numbered_bytes(1'000'000);
  FileClient up = connect(ana_);
  const auto created = up.create(file(1), bytes.size());
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.field("Location"), "/v1/files/" + file(1).hex());
  EXPECT_EQ(created.field("Tus-Resumable"), "1.0.0");
  EXPECT_THAT(created.field("Upload-Expires"), HasSubstr(" GMT"));
  EXPECT_EQ(created.field("Upload-Offset"), "0");
  const BytesView all = bytes;
  for (uint64_t at = 0; at < bytes.size(); at += 300'000) {
    const auto state = up.state(file(1));
    EXPECT_EQ(state.status, 200);
    EXPECT_EQ(state.field("Upload-Offset"), std::to_string(at));
    EXPECT_EQ(state.field("Upload-Length"), "1000000");
    EXPECT_EQ(state.field("Cache-Control"), "no-store");
    const auto taken = up.patch(file(1), at, all.substr(at, 300'000));
    EXPECT_EQ(taken.status, 204);
    EXPECT_EQ(taken.field("Tus-Resumable"), "1.0.0");
    EXPECT_EQ(FileClient::offset_of(taken), std::min<uint64_t>(bytes.size(), at + 300'000));
    EXPECT_THAT(taken.field("Upload-Expires"), HasSubstr(" GMT"));
  }
  FileClient down = connect(ben_);
  EXPECT_EQ(down.get(file(1)).body, bytes);
  EXPECT_EQ(up.create(file(1), bytes.size()).field("Upload-Offset"), "1000000") << "begun again, it is the same";
}

TEST_F(Files, ItsAnswersHaveTheFieldsOfWhatNeverChangesAndIsNoPage) {
  FileClient client = connect(ana_);
  ASSERT_TRUE(client.upload(file(1), "<html>"));
  const auto got = client.get(file(1));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.field("Content-Type"), "application/octet-stream");
  EXPECT_EQ(got.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(got.field("ETag"), "\"" + file(1).hex() + "\"");
  EXPECT_EQ(got.field("Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(got.field("Accept-Ranges"), "bytes");
  EXPECT_EQ(got.field("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(got.field("Access-Control-Expose-Headers"), HasSubstr("Content-Range"));
  const auto head = client.call("HEAD", FileClient::path_of(file(1)), {}, {});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "6");
  EXPECT_EQ(head.field("Upload-Offset"), "") << "without Tus-Resumable it is as GET";
  EXPECT_EQ(client.call("GET", "/v1/files/" + to_base64url(file(1).bytes()), {}, {}).body, "<html>");
  const auto none = client.get(file(2));
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.field("Cache-Control"), "no-store");
}

TEST_F(Files, ARangeIsGivenAloneAndWhatIsKnownIsNotGivenAgain) {
  const Bytes bytes = numbered_bytes(100'000);
  FileClient client = connect(ana_);
  ASSERT_TRUE(client.upload(file(1), bytes));
  const std::string etag = "\"" + file(1).hex() + "\"";
  struct Case {
    FileClient::Fields fields;
    int status;
    std::string content_range;
    Bytes body;
  };
  const std::vector<Case> cases = {
      {{{"Range", "bytes=0-0"}}, 206, "bytes 0-0/100000", bytes.substr(0, 1)},
      {{{"Range", "bytes=65536-"}}, 206, "bytes 65536-99999/100000", bytes.substr(65536)},
      {{{"Range", "bytes=-10"}}, 206, "bytes 99990-99999/100000", bytes.substr(99990)},
      {{{"Range", "bytes=5-9"}, {"If-Range", etag}}, 206, "bytes 5-9/100000", bytes.substr(5, 5)},
      {{{"Range", "bytes=5-9"}, {"If-Range", "\"another\""}}, 200, "", bytes},
      {{{"Range", "bytes=0-1,5-6"}}, 200, "", bytes},
      {{{"Range", "bytes=100000-"}}, 416, "bytes */100000", ""},
      {{{"If-None-Match", etag}}, 304, "", ""},
      {{{"If-None-Match", "\"another\""}}, 200, "", bytes},
  };
  for (const Case& one : cases) {
    const auto got = client.get(file(1), one.fields);
    const std::string said = one.fields.front().second;
    EXPECT_EQ(got.status, one.status) << said;
    EXPECT_EQ(got.field("Content-Range"), one.content_range) << said;
    EXPECT_TRUE(got.body == one.body) << said;
    EXPECT_EQ(got.field("Cache-Control") == "no-store", one.status == 416) << said;
  }
}

TEST_F(Files, WhatIsBeingUploadedIsNobodysToRead_MEDIA_2) {
  FileClient client = connect(ana_);
  ASSERT_EQ(client.create(file(1), 10).status, 201);
  ASSERT_EQ(client.patch(file(1), 0, "01234").status, 204);
  EXPECT_EQ(client.get(file(1)).status, 404);
  EXPECT_EQ(connect(ben_).get(file(1)).status, 404);
}

TEST_F(Files, OnlyADeviceOfAnAccountThatHoldsItGoesOnAsksOrDeletes_MEDIA_3) {
  FileClient client = connect(ana_), other = connect(ben_);
  ASSERT_EQ(client.create(file(1), 10).status, 201);
  EXPECT_EQ(other.patch(file(1), 0, "01234").status, 403);
  EXPECT_EQ(other.state(file(1)).status, 403);
  ASSERT_EQ(client.patch(file(1), 0, "0123456789").status, 204);
  const auto refused = other.remove(file(1));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("kNotAllowed"));
  EXPECT_EQ(other.get(file(1)).body, "0123456789");
  EXPECT_EQ(client.remove(file(1)).status, 204);
  EXPECT_EQ(other.get(file(1)).status, 404);
  EXPECT_EQ(client.remove(file(1)).status, 204) << "what is not there";
}

TEST_F(Files, WhoPassesOneOnKeepsItWhenItsSenderHasDeletedIt_MEDIA_3) {
  FileClient client = connect(ana_), other = connect(ben_);
  ASSERT_TRUE(client.upload(file(1), "0123456789"));
  const auto held = other.create(file(1), 10);
  EXPECT_EQ(held.status, 201);
  EXPECT_EQ(held.field("Upload-Offset"), "10");
  EXPECT_THAT(held.field("Upload-Expires"), HasSubstr(" GMT"));
  EXPECT_EQ(client.remove(file(1)).status, 204);
  EXPECT_EQ(client.remove(file(1)).status, 403) << "it is another's now";
  EXPECT_EQ(client.get(file(1)).body, "0123456789");
  EXPECT_EQ(FileClient::offset_of(other.state(file(1))), 10u);
  EXPECT_EQ(other.remove(file(1)).status, 204);
  EXPECT_EQ(other.get(file(1)).status, 404);
}

TEST_F(Files, WhoHasNoTokenGetsNothing_MEDIA_3) {
  ASSERT_TRUE(connect(ana_).upload(file(1), "file"));
  FileClient client(server_.port(), "Bearer none");
  EXPECT_EQ(client.create(file(2), 10).status, 401);
  EXPECT_EQ(client.patch(file(1), 0, "x").status, 401);
  EXPECT_EQ(client.state(file(1)).status, 401);
  EXPECT_EQ(client.get(file(1)).status, 401);
  EXPECT_EQ(client.remove(file(1)).status, 401);
}

TEST_F(Files, OptionsTellsWhatIsSpokenAndWhatAWebPageMaySay) {
  Client client(server_.port());
  const auto all = client.request("OPTIONS", "/v1/files");
  EXPECT_EQ(all.status, 204);
  EXPECT_EQ(all.field("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(all.field("Tus-Version"), "1.0.0");
  EXPECT_EQ(all.field("Tus-Extension"), "creation,expiration,termination");
  EXPECT_EQ(all.field("Tus-Max-Size"), std::to_string(crypto::sealed_size(100 << 20)));
  EXPECT_EQ(all.field("Access-Control-Allow-Methods"), "POST, OPTIONS");
  const auto one = client.request("OPTIONS", FileClient::path_of(file(1)));
  EXPECT_EQ(one.field("Access-Control-Allow-Methods"), "PATCH, GET, HEAD, DELETE, OPTIONS");
  for (const char* field : {"Authorization", "Tus-Resumable", "Upload-Length", "Upload-Offset", "Upload-Metadata"})
    EXPECT_THAT(one.field("Access-Control-Allow-Headers"), HasSubstr(field));
  for (const char* field : {"Upload-Offset", "Location", "Retry-After"})
    EXPECT_THAT(one.field("Access-Control-Expose-Headers"), HasSubstr(field));
}

TEST_F(Files, AnotherVersionOfTusIsRefusedWithTheOneThatIsSpoken) {
  FileClient client = connect(ana_);
  ASSERT_EQ(client.create(file(1), 10).status, 201);
  for (const char* version : {"", "0.2.2", "1.0.1"}) {
    FileClient::Fields fields = {
        {"Upload-Length", "10"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}};
    if (*version != 0) fields.emplace_back("Tus-Resumable", version);
    for (const auto& [method, path] :
         std::vector<std::pair<std::string, std::string>>{{"POST", "/v1/files"},
                                                          {"PATCH", FileClient::path_of(file(1))},
                                                          {"DELETE", FileClient::path_of(file(1))}}) {
      const auto refused = client.call(method, path, fields, {}, method == "PATCH" ? "x" : "");
      EXPECT_EQ(refused.status, 412) << method << version;
      EXPECT_EQ(refused.field("Tus-Version"), "1.0.0") << method << version;
      EXPECT_THAT(refused.body, HasSubstr("kUnsupportedVersion")) << method << version;
    }
  }
  EXPECT_EQ(FileClient::offset_of(client.state(file(1))), 0u);
}

TEST_F(Files, WhatIsMalformedIsRefusedByNameAndMakesNothing) {
  FileClient client = connect(ana_);
  const FileClient::Fields tus = {{"Tus-Resumable", "1.0.0"}};
  const std::string good = to_base64(file(1).bytes());
  struct Creation {
    FileClient::Fields fields;
    int status;
    const char* said;
  };
  const std::vector<Creation> creations = {
      {{}, 400, "Upload-Length"},
      {{{"Upload-Length", ""}}, 400, "Upload-Length"},
      {{{"Upload-Length", "-1"}}, 400, "Upload-Length"},
      {{{"Upload-Length", "+1"}}, 400, "Upload-Length"},
      {{{"Upload-Length", "1e3"}}, 400, "Upload-Length"},
      {{{"Upload-Length", "10"}, {"Upload-Defer-Length", "1"}}, 201, ""},
      {{{"Upload-Length", "99999999999999999999999"}}, 400, "Upload-Length"},
      {{{"Upload-Length", "0"}}, 422, "Upload-Length"},
      {{{"Upload-Length", "9223372036854775807"}}, 413, "Upload-Length"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id"}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id "}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id !!!!"}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id AAAA"}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id AAAAAAAAAAAAAAAAAAAAAA=="}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id " + good.substr(0, 22)}}, 422, "Upload-Metadata"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "id " + good + ",id " + good}}, 400, "two ids"},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", "filename eA==, id " + good + ",idx eA==,empty"}}, 201, ""},
      {{{"Upload-Length", "10"}, {"Upload-Metadata", ",,"}}, 201, ""},
  };
  for (const Creation& one : creations) {
    const auto answer = client.call("POST", "/v1/files", tus, one.fields);
    EXPECT_EQ(answer.status, one.status) << answer.body << (one.fields.empty() ? "" : one.fields.back().second);
    EXPECT_THAT(answer.body, HasSubstr(one.said));
  }
  EXPECT_EQ(client.state(file(1)).status, 200) << "the one among other pairs";
  EXPECT_EQ(server_.ports.media.totals().files, 3u);

  const std::string path = FileClient::path_of(file(1));
  const std::pair<std::string, std::string> type{"Content-Type", "application/offset+octet-stream"};
  const std::vector<Creation> parts = {
      {{type}, 400, "Upload-Offset"},
      {{type, {"Upload-Offset", "-0"}}, 400, "Upload-Offset"},
      {{type, {"Upload-Offset", "zero"}}, 400, "Upload-Offset"},
      {{type, {"Upload-Offset", "1"}}, 409, "kWrongOffset"},
      {{type, {"Upload-Offset", "10"}}, 413, "kTooLarge"},
      {{type, {"Upload-Offset", "18446744073709551615"}}, 400, "Upload-Offset"},
      {{{"Upload-Offset", "0"}}, 415, "Content-Type"},
      {{{"Content-Type", "application/octet-stream"}, {"Upload-Offset", "0"}}, 415, "Content-Type"},
  };
  for (const Creation& one : parts) {
    const auto answer = connect(ana_).call("PATCH", path, tus, one.fields, "x");
    EXPECT_EQ(answer.status, one.status) << answer.body << one.fields.back().second;
    EXPECT_THAT(answer.body, HasSubstr(one.said));
  }
  EXPECT_EQ(FileClient::offset_of(client.state(file(1))), 0u);
  EXPECT_EQ(connect(ana_).patch(file(9), 0, "x").status, 404);
  EXPECT_EQ(client.state(file(9)).status, 404);
}

TEST_F(Files, OtherPathsAndMethodsAreRefused) {
  FileClient client = connect(ana_);
  const FileClient::Fields tus = {{"Tus-Resumable", "1.0.0"}};
  EXPECT_EQ(client.call("GET", "/v1/files", {}, {}).status, 405);
  EXPECT_EQ(client.call("PUT", FileClient::path_of(file(1)), {}, {}).status, 405);
  EXPECT_EQ(client.call("POST", "/v1/filesystem", tus, {}).status, 404);
  for (const std::string& id : {std::string(), std::string("x"), Bytes(32, '0'), file(1).hex() + "/x",
                                file(1).hex().substr(1), std::string("../../accounts.db")}) {
    EXPECT_EQ(client.call("GET", "/v1/files/" + id, {}, {}).status, 404) << id;
    EXPECT_EQ(client.call("DELETE", "/v1/files/" + id, tus, {}).status, 404) << id;
  }
}

TEST_F(Files, TheAnswerIsAFileUploadInTheFormThatIsAskedFor) {
  FileClient client = connect(ana_);
  const auto binary = client.create(file(1), 10, {{"Accept", "application/x-protobuf"}});
  wire::FileUpload upload;
  ASSERT_TRUE(upload.ParseFromString(binary.body));
  EXPECT_EQ(upload.file_id(), file(1).bytes());
  EXPECT_EQ(upload.size(), 10u);
  EXPECT_EQ(upload.offset(), 0u);
  EXPECT_GT(upload.expires_us(), 0u);
  const auto json = client.create(file(1), 10, {{"Accept", "application/json"}});
  EXPECT_EQ(json.field("Content-Type"), "application/json");
  EXPECT_THAT(json.body, HasSubstr("\"size\":\"10\""));
}

TEST_F(Files, APartThatBreaksOffLeavesWhatCameAndTheNextGoesOnThere_MEDIA_2) {
  const Bytes bytes = numbered_bytes(300'000);
  ASSERT_EQ(connect(ana_).create(file(1), bytes.size()).status, 201);
  {
    FileClient broken = connect(ana_);
    broken.begin_part(file(1), 0, bytes.size());
    broken.client().send_bytes(BytesView(bytes).substr(0, 123'456));
    broken.client().shut_down_output();
    (void)broken.client().read_to_end();
  }
  ASSERT_EQ(wait_for_offset(file(1), 123'456), 123'456u);
  FileClient client = connect(ana_);
  EXPECT_EQ(client.patch(file(1), 123'456, BytesView(bytes).substr(123'456)).status, 204);
  EXPECT_TRUE(client.get(file(1)).body == bytes);
}

TEST_F(Files, OfTwoPartsAtOnceTheLaterGoesOnAndTheEarlierIsToldSo_MEDIA_2) {
  const Bytes bytes = numbered_bytes(300'000);
  ASSERT_EQ(connect(ana_).create(file(1), bytes.size()).status, 201);
  FileClient first = connect(ana_);
  first.begin_part(file(1), 0, bytes.size());
  first.client().send_bytes(BytesView(bytes).substr(0, 100'000));
  ASSERT_EQ(wait_for_offset(file(1), 100'000), 100'000u) << "it is under way";
  FileClient second = connect(ana_);
  EXPECT_EQ(second.patch(file(1), 100'000, BytesView(bytes).substr(100'000, 150'000)).status, 204);
  first.client().send_bytes(BytesView(bytes).substr(100'000));
  const auto refused = first.client().read_response();
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("kWrongOffset"));
  EXPECT_EQ(FileClient::offset_of(second.state(file(1))), 250'000u);
  EXPECT_EQ(second.patch(file(1), 250'000, BytesView(bytes).substr(250'000)).status, 204);
  EXPECT_TRUE(second.get(file(1)).body == bytes);
}

TEST_F(Files, APartIsBoundedAndSoIsABodyOfNoToldLength) {
  FileClient client = connect(ana_);
  ASSERT_EQ(client.create(file(1), 20 << 20).status, 201);
  {
    FileClient large = connect(ana_);
    large.begin_part(file(1), 0, kFilePartBytesMax + 1);
    EXPECT_EQ(large.client().read_response().status, 413);
  }
  EXPECT_EQ(FileClient::offset_of(client.state(file(1))), 0u);
  ASSERT_EQ(client.create(file(2), 1000).status, 201);
  {
    FileClient chunked = connect(ana_);
    chunked.client().send_bytes("PATCH " + FileClient::path_of(file(2)) +
                                " HTTP/1.1\r\nHost: a\r\nAuthorization: " + ana_.bearer() +
                                "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                                "Content-Type: application/offset+octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) chunked.client().send_bytes("190\r\n" + Bytes(400, 'x') + "\r\n");
    const auto refused = chunked.client().read_response();
    EXPECT_EQ(refused.status, 413);
    EXPECT_THAT(refused.body, HasSubstr("kTooLarge"));
  }
  EXPECT_LE(FileClient::offset_of(client.state(file(2))), 1000u);
  EXPECT_EQ(
      connect(ana_).call("POST", "/v1/files", {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "5"}}, {}, "bytes").status,
      413)
      << "a body of a creation";
}

TEST_F(Files, AnAccountHasSoManyBodiesUnderWay) {
  std::deque<FileClient> under_way;
  for (uint8_t i = 0; i < kLargeBodiesMax; ++i) {
    ASSERT_EQ(connect(ana_).create(file(static_cast<uint8_t>(i + 1)), 100'000).status, 201);
    FileClient& client = under_way.emplace_back(server_.port(), ana_.bearer());
    client.begin_part(file(static_cast<uint8_t>(i + 1)), 0, 100'000);
    client.client().send_bytes(Bytes(1000, 'x'));
    ASSERT_EQ(wait_for_offset(file(static_cast<uint8_t>(i + 1)), 1000), 1000u);
  }
  ASSERT_EQ(connect(ana_).create(file(9), 10).status, 201);
  const auto refused = connect(ana_).patch(file(9), 0, "0123456789");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.field("Retry-After"), "");
  EXPECT_TRUE(connect(ben_).upload(file(10), "another account"));
  under_way.pop_back();
  for (int i = 0; i < 500 && connect(ana_).patch(file(9), 0, "0123456789").status == 429; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(connect(ana_).get(file(9)).body, "0123456789");
}

TEST_F(Files, AFullStoreIsToldAndWhatCameStays_MEDIA_4) {
  const Bytes bytes = numbered_bytes(300'000);
  FileClient client = connect(ana_);
  ASSERT_EQ(client.create(file(1), bytes.size()).status, 201);
  server_.ports.blobs.leave_room(200'000);
  const auto refused = connect(ana_).patch(file(1), 0, bytes);
  EXPECT_EQ(refused.status, 507);
  EXPECT_THAT(refused.body, HasSubstr("kServerFull"));
  EXPECT_EQ(client.create(file(2), bytes.size()).status, 507);
  const auto offset = FileClient::offset_of(client.state(file(1)));
  ASSERT_TRUE(offset);
  EXPECT_GT(*offset, 0u);
  server_.ports.blobs.leave_room(UINT64_MAX);
  EXPECT_EQ(connect(ana_).patch(file(1), *offset, BytesView(bytes).substr(*offset)).status, 204);
  EXPECT_TRUE(client.get(file(1)).body == bytes);
}

}  // namespace
}  // namespace kith::gateway
