// SPDX-License-Identifier: AGPL-3.0-or-later

// LoopbackServer: the HTTP API.
#include "core/testing/loopback_server.h"
#include "crypto/account_key.h"
#include "wire/handle.h"

namespace kith::core::testing {

namespace {

using Reply = LoopbackServer::HttpReply;

Reply refused(uint32_t status, wire::ErrorCode code) {
  wire::ApiError error;
  error.set_code(code);
  return {status, error.SerializeAsString()};
}

template <class Message>
Reply reply(const Message& message) {
  return {200, message.SerializeAsString()};
}

template <class Message>
Message parse(const std::string& body) {
  Message message;
  if (!message.ParseFromString(body)) message.Clear();
  return message;
}

}  // namespace

Reply LoopbackServer::http(const std::string& method, const std::string& path, const std::string& body,
                           const std::string& bearer) {
  ++calls[method + " " +
          path.substr(0, path.find("accounts/") == std::string::npos ? path.size() : path.find("accounts/") + 9)];
  if (refuse_http && refuse_http(path)) return {503, ""};
  if (path.starts_with("/v1/links/") && path != "/v1/links/fetch") return link_call(method, path, body);
  if (path == "/v1/registration" || path == "/v1/registration/code")
    return registration_call(method, path, body, bearer);
  const auto token = from_base64url(bearer);
  const auto caller = token ? authenticate(*token) : std::nullopt;
  if (!caller) return refused(401, refusal_of(token.value_or("")));
  if (path == "/v1/keys") return publish(*caller, body);
  if (!find(*caller)->active && !path.ends_with("/devices")) return refused(401, wire::kUnauthenticated);
  if (path == "/v1/links/fetch")
    return fetch_link ? fetch_link(parse<wire::FetchLinkRequest>(body)) : refused(404, wire::kNotFound);
  if (path.starts_with("/v1/groups")) return groups_call(*caller, path, body);
  return account_call(*caller, method, path, body);
}

Reply LoopbackServer::file_call(const client_api::HttpCall& call, BytesView body) {
  const auto token = from_base64url(call.bearer());
  const auto caller = token ? authenticate(*token) : std::nullopt;
  if (!caller) return refused(401, refusal_of(token.value_or("")));
  LoopbackFiles::Reply reply = files.call(caller->account, call, body);
  return {reply.status, std::move(reply.body)};
}

Reply LoopbackServer::registration_call(const std::string&, const std::string& path, const std::string& body,
                                        const std::string&) {
  if (path == "/v1/registration/code") {
    wire::CodeResponse response;
    response.set_code(kCode);
    response.set_digits(6);
    response.set_expires_in_s(600);
    return reply(response);
  }
  const auto request = parse<wire::RegistrationRequest>(body);
  if (request.code() != kCode) return refused(403, wire::kWrongCode);
  const auto handle = read_handle(request.handle());
  if (!handle) return refused(422, wire::kInvalidHandle);
  Account* account = account_of(handle->text());
  if (account && !account->pin.empty() && account->pin != request.pin()) {
    return refused(403, request.pin().empty() ? wire::kPinRequired : wire::kWrongPin);
  }
  if (request.request_id().size() != 16) return refused(422, wire::kInvalidArgument);
  registration_requests.push_back(request.request_id());
  if (!account) {
    const AccountId id = random_.id<AccountId>();
    account = &accounts_[id];
    account->id = id;
    account->handles = {handle->text()};
  }
  const Device& device = add_device(*account);
  wire::RegistrationResponse response;
  response.set_account_id(account->id.bytes());
  response.set_device_id(device.id);
  response.set_token(device.token);
  response.set_device_list_revision(account->revision + 1);
  response.set_server_id(server_id.bytes());
  return reply(response);
}

Reply LoopbackServer::link_call(const std::string& method, const std::string& path, const std::string& body) {
  const std::string id = path.substr(path.rfind('/') + 1);
  if (method == "DELETE") {
    mailboxes.erase(id);
    return reply(wire::Empty());
  }
  if (method == "POST") {
    const auto message = parse<wire::LinkMessage>(body);
    if (message.slot() < 1 || message.slot() > 8 || message.payload().empty() || message.payload().size() > 4096)
      return refused(422, wire::kInvalidArgument);
    const auto [slot, written] = mailboxes[id].emplace(message.slot(), message.payload());
    if (!written && slot->second != message.payload()) return refused(409, wire::kLinkSlotTaken);
    return reply(wire::Empty());
  }
  wire::LinkMessages messages;
  for (const auto& [slot, payload] : mailboxes[id]) {
    wire::LinkMessage& message = *messages.add_messages();
    message.set_slot(slot);
    message.set_payload(payload);
  }
  return reply(messages);
}

LoopbackServer::Device& LoopbackServer::add_device(Account& account) {
  Device& device = account.devices[++account.last_device];
  device.id = account.last_device;
  device.token = account.id.bytes();
  append_u32(device.token, device.id);
  device.token += random_.bytes(32);
  return device;
}

Reply LoopbackServer::new_device(Account& account) {
  std::erase_if(account.devices, [](const auto& each) { return each.second.linking && !each.second.active; });
  if (account.devices.size() >= 5) return refused(409, wire::kTooManyDevices);
  Device& device = add_device(account);
  device.linking = true;
  wire::NewDeviceResponse response;
  response.set_device_id(device.id);
  response.set_token(device.token);
  response.set_device_list_revision(account.revision + 1);
  return reply(response);
}

wire::OwnDevices LoopbackServer::own_devices(const Account& account) {
  wire::OwnDevices response;
  for (const auto& [id, device] : account.devices) {
    if (!device.active) continue;
    wire::OwnDevices::Device& one = *response.add_devices();
    one.set_device_id(id);
    if (!hides_activity) one.set_last_active_us(device.link != 0 ? clock_.now().value : device.last_active_us);
  }
  return response;
}

Reply LoopbackServer::publish(const DeviceAddress& caller, const std::string& body) {
  const auto request = parse<wire::PublishKeysRequest>(body);
  Account& account = accounts_.at(caller.account);
  Device& own = *find(caller);
  if (request.has_device_list()) {
    const auto list = parse<wire::DeviceList>(request.device_list().device_list());
    if (!crypto::verify_device_list(list.account_key(), request.device_list().device_list(),
                                    request.device_list().signature())) {
      return refused(400, wire::kInvalidSignature);
    }
    if (list.revision() != account.revision + 1) return refused(409, wire::kInvalidRevision);
    account.list = request.device_list();
    account.revision = list.revision();
    std::set<uint32_t> named;
    for (const auto& device : list.devices()) named.insert(device.device_id());
    for (auto device = account.devices.begin(); device != account.devices.end();) {
      if (named.contains(device->first)) {
        ++device;
        continue;
      }
      if (device->second.link != 0) {
        wire::ServerFrame frame;
        frame.mutable_error()->set_code(wire::kUnauthenticated);
        *frame.mutable_error()->mutable_device_list() = account.list;
        put(device->second.link, frame);
        outgoing.push_back({device->second.link, std::nullopt});
        links_.erase(device->second.link);
      }
      device = account.devices.erase(device);
    }
    for (const AccountId& partner : account.partners) {
      for (const auto& [id, device] : accounts_.at(partner).devices) {
        if (device.active) tell_of_list({partner, {id}}, account);
      }
    }
    // Its own other devices learn of it as partners do.
    for (const auto& [id, device] : account.devices) {
      if (device.active && id != caller.device.value) tell_of_list({account.id, {id}}, account);
    }
    if (request.has_signed_prekey()) own.keys = request;
    own.active = true;
  }
  if (request.has_signed_prekey()) {
    if (!crypto::verify_prekey_signature(own.keys.identity_key(), request.signed_prekey().public_key(),
                                         request.signed_prekey().signature())) {
      return refused(400, wire::kInvalidSignature);
    }
    *own.keys.mutable_signed_prekey() = request.signed_prekey();
  }
  const bool is_known = request.prekeys_size() > 0 && own.known_prekeys.contains(request.prekeys(0).id());
  if (request.has_signed_prekey() && request.prekeys_size() > 0 && !is_known) own.prekeys.clear();
  for (const wire::Prekey& prekey : request.prekeys()) {
    if (own.prekeys.size() < 200 && own.known_prekeys.insert(prekey.id()).second) own.prekeys.push_back(prekey);
  }
  wire::PublishKeysResponse response;
  response.set_prekeys_remaining(static_cast<uint32_t>(own.prekeys.size()));
  return reply(response);
}

void LoopbackServer::tell_of_list(const DeviceAddress& whom, const Account& account) {
  wire::Entry entry;
  entry.mutable_account_changed()->set_account_id(account.id.bytes());
  entry.mutable_account_changed()->set_device_list_revision(account.revision);
  append(whom, std::move(entry));
}

wire::PrekeyBundlesResponse LoopbackServer::bundles(Account& account, const wire::PrekeyBundlesRequest& request) {
  wire::PrekeyBundlesResponse response;
  *response.mutable_device_list() = device_list(account);
  for (const uint32_t id : request.device_ids()) {
    const auto found = account.devices.find(id);
    if (found == account.devices.end() || !found->second.active) continue;
    Device& device = found->second;
    wire::PrekeyBundle& bundle = *response.add_bundles();
    bundle.set_device_id(id);
    bundle.set_registration_id(device.keys.registration_id());
    bundle.set_identity_key(device.keys.identity_key());
    *bundle.mutable_signed_prekey() = device.keys.signed_prekey();
    if (device.prekeys.empty()) continue;
    *bundle.mutable_prekey() = device.prekeys.front();
    device.prekeys.pop_front();
  }
  return response;
}

Reply LoopbackServer::account_call(const DeviceAddress& caller, const std::string& method, const std::string& path,
                                   const std::string& body) {
  Account& own = accounts_.at(caller.account);
  if (path == "/v1/registration/pin") {
    own.pin = method == "PUT" ? parse<wire::PinRequest>(body).pin() : "";
    return reply(wire::Empty());
  }
  if (path == "/v1/devices") return method == "GET" ? reply(own_devices(own)) : new_device(own);
  if (path == "/v1/profile") {
    own.profile = parse<wire::Profile>(body);
    return reply(own.profile);
  }
  if (path == "/v1/privacy" && method == "GET") {
    wire::Privacy privacy = own.privacy;
    privacy.clear_contacts();
    if (privacy.last_seen() == wire::Privacy::kScopeUnspecified) privacy.set_last_seen(wire::Privacy::kEveryone);
    if (privacy.about() == wire::Privacy::kScopeUnspecified) privacy.set_about(wire::Privacy::kEveryone);
    if (privacy.photo() == wire::Privacy::kScopeUnspecified) privacy.set_photo(wire::Privacy::kEveryone);
    return reply(privacy);
  }
  if (path == "/v1/privacy") {
    own.privacy = parse<wire::Privacy>(body);
    own.blocked.clear();
    for (const std::string& bytes : own.privacy.blocked()) {
      if (const auto id = AccountId::from_bytes(bytes); id) own.blocked.insert(*id);
    }
    return reply(wire::Empty());
  }
  if (path == "/v1/accounts/lookup") {
    wire::LookupResponse response;
    const auto request = parse<wire::LookupRequest>(body);
    if (static_cast<uint32_t>(request.handles_size()) > lookups_left) return refused(429, wire::kRateLimited);
    lookups_left -= static_cast<uint32_t>(request.handles_size());
    for (const wire::Handle& asked : request.handles()) {
      const auto handle = read_handle(asked);
      const Account* account = handle ? account_of(handle->text()) : nullptr;
      if (!account || account->revision == 0) continue;
      wire::LookupResponse::Found& found = *response.add_found();
      *found.mutable_handle() = asked;
      found.set_account_id(account->id.bytes());
    }
    return reply(response);
  }
  const std::string prefix = "/v1/accounts/";
  if (!path.starts_with(prefix) || path.size() < prefix.size() + 32) return refused(404, wire::kNotFound);
  const auto id = AccountId::from_hex(path.substr(prefix.size(), 32));
  const std::string what = path.substr(prefix.size() + 32);
  const auto found = id ? accounts_.find(*id) : accounts_.end();
  if (found == accounts_.end() || found->second.revision == 0) return refused(404, wire::kNoSuchAccount);
  Account& account = found->second;
  if (what == "/devices") return reply(device_list(account));
  if (what == "/prekeys") {
    const auto request = parse<wire::PrekeyBundlesRequest>(body);
    for (const uint32_t device : request.device_ids()) {
      const auto named = account.devices.find(device);
      if (named == account.devices.end() || !named->second.active) return refused(404, wire::kNoSuchDevice);
    }
    return reply(bundles(account, request));
  }
  if (what == "/profile") {
    wire::Profile profile = account.profile;
    if (const auto handle = Handle::from_text(account.handle())) *profile.add_handles() = to_wire(*handle);
    profile.set_account_id(account.id.bytes());
    const wire::Privacy::Scope scope = account.privacy.photo();
    const bool is_contact = std::ranges::count(account.privacy.contacts(), caller.account.bytes()) > 0;
    const bool hides = scope == wire::Privacy::kNobody || (scope == wire::Privacy::kContacts && !is_contact) ||
                       account.blocked.contains(caller.account);
    if (hides && caller.account != account.id) profile.clear_photo();
    return reply(profile);
  }
  return refused(404, wire::kNotFound);
}

}  // namespace kith::core::testing
