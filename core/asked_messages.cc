// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/asked_messages.h"

#include <set>
#include <utility>

#include "core/engine.h"

namespace kith::core {

std::optional<std::vector<MessageRow>> asked_messages(Engine& engine, uint32_t request,
                                                      const google::protobuf::RepeatedPtrField<std::string>& ids) {
  if (ids.empty() || ids.size() > kAskedMessagesMax) {
    engine.output.fail(request, client_api::Failure::kInvalidArgument, "ids: 1 to 100");
    return std::nullopt;
  }
  std::vector<MessageRow> found;
  std::set<MessageId> known;
  for (const std::string& text : ids) {
    const auto id = MessageId::from_hex(text);
    if (!id) {
      engine.output.fail(request, client_api::Failure::kInvalidArgument, "ids: must be 32 hexadecimal digits each");
      return std::nullopt;
    }
    auto message = engine.store.messages.find(*id);
    if (!message) {
      engine.output.fail(request, client_api::Failure::kNoSuchMessage, "ids: " + text);
      return std::nullopt;
    }
    if (known.insert(*id).second) found.push_back(*std::move(message));
  }
  return found;
}

}  // namespace kith::core
