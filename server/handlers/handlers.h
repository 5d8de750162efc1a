// SPDX-License-Identifier: AGPL-3.0-or-later

// Every request that the server answers: one file each, and this list of them all.
//
// Handlers over the socket run on the loop that owns the sender's account and come back to it; handlers over HTTP run
// on the loop that got the request and come back to it. What they ask of an account goes through its home, which enters
// the loop that has it (server/delivery/account_home.h); those of a session use the shard of their own loop. They
// depend on ports, so the simulator runs them as they are. Parameters are by value: a handler may outlive the bytes it
// was decoded from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.h"
#include "base/ids.h"
#include "base/task.h"
#include "server/delivery/shard.h"
#include "server/handlers/refusal.h"
#include "server/handlers/services.h"
#include "wire/api.pb.h"
#include "wire/frames.pb.h"
#include "wire/groups.pb.h"

namespace kith::handlers {

// ---- authentication

// The account that a device token names, so that the caller can enter its loop; absent when the token has no valid
// form.
std::optional<DeviceAddress> token_address(BytesView token);
// Checks the token's secret in time that does not depend on it. `needs_active`: refuses a device that has not published
// its keys yet. Errors: kUnauthenticated, with the account's list when the device was ended (DEVICE-8), kUnknownDevice
// (nobody here has had that id), kUnavailable.
Task<Outcome<DeviceAddress>> authenticate(Services& services, Bytes token, bool needs_active);
// What a device is told that was ended.
Task<Refusal> refusal_of_ended(Services& services, DeviceAddress device);
// The secret of a new device's token: what is stored of it, and the token itself (Hello.token).
Bytes token_hash(BytesView secret);
Bytes make_token(const DeviceAddress& device, BytesView secret);

// ---- over the socket; `from` is authenticated

// Checks server, version and token, makes `session` the device's session (an older one is closed with kReplaced), takes
// the confirmation that Hello carries, sends Welcome, the backlog and BacklogEnd through the session, and says who is
// there. Runs on the loop that owns the account. After success the gateway calls shard.detach(from, session) when the
// connection ends.
Task<Outcome<DeviceAddress>> hello(Services& services, wire::Hello hello, Session& session);
// The function: see send_message.cc. Answers through the returned frame (accepted or refused, for the account it
// names).
Task<wire::ServerFrame> send_message(Services& services, DeviceAddress from, wire::Send send);
void redeliver(Services& services, DeviceAddress from, const wire::Redeliver& redeliver);
Task<void> typing(Services& services, DeviceAddress from, wire::Typing typing);
Task<void> availability(Services& services, DeviceAddress from, wire::Availability availability);
Task<void> subscribe(Services& services, DeviceAddress from, wire::Subscribe subscribe);

// ---- over HTTP

// Before there is a device. `address` is the peer's, for rate limits.
Task<Outcome<wire::CodeResponse>> request_code(Services& services, std::string address, wire::CodeRequest request);
Task<Outcome<wire::RegistrationResponse>> register_device(Services& services, std::string address,
                                                          wire::RegistrationRequest request);

Task<Outcome<wire::Empty>> put_link(Services& services, std::string address, LinkId link, wire::LinkMessage message);
Task<Outcome<wire::LinkMessages>> read_link(Services& services, std::string address, LinkId link);
Task<Outcome<wire::Empty>> remove_link(Services& services, std::string address, LinkId link);

Task<Outcome<wire::PublishKeysResponse>> publish_keys(Services& services, DeviceAddress caller,
                                                      wire::PublishKeysRequest request);
Task<Outcome<wire::NewDeviceResponse>> new_device(Services& services, DeviceAddress caller,
                                                  wire::NewDeviceRequest request);
Task<Outcome<wire::OwnDevices>> own_devices(Services& services, DeviceAddress caller);
Task<Outcome<wire::Empty>> change_group(Services& services, DeviceAddress caller, GroupId group,
                                        wire::SignedGroupChange request);
Task<Outcome<wire::GroupAnswer>> read_group(Services& services, DeviceAddress caller, GroupId group,
                                            wire::ReadGroupRequest request);
Task<Outcome<wire::OwnGroups>> own_groups(Services& services, DeviceAddress caller);
Task<Outcome<wire::SignedDeviceList>> get_devices(Services& services, DeviceAddress caller, AccountId account);
Task<Outcome<wire::PrekeyBundlesResponse>> take_prekeys(Services& services, DeviceAddress caller, AccountId account,
                                                        wire::PrekeyBundlesRequest request);
Task<Outcome<wire::Empty>> set_pin(Services& services, DeviceAddress caller,
                                   wire::PinRequest request);  // "" removes it
Task<Outcome<wire::LookupResponse>> lookup_accounts(Services& services, DeviceAddress caller,
                                                    wire::LookupRequest request);
Task<Outcome<wire::Profile>> get_profile(Services& services, DeviceAddress caller, AccountId account);
Task<Outcome<wire::Profile>> put_profile(Services& services, DeviceAddress caller, wire::Profile profile);
Task<Outcome<wire::Empty>> delete_profile(Services& services, DeviceAddress caller);
Task<Outcome<wire::Privacy>> get_privacy(Services& services, DeviceAddress caller);
Task<Outcome<wire::Privacy>> put_privacy(Services& services, DeviceAddress caller, wire::Privacy privacy);

Task<Outcome<wire::FetchLinkResponse>> fetch_link(Services& services, DeviceAddress caller,
                                                  wire::FetchLinkRequest request);

// ---- over HTTP, with bodies that are streams: sealed files (files.cc)

// Bytes of the largest sealed file.
[[nodiscard]] uint64_t upload_bytes_max(const Services& services);
// Makes room for a file of `size` bytes, or says how much of it is there; one that is whole the caller's account holds
// from then on. A file of no id gets one.
Task<Outcome<wire::FileUpload>> begin_upload(Services& services, DeviceAddress caller, FileId file, uint64_t size);
struct UploadPart {
  uint64_t offset = 0;
  std::optional<uint64_t> size;  // absent: only the end will tell
};
struct UploadProgress {
  wire::FileUpload upload;
  std::optional<StreamError> broke_off;  // why the part ended early
};
// Takes a part of it, of which `body` is asked for on the executor that called; it outlives the task.
Task<Outcome<UploadProgress>> continue_upload(Services& services, DeviceAddress caller, FileId file, UploadPart part,
                                              ByteSource& body);
// How much of it is there, to an account that holds it.
Task<Outcome<wire::FileUpload>> upload_state(Services& services, DeviceAddress caller, FileId file);
// Bytes of a file that is whole, to any device. It is kept for longer now.
Task<Outcome<uint64_t>> ask_for_file(Services& services, FileId file);
// So many of them from `first` on.
Task<Outcome<std::unique_ptr<ByteSource>>> open_file(Services& services, FileId file, uint64_t first, uint64_t size);
// The caller's account holds it no more, and it is gone when no other does.
Task<Outcome<wire::Empty>> delete_file(Services& services, DeviceAddress caller, FileId file);

}  // namespace kith::handlers
