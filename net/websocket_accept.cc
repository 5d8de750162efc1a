// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/websocket_accept.h"

#include <openssl/evp.h>

namespace kith::net {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

HttpResponse refusal(int status, std::string reason) {
  HttpResponse response;
  response.status = status;
  response.set("Content-Type", "text/plain; charset=utf-8").set("Cache-Control", "no-store");
  response.body = std::move(reason);
  return response;
}

// 16 bytes in base64: 22 characters and two of padding.
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         key.substr(0, 22).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
             std::string_view::npos;
}

}  // namespace

std::string websocket_accept_value(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char encoded[64];
  const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded), static_cast<size_t>(length)};
}

HttpResponse answer_upgrade(const IncomingRequest& request, std::string_view subprotocol) {
  if (request.method != "GET") {
    auto response = refusal(405, "a WebSocket is opened with GET");
    response.set("Allow", "GET");
    return response;
  }
  if (!request.http_1_1 || !request.list_has("Upgrade", "websocket") || !request.list_has("Connection", "upgrade")) {
    auto response = refusal(426, "this is a WebSocket endpoint");
    response.set("Upgrade", "websocket");
    return response;
  }
  if (request.find("Sec-WebSocket-Version") != "13") {
    auto response = refusal(426, "WebSocket version 13 is needed");
    response.set("Sec-WebSocket-Version", "13").set("Upgrade", "websocket");
    return response;
  }
  if (!request.has("Host")) return refusal(400, "Host is missing");
  if (!is_key(request.find("Sec-WebSocket-Key"))) return refusal(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  if (!request.list_has("Sec-WebSocket-Protocol", subprotocol)) {
    return refusal(400, "the subprotocol " + std::string(subprotocol) + " is not offered");
  }
  HttpResponse response;
  response.status = 101;
  response.set("Upgrade", "websocket")
      .set("Connection", "Upgrade")
      .set("Sec-WebSocket-Accept", websocket_accept_value(request.find("Sec-WebSocket-Key")))
      .set("Sec-WebSocket-Protocol", std::string(subprotocol));
  return response;
}

}  // namespace kith::net
