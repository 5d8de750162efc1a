// SPDX-License-Identifier: AGPL-3.0-or-later

// Why a request of the user interface is refused: becomes client_api.Failure.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "client_api/client_api.pb.h"

namespace kith::core {

struct Refusal {
  client_api::Failure::Code code = client_api::Failure::kUnspecified;
  std::string detail;  // for developers; names the field at fault
};

inline std::unexpected<Refusal> Refuse(client_api::Failure::Code code, std::string detail) {
  return std::unexpected<Refusal>(Refusal{code, std::move(detail)});
}

// Of what is no handle (kInvalidHandle).
inline std::string about_handle(HandleError error) { return std::string("handle: ") + kith::describe(error); }

}  // namespace kith::core
