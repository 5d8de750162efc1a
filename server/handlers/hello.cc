// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "wire/versions.h"

namespace kith::handlers {

Task<Outcome<DeviceAddress>> hello(Services& services, wire::Hello hello, Session& session) {
  if (hello.client().size() > kClientBytesMax) co_return refuse(wire::kInvalidArgument, "client");
  if (hello.version_min() > hello.version_max()) co_return refuse(wire::kInvalidArgument, "version_min");
  const auto version = wire::common_version(hello.version_min(), hello.version_max());
  if (!version)
    co_return refuse(wire::kUnsupportedVersion, "this server speaks version " + std::to_string(wire::kVersionMax));
  const ServerId& here = services.settings.server_id;
  if (!hello.server_id().empty() && hello.server_id() != here.view()) co_return refuse(wire::kOtherServer, "server_id");
  auto withheld = withheld_of(hello.withheld());
  if (!withheld) co_return refuse(wire::kTooLarge, "withheld");
  Bytes token = std::move(*hello.mutable_token());
  auto outcome = co_await authenticate(services, std::move(token), true);
  if (!outcome) co_return outcome;
  const DeviceAddress device = *outcome;
  // A session begins with a whole window of the inbox.
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kHello, limit_key(device)); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  Shard& shard = services.shards.of(device.account);
  co_await enter(shard.executor());
  const auto prekeys = co_await services.keys.count_prekeys(device);
  co_await enter(shard.executor());
  if (!prekeys) co_return refuse_store(prekeys.error());

  const auto attached =
      co_await shard.attach(device, session, Position{hello.confirmed_position()}, std::move(*withheld));
  if (!attached) {
    if (attached.error() == StoreError::kNotFound) {
      Task<Refusal> ended = refusal_of_ended(services, device);
      co_return std::unexpected<Refusal>(co_await std::move(ended));
    }
    if (attached.error() == StoreError::kConflict) {
      // Entries would get positions that this device takes for confirmed: better no connection than messages lost
      // unseen.
      co_return refuse(wire::kInvalidArgument, "confirmed_position is ahead of this server");
    }
    co_return refuse_store(attached.error());
  }
  if (!attached->current) co_return refuse(wire::kReplaced, "the device has connected again");

  wire::ServerFrame frame;
  wire::Welcome& welcome = *frame.mutable_welcome();
  welcome.set_version(*version);
  welcome.set_server_time_us(services.clock.now().value);
  welcome.set_first_position(attached->first_position.value);
  welcome.set_prekeys_remaining(*prekeys);
  *welcome.mutable_limits() = services.settings.limits;
  welcome.set_server_id(here.bytes());
  welcome.set_device_list_revision(attached->list.value);
  session.send(frame);
  shard.start_session(device, session, hello.available());
  co_return device;
}

}  // namespace kith::handlers
