// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person does to have several devices, in a World.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/testing/world.h"

namespace kith::core::testing {

inline constexpr const char* kLinkServer = "http://server:1";

// The link that the device shows.
inline std::string start_linking(Host& host, const std::string& name) {
  client_api::Request request;
  request.mutable_start_linking()->set_server(kLinkServer);
  request.mutable_start_linking()->set_device_name(name);
  const client_api::Response response = host.request(std::move(request));
  EXPECT_FALSE(response.has_failure()) << response.failure().detail();
  return response.start_linking().link();
}

inline client_api::Response open_link(Host& host, const std::string& link) {
  client_api::Request request;
  request.mutable_open_link()->set_link(link);
  return host.request(std::move(request));
}

inline client_api::Response confirm_link(Host& host) {
  client_api::Request request;
  request.mutable_confirm_link();
  const uint32_t id = host.post(std::move(request));
  return host.await(id, 90'000);
}

inline void cancel_linking(Host& host) {
  client_api::Request request;
  request.mutable_cancel_linking();
  EXPECT_FALSE(host.request(std::move(request)).has_failure());
}

inline std::vector<client_api::Device> list_devices(Host& host) {
  client_api::Request request;
  request.mutable_list_devices();
  const client_api::Response response = host.request(std::move(request));
  return {response.list_devices().devices().begin(), response.list_devices().devices().end()};
}

inline client_api::Response remove_device(Host& host, uint32_t device) {
  client_api::Request request;
  request.mutable_remove_device()->set_device_id(device);
  return host.request(std::move(request));
}

inline client_api::Response remove_all_others(Host& host) {
  client_api::Request request;
  request.mutable_remove_device()->set_all_others(true);
  return host.request(std::move(request));
}

// As of now, if the server can be asked.
inline client_api::ListDevicesResponse ask_for_devices(Host& host) {
  client_api::Request request;
  request.mutable_list_devices()->set_ask_server(true);
  const uint32_t id = host.post(std::move(request));
  return host.await(id, 30'000).list_devices();
}

inline void see_devices(Host& host) {
  client_api::Request request;
  request.mutable_see_devices();
  EXPECT_FALSE(host.request(std::move(request)).has_failure());
}

// The whole of it, and connects the new device.
inline void link(World& world, Host& first, Host& added, const std::string& name) {
  const std::string text = start_linking(added, name);
  const client_api::Response opened = open_link(first, text);
  ASSERT_FALSE(opened.has_failure()) << opened.failure().detail();
  const client_api::Response confirmed = confirm_link(first);
  ASSERT_FALSE(confirmed.has_failure()) << confirmed.failure().detail();
  connect(added);
  world.advance(2000);
}

}  // namespace kith::core::testing
