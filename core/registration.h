// SPDX-License-Identifier: AGPL-3.0-or-later

// Making this device a device of an account.
//
//   1  POST /v1/registration proves the handle. Its answer is committed together with a new identity, account key and
//      signed device list.
//   2  PUT /v1/keys makes the device active; committed as keys_published. Until then the device is not registered.
//   3  PUT /v1/profile gives the name. From here the device is registered, whatever becomes of the call: the profile is
//      sent until it arrived.
//
// Step 1 has an id, made before it and kept until step 2 is done, whatever ends the program in between: a code lets one
// id in (DEVICE-7), so a `register` that is made again because the answer to step 1 was lost needs no new code.
//
// Interrupted between 1 and 2, the next `register` with the same handle goes on at 2 and needs no new code. Interrupted
// within 2, the server may have the list already: then it refuses the revision, and hands out a list that is this very
// one. A device that the server does not take (Connection::refused) can register its own handle again, there or with
// another server: messages stay, sessions and keys are made anew, the account key is kept if the account is the same.
#pragma once

#include <optional>

#include "base/handle.h"
#include "client_api/client_api.pb.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;
struct HttpReply;

class RegistrationSteps {
 public:
  explicit RegistrationSteps(Engine& engine) : engine_(engine) {}

  void request_code(uint32_t request, const client_api::RequestCodeRequest& what);
  void start(uint32_t request, const client_api::RegisterRequest& what);

 private:
  struct Order {  // a request under way, checked and normalized
    uint32_t request = 0;
    client_api::RegisterRequest what;
    Handle handle;
  };
  void prove_handle();
  void on_proved(const wire::RegistrationResponse& response);
  void publish(bool with_list);
  void on_published(const HttpReply& reply, bool with_list);
  void compare_list();
  void finish();
  void fail(const HttpReply& reply);

  Engine& engine_;
  std::optional<Order> order_;
};

}  // namespace kith::core
