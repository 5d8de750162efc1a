// SPDX-License-Identifier: AGPL-3.0-or-later

// Mailboxes through which a device is linked to an account (LINK-1). Whoever calls is nobody to the server: the id in
// the path is what the two devices know and others do not, and what they write is sealed. So nothing here is checked
// but sizes, and what a stranger could use up is bounded: rates by address, and the number of mailboxes.
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "server/ports/link_store.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryFullMs = 5'000;

Task<Outcome<wire::Empty>> put(Services& services, std::string address, LinkId link, wire::LinkMessage message) {
  if (const uint32_t wait_ms = services.rate_limits.take_address(Limit::kLinkWriteFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  if (message.slot() < 1 || message.slot() > kLinkSlots) co_return refuse(wire::kInvalidArgument, "slot");
  if (message.payload().empty()) co_return refuse(wire::kInvalidArgument, "payload");
  if (message.payload().size() > kLinkPayloadBytesMax) co_return refuse(wire::kTooLarge, "payload");
  Bytes payload = std::move(*message.mutable_payload());
  const auto written = co_await services.links.put(link, message.slot(), std::move(payload), services.clock.now(),
                                                   services.settings.links_max);
  if (!written && written.error() == StoreError::kConflict) co_return refuse(wire::kLinkSlotTaken, "slot");
  if (!written && written.error() == StoreError::kFull)
    co_return refuse(wire::kServerFull, "there is no room for another link", kRetryFullMs);
  if (!written) co_return refuse_store(written.error());
  co_return wire::Empty();
}

Task<Outcome<wire::LinkMessages>> read(Services& services, std::string address, LinkId link) {
  if (const uint32_t wait_ms = services.rate_limits.take_address(Limit::kLinkReadFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  auto messages = co_await services.links.read(link, services.clock.now());
  if (!messages) co_return refuse_store(messages.error());
  wire::LinkMessages response;
  for (LinkStore::Message& message : *messages) {
    wire::LinkMessage& one = *response.add_messages();
    one.set_slot(message.slot);
    one.set_payload(std::move(message.payload));
  }
  co_return response;
}

Task<Outcome<wire::Empty>> remove(Services& services, std::string address, LinkId link) {
  if (const uint32_t wait_ms = services.rate_limits.take_address(Limit::kLinkWriteFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto removed = co_await services.links.remove(link);
  if (!removed) co_return refuse_store(removed.error());
  co_return wire::Empty();
}

}  // namespace

Task<Outcome<wire::Empty>> put_link(Services& services, std::string address, LinkId link, wire::LinkMessage message) {
  return come_back(put(services, std::move(address), link, std::move(message)));
}
Task<Outcome<wire::LinkMessages>> read_link(Services& services, std::string address, LinkId link) {
  return come_back(read(services, std::move(address), link));
}
Task<Outcome<wire::Empty>> remove_link(Services& services, std::string address, LinkId link) {
  return come_back(remove(services, std::move(address), link));
}

}  // namespace kith::handlers
