// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device says to put sealed files on the server and to have them back: tus 1.0.0, and GET.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "server/gateway/testing/client.h"

namespace kith::gateway::testing {

class FileClient {
 public:
  using Fields = Client::Fields;
  using Response = Client::Response;

  FileClient(uint16_t port, std::string bearer) : client_(port), bearer_(std::move(bearer)) {}

  // ---- with the fields that each needs; `more` come behind them
  Response create(const FileId& file, uint64_t size, Fields more = {}) {
    return call("POST", "/v1/files",
                {{"Tus-Resumable", "1.0.0"},
                 {"Upload-Length", std::to_string(size)},
                 {"Upload-Metadata", "id " + to_base64(file.bytes())}},
                std::move(more));
  }
  Response patch(const FileId& file, uint64_t offset, BytesView bytes, Fields more = {}) {
    return call("PATCH", path_of(file), part_fields(offset), std::move(more), bytes);
  }
  Response state(const FileId& file) { return call("HEAD", path_of(file), {{"Tus-Resumable", "1.0.0"}}, {}); }
  Response get(const FileId& file, Fields more = {}) { return call("GET", path_of(file), {}, std::move(more)); }
  Response remove(const FileId& file) { return call("DELETE", path_of(file), {{"Tus-Resumable", "1.0.0"}}, {}); }
  Response call(const std::string& method, const std::string& path, Fields fields, Fields more, BytesView body = {}) {
    fields.emplace_back("Authorization", bearer_);
    for (auto& field : more) fields.push_back(std::move(field));
    return client_.request(method, path, fields, body);
  }

  // The whole of it, in as many parts; false when one was refused.
  bool upload(const FileId& file, BytesView bytes, size_t part = 1'000'000) {
    if (create(file, bytes.size()).status != 201) return false;
    for (size_t at = 0; at < bytes.size(); at += part) {
      if (patch(file, at, bytes.substr(at, part)).status != 204) return false;
    }
    return true;
  }
  // The head of a part of `size` bytes that follow, or do not.
  void begin_part(const FileId& file, uint64_t offset, uint64_t size) {
    std::string head = "PATCH " + path_of(file) + " HTTP/1.1\r\nHost: a\r\nAuthorization: " + bearer_ + "\r\n";
    for (const auto& [name, value] : part_fields(offset)) head += name + ": " + value + "\r\n";
    client_.send_bytes(head + "Content-Length: " + std::to_string(size) + "\r\n\r\n");
  }
  Client& client() { return client_; }

  static std::string path_of(const FileId& file) { return "/v1/files/" + file.hex(); }
  static std::optional<uint64_t> offset_of(const Response& response) {
    const std::string text = response.field("Upload-Offset");
    uint64_t offset = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (text.empty() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return offset;
  }

 private:
  static Fields part_fields(uint64_t offset) {
    return {{"Tus-Resumable", "1.0.0"},
            {"Content-Type", "application/offset+octet-stream"},
            {"Upload-Offset", std::to_string(offset)}};
  }
  Client client_;
  const std::string bearer_;
};

}  // namespace kith::gateway::testing
