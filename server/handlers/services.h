// SPDX-License-Identifier: AGPL-3.0-or-later

// What handlers work with. main() (or the simulator) makes one of everything and wires it here.
#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "server/delivery/account_home.h"
#include "server/delivery/group_home.h"
#include "server/delivery/shards.h"
#include "server/handlers/heavy_work.h"
#include "server/handlers/rate_limits.h"
#include "server/ports/account_store.h"
#include "server/ports/blob_store.h"
#include "server/ports/code_sender.h"
#include "server/ports/group_store.h"
#include "server/ports/inbox_store.h"
#include "server/ports/key_store.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/link_store.h"
#include "server/ports/media_index.h"
#include "server/ports/profile_store.h"
#include "server/ports/store_ports.h"
#include "wire/frames.pb.h"

namespace kith {

// What a server tells its devices unless it is configured otherwise. Five envelopes of the largest size, and one entry,
// fit into a frame.
inline wire::Limits default_limits() {
  wire::Limits limits;
  limits.set_frame_bytes_max(kFrameBytesMax);
  limits.set_envelope_bytes_max(kEnvelopeBytesMax);
  limits.set_in_flight_sends_max(64);
  limits.set_idle_timeout_ms(120'000);
  limits.set_subscriptions_max(512);
  limits.set_file_bytes_max(100 << 20);
  limits.set_media_bytes_max(16 << 20);
  limits.set_video_seconds_max(180);
  limits.set_voice_seconds_max(900);
  return limits;
}

// Settings that handlers need; the whole configuration is server/node/config.h.
struct HandlerSettings {
  uint32_t code_digits = 6;
  uint32_t code_lifetime_s = 600;
  uint32_t code_attempts_max = 5;
  uint32_t pin_attempts_max = 10;  // a day
  uint32_t prekeys_low = 20;       // a device is told when it has fewer left
  uint32_t links_max = 10'000;     // mailboxes for linking devices (LINK-3)
  uint32_t groups_max = 1'000;     // of which one account may be a member
  uint32_t group_members_max = kGroupMembersMax;
  uint64_t file_account_bytes_max = uint64_t{10} << 30;  // of one account's files, sealed (MEDIA-4)
  uint64_t file_server_bytes_max = 0;                    // of all; 0: as the disk has room
  uint32_t file_uploads_max = 64;                        // of one account that are not whole
  uint64_t file_life_s = kFileLifeSeconds;               // after the upload, and after each time that it is asked for
  uint64_t upload_life_s = 24 * 3600;                    // of a file that is not whole, after each part
  wire::Limits limits = default_limits();                // as told in Welcome
  ServerId server_id;                                    // AccountStore::server_id()
};

class LinkFetcher;

struct Services : StorePorts {
  Clock& clock;
  RandomSource& random;
  Shards& shards;
  RateLimits& rate_limits;
  // Work that would hold up a loop (Argon2id) runs here.
  HeavyWork heavy_work;
  HandlerSettings settings;
  AccountHome home{shards};
  GroupHome group_home{shards};
  LinkFetcher* link_fetcher = nullptr;  // null: this server fetches no links
};

}  // namespace kith
