// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/config_settings.h"

#include "base/limits.h"

// One line a setting: section, key, help, place, range.
#define KITH_PLACE(type, member) +[](Config& c) -> type& { return c.member; }

namespace kith::node {

namespace {

constexpr uint64_t kNumberMax = UINT32_MAX;
constexpr uint64_t kBytesMax = uint64_t{1} << 50;
constexpr uint64_t kDaySeconds = 24 * 3600;
constexpr uint64_t kHourMs = 3'600'000;

const Section kSections[] = {
    {"listen", "Where the server can be reached. One port serves web app, HTTP API and WebSocket."},
    {"tls", "HTTPS and WSS by the server itself; without, put a proxy in front. Read again at SIGHUP."},
    {"web", "The web app."},
    {"data", "What is kept on disk."},
    {"media",
     "Files that people send each other. They are sealed: the server sees their sizes alone, a little larger."},
    {"links",
     "What the server fetches for previews of links, which people's own devices make if they want to. It fetches "
     "nothing but public addresses, on ports 80 and 443."},
    {"registration", "How a device proves its phone number or e-mail address."},
    {"limits", "Bounds on what clients may do and use. A number of 0 means no bound where the range allows it."},
    {"timeouts", "All in milliseconds."},
    {"inbox", "Messages on their way, in memory and on disk."},
    {"rates",
     "How often somebody may do something: `burst` at once, then one each `refill_ms`. A burst of 0: not limited."},
    {"metrics", "GET /metrics, for Prometheus."},
    {"log", "The log goes to standard error. It holds ids, sizes and times, never content, tokens or handles."},
    {"process", "The process itself."},
};

const Setting kSettings[] = {
    {"listen", "addresses",
     "Addresses and ports: \"127.0.0.1:8080\", \"[::]:8080\" (IPv6 and IPv4). Port 0: one that is free.",
     KITH_PLACE(std::vector<std::string>, gateway.listen)},
    {"listen", "trusted_proxies",
     "Addresses of proxies in front, such as \"127.0.0.1\": the last address in their X-Forwarded-For counts as the "
     "client's, for every limit"
     " by address. What they forward without a readable address counts as one client.",
     KITH_PLACE(std::vector<std::string>, gateway.trusted_proxies)},

    {"tls", "certificate", "PEM file of the certificate with its chain. Empty: no TLS.",
     KITH_PLACE(std::string, gateway.tls_certificate)},
    {"tls", "key", "PEM file of its private key.", KITH_PLACE(std::string, gateway.tls_key)},

    {"web", "root", "Directory of the built web app. Empty: none is served. Read again at SIGHUP.",
     KITH_PLACE(std::string, gateway.web_root)},
    {"web", "source_url",
     "Where the source of exactly this server is, your changes included (AGPL-3.0, section 13): /source leads there. "
     "Empty: the address that it was built with; without one the file source.tar.gz of root, if there is one.",
     KITH_PLACE(std::string, gateway.source_url)},

    {"data", "directory",
     "The directory of accounts, keys, undelivered messages and files; made when absent. One kithd at a time uses it.",
     KITH_PLACE(std::string, data_directory)},
    {"data", "inbox_bytes_max",
     "Bytes of undelivered messages, all together. Beyond, senders are told that the server is full.",
     KITH_PLACE(uint64_t, store_bytes_max), 1 << 20, kBytesMax},
    {"data", "free_bytes_min",
     "Free bytes that stay on the disk. With less, new messages are refused until there is space again.",
     KITH_PLACE(uint64_t, free_bytes_min), 0, kBytesMax},
    {"data", "group_log_bytes_max",
     "Bytes of messages to groups that are accepted and not yet in every member's inbox. Beyond, senders are told that "
     "the server is full.",
     KITH_PLACE(uint64_t, group_log_bytes_max), 1 << 20, kBytesMax},
    {"data", "group_bytes_of_account_max",
     "Bytes that one account's messages to groups hold, in that log and for members who did not confirm them at once. "
     "Beyond, it is told to wait.",
     KITH_PLACE(uint64_t, group_bytes_of_account_max), 1 << 20, kBytesMax},
    {"data", "open_files_max", "Files that the inbox store keeps open.", KITH_PLACE(uint32_t, store_files_max), 64,
     100'000},
    {"data", "last_seen_write_ms", "Last-seen times are gathered in memory for so long; a crash loses them.",
     KITH_PLACE(uint32_t, last_seen_write_ms), 100, kHourMs},

    {"media", "file_bytes_max",
     "Bytes of one file of any kind, before it is sealed. Told to devices, and held against what they send.",
     KITH_PLACE(uint64_t, file_bytes_max), 1 << 20, kFileBytesMax},
    {"media", "media_bytes_max",
     "The same of a photo, a video or a recording. Told to devices, who keep to it: the server can't tell what is in a "
     "file.",
     KITH_PLACE(uint64_t, media_bytes_max), 1 << 20, kFileBytesMax},
    {"media", "video_seconds_max", "How long a video may be; as well.", KITH_PLACE(uint32_t, video_seconds_max), 1,
     kDaySeconds},
    {"media", "voice_seconds_max", "How long a recording of a voice may be; as well.",
     KITH_PLACE(uint32_t, voice_seconds_max), 1, kDaySeconds},
    {"media", "account_bytes_max",
     "Bytes of the files that one account holds on the server, those on their way included. Beyond, it is told so.",
     KITH_PLACE(uint64_t, handlers.file_account_bytes_max), 1 << 20, kBytesMax},
    {"media", "server_bytes_max",
     "Bytes of all files together. Beyond, senders are told that the server is full. 0: as long as the disk has room "
     "and "
     "data.free_bytes_min besides.",
     KITH_PLACE(uint64_t, handlers.file_server_bytes_max), 0, kBytesMax},
    {"media", "uploads_max", "Files of one account that have begun to go up and are not whole.",
     KITH_PLACE(uint32_t, handlers.file_uploads_max), 1, 10'000},
    {"media", "life_days",
     "Days that a file is kept after its upload, and again after each time that a device asks for it.",
     KITH_PLACE(uint32_t, file_life_days), 1, 3650},

    {"links", "fetch", "Whether it does. Told to devices: without, they offer no previews of links.",
     KITH_PLACE(bool, fetch_links)},
    {"links", "allow",
     "Networks and ports that it fetches from besides, such as an intranet's: \"10.1.0.0/16:80\", "
     "\"[fd00:1::]/32:443\". Everybody with an account can then read what is there without a password.",
     KITH_PLACE(std::vector<std::string>, links_allowed)},
    {"links", "at_once_max", "Links fetched at the same time, by everybody. Beyond, devices are told to wait.",
     KITH_PLACE(uint32_t, links_at_once_max), 1, 1000},

    {"registration",
     "codes",
     "How a code reaches the owner of a number or address. \"console\": on standard error, for the operator to pass "
     "on. \"echo\": "
     "in the answer"
     " itself, for development; refused unless every listen address is a loopback one.",
     KITH_PLACE(std::string, codes),
     0,
     0,
     {"console", "echo"}},
    {"registration", "code_digits", "Length of a code.", KITH_PLACE(uint32_t, handlers.code_digits), 4, 9},
    {"registration", "code_lifetime_s", "Seconds that a code is valid.", KITH_PLACE(uint32_t, handlers.code_lifetime_s),
     30, kDaySeconds},
    {"registration", "code_attempts_max", "Wrong tries after which a code is worth nothing.",
     KITH_PLACE(uint32_t, handlers.code_attempts_max), 1, 100},
    {"registration", "pin_attempts_max", "Wrong registration PINs of one account a day.",
     KITH_PLACE(uint32_t, handlers.pin_attempts_max), 1, 1000},
    {"registration", "prekeys_low", "A device is asked for more one-time prekeys when the server has fewer left.",
     KITH_PLACE(uint32_t, handlers.prekeys_low), 1, 200},

    {"limits", "connections_max",
     "Open connections. Fewer when there are not as many descriptors, after those of stores and files.",
     KITH_PLACE(uint32_t, gateway.connections_max), 0, kNumberMax},
    {"limits", "connections_per_address_max",
     "Open connections of one address (of a /64 network for IPv6). Loopback addresses have no such bound: a proxy "
     "speaks for everybody.",
     KITH_PLACE(uint32_t, gateway.connections_per_address_max), 0, kNumberMax},
    {"limits", "connects_per_second",
     "New connections a second of one address; loopback addresses have no such bound. 0: no bound.",
     KITH_PLACE(uint32_t, gateway.connects_per_second), 0, 1'000'000},
    {"limits", "connects_burst", "How many of them at once.", KITH_PLACE(uint32_t, gateway.connects_burst), 1,
     1'000'000},
    {"limits", "sends_per_second", "Messages a second of one account, over all its devices. 0: no bound.",
     KITH_PLACE(uint32_t, gateway.sends_per_second), 0, 1'000'000},
    {"limits", "sends_burst", "How many of them at once.", KITH_PLACE(uint32_t, gateway.sends_burst), 1, 1'000'000},
    {"limits", "frames_per_second", "WebSocket frames a second of one connection; more closes it. 0: no bound.",
     KITH_PLACE(uint32_t, gateway.frames_per_second), 0, 1'000'000},
    {"limits", "frames_burst", "How many of them at once.", KITH_PLACE(uint32_t, gateway.frames_burst), 1, 1'000'000},
    {"limits", "in_flight_sends_max", "Messages of one connection that are not answered yet. Told to devices.",
     KITH_PLACE(uint32_t, in_flight_sends_max), 1, 10'000},
    {"limits", "subscriptions_max", "Accounts whose presence one connection may watch. Told to devices.",
     KITH_PLACE(uint32_t, subscriptions_max), 0, 5000},
    {"limits", "links_max",
     "Mailboxes for linking devices, each there for ten minutes and of at most 32 KiB. Beyond, who begins to link is "
     "told that the server is full.",
     KITH_PLACE(uint32_t, handlers.links_max), 1, 1'000'000},
    {"limits", "groups_max", "Groups of which one account may be a member; others add it to half of them at most.",
     KITH_PLACE(uint32_t, handlers.groups_max), 1, 100'000},
    {"limits", "group_members_max", "Members of one group.", KITH_PLACE(uint32_t, handlers.group_members_max), 2,
     kGroupMembersMax},
    {"limits", "output_ephemeral_max",
     "Bytes waiting for a slow reader beyond which typing and presence are dropped for it.",
     KITH_PLACE(uint32_t, gateway.output_ephemeral_max), 4096, 1 << 30},
    {"limits", "output_max",
     "Bytes waiting for a slow reader beyond which it is disconnected; its inbox keeps what it hasn't confirmed.",
     KITH_PLACE(uint32_t, gateway.output_max), 1 << 20, 1 << 30},
    {"limits", "http_body_max", "Bytes of the body of one HTTP request of a device; of anybody else 8192.",
     KITH_PLACE(uint32_t, gateway.http_body_max), 65'536, 64 << 20},

    {"timeouts", "handshake_timeout_ms",
     "From the connection to the end of TLS handshake and Hello; also for one HTTP request.",
     KITH_PLACE(uint32_t, gateway.handshake_timeout_ms), 100, kHourMs},
    {"timeouts", "idle_timeout_ms",
     "A WebSocket connection without a frame for so long is closed. Devices are told, and ping in time.",
     KITH_PLACE(uint32_t, gateway.idle_timeout_ms), 1000, 24 * kHourMs},
    {"timeouts", "http_keepalive_ms", "An HTTP connection waits so long for its next request.",
     KITH_PLACE(uint32_t, gateway.http_keepalive_ms), 0, kHourMs},
    {"timeouts", "http_progress_ms",
     "A body of HTTP that takes its time must get on within so long: 16 KiB of one that comes as a stream, 64 KiB of "
     "an answer.",
     KITH_PLACE(uint32_t, gateway.http_progress_ms), 100, kHourMs},
    {"timeouts", "closing_timeout_ms", "What a connection that is being closed has to take its last bytes.",
     KITH_PLACE(uint32_t, gateway.closing_timeout_ms), 100, 60'000},
    {"timeouts", "drain_ms", "At SIGTERM, what is in flight has so long to finish.",
     KITH_PLACE(uint32_t, gateway.drain_ms), 0, kHourMs},
    {"timeouts", "reconnect_within_ms", "At SIGTERM, devices are told to come back after a random share of this.",
     KITH_PLACE(uint32_t, gateway.reconnect_within_ms), 0, kHourMs},

    {"inbox", "retention_s", "Seconds after which a message that was never collected is dropped: 30 days.",
     KITH_PLACE(uint64_t, delivery.retention_s), 3600, 3650 * kDaySeconds},
    {"inbox", "expiry_interval_s", "Seconds between two looks for such messages.",
     KITH_PLACE(uint32_t, delivery.expiry_interval_s), 1, kDaySeconds},
    {"inbox", "expiry_count_max", "How many of them one step drops.", KITH_PLACE(uint32_t, delivery.expiry_count_max),
     1, 1'000'000},
    {"inbox", "device_entries_max", "Entries of one device's inbox. Beyond, senders are told that it is full.",
     KITH_PLACE(uint64_t, delivery.inbox_entries_max), 1, 100'000'000},
    {"inbox", "device_bytes_max", "Bytes of one device's inbox.", KITH_PLACE(uint64_t, delivery.inbox_bytes_max),
     1 << 20, kBytesMax},
    {"inbox", "commit_delay_ms",
     "Messages for absent devices gather so long for one write and sync. Their senders wait for it.",
     KITH_PLACE(uint32_t, delivery.commit_delay_ms), 0, 1000},
    {"inbox", "commit_delay_connected_ms",
     "The same for connected devices: a message that the device confirms within this is never written.",
     KITH_PLACE(uint32_t, delivery.commit_delay_connected_ms), 0, 10'000},
    {"inbox", "commit_delay_notice_ms", "The same for delivery receipts, which nobody waits for.",
     KITH_PLACE(uint32_t, delivery.commit_delay_notice_ms), 0, 60'000},
    {"inbox", "forget_delay_ms",
     "Confirmed messages stay on disk so long, so that a crash repeats a receipt and loses none.",
     KITH_PLACE(uint32_t, delivery.forget_delay_ms), 0, 60'000},
    {"inbox", "commit_bytes_max", "Bytes of one write of an event loop.",
     KITH_PLACE(uint64_t, delivery.commit_bytes_max), kFrameBytesMax, 1 << 30},
    {"inbox", "commit_batches_max", "How many of them are under way at a time; what comes meanwhile gathers.",
     KITH_PLACE(uint32_t, delivery.commit_batches_max), 1, 32},
    {"inbox", "window_entries", "Entries on their way to one device and not confirmed.",
     KITH_PLACE(uint32_t, delivery.window_entries), 1, 100'000},
    {"inbox", "window_bytes", "The same in bytes.", KITH_PLACE(uint64_t, delivery.window_bytes), kFrameBytesMax,
     1 << 30},
    {"inbox", "undurable_bytes_max",
     "Bytes in memory that are not written yet, of each event loop. Beyond, senders are told to wait.",
     KITH_PLACE(uint64_t, delivery.undurable_bytes_max), 1 << 20, uint64_t{1} << 40},
    {"inbox", "idle_account_s", "Seconds after which an account that nobody uses leaves memory.",
     KITH_PLACE(uint32_t, delivery.idle_account_s), 1, kDaySeconds},
    {"inbox", "epoch_renewal_s", "Accounts that had traffic leave memory at most so often, in seconds.",
     KITH_PLACE(uint32_t, delivery.epoch_renewal_s), 1, kDaySeconds},
    {"inbox", "idle_window_s", "Seconds after which the list of recent message ids of a quiet device leaves memory.",
     KITH_PLACE(uint32_t, delivery.idle_window_s), 1, kDaySeconds},

    {"rates", "code_for_handle", "Codes asked for, of one number or address.", KITH_PLACE(Rate, rates.code_for_handle)},
    {"rates", "code_for_handle_hourly", "The same over a longer time.", KITH_PLACE(Rate, rates.code_for_handle_hourly)},
    {"rates", "code_from_address", "Codes asked for, from one address.", KITH_PLACE(Rate, rates.code_from_address)},
    {"rates", "register_from_address", "Codes tried, from one address.", KITH_PLACE(Rate, rates.register_from_address)},
    {"rates", "link_write_from_address", "Mailboxes for linking devices written or removed, from one address.",
     KITH_PLACE(Rate, rates.link_write_from_address)},
    {"rates", "link_read_from_address", "Such mailboxes read, from one address.",
     KITH_PLACE(Rate, rates.link_read_from_address)},
    {"rates", "lookup", "Handles looked up, by one account.", KITH_PLACE(Rate, rates.lookup)},
    {"rates", "take_prekeys", "One-time prekeys taken, by one account.", KITH_PLACE(Rate, rates.take_prekeys)},
    {"rates", "take_prekeys_of", "One-time prekeys taken of one device, by one account.",
     KITH_PLACE(Rate, rates.take_prekeys_of)},
    {"rates", "profile_read", "Profiles and device lists read, and groups, by one account.",
     KITH_PLACE(Rate, rates.profile_read)},
    {"rates", "profile_write", "Profile, privacy and keys written, by one account.",
     KITH_PLACE(Rate, rates.profile_write)},
    {"rates", "pin_write", "Registration PINs set, by one account.", KITH_PLACE(Rate, rates.pin_write)},
    {"rates", "file_write", "Files begun, parts of them sent, and files deleted, by one account.",
     KITH_PLACE(Rate, rates.file_write)},
    {"rates", "link_fetch", "Links fetched for previews, by one account.", KITH_PLACE(Rate, rates.link_fetch)},
    {"rates", "group_change", "Changes to groups by one account, one more for each 64 members that one adds.",
     KITH_PLACE(Rate, rates.group_change)},
    {"rates", "request", "HTTP requests of one account, each counted once and once more for each KiB of its body.",
     KITH_PLACE(Rate, rates.request)},
    {"rates", "typing", "Typing notices, of one device.", KITH_PLACE(Rate, rates.typing)},
    {"rates", "subscribe", "Accounts subscribed to, by one device.", KITH_PLACE(Rate, rates.subscribe)},
    {"rates", "availability", "Times that one device says that its user comes or goes. More closes its connection.",
     KITH_PLACE(Rate, rates.availability)},
    {"rates", "redeliver", "Times that one device asks for its inbox again. More closes its connection.",
     KITH_PLACE(Rate, rates.redeliver)},
    {"rates", "hello", "Sessions that one device begins.", KITH_PLACE(Rate, rates.hello)},
    {"rates", "loopback_exempt", "Whether limits by address leave out loopback addresses, where a proxy or a test is.",
     KITH_PLACE(bool, rates.loopback_exempt)},
    {"rates", "buckets_max", "How many such counts are kept in memory; the oldest are forgiven.",
     KITH_PLACE(uint64_t, rates.buckets_max), 1024, 1 << 28},

    {"metrics", "only_loopback", "Whether only loopback addresses may read them.",
     KITH_PLACE(bool, gateway.metrics_only_loopback)},

    {"log",
     "level",
     "The least important lines that are written.",
     KITH_PLACE(std::string, log_level),
     0,
     0,
     {"debug", "info", "warn", "error", "off"}},

    {"process", "loops", "Event loops, a thread each. 0: one for each processor.", KITH_PLACE(uint32_t, loops), 0, 256},
    {"process", "core_dumps",
     "Whether a crash may write a core file, which would hold tokens and messages' ciphertext.",
     KITH_PLACE(bool, core_dumps)},
};

}  // namespace

std::span<const Section> sections() { return kSections; }
std::span<const Setting> settings() { return kSettings; }

}  // namespace kith::node
