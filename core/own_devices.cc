// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/own_devices.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/engine.h"
#include "core/new_registration.h"
#include "core/server_time.h"
#include "crypto/account_key.h"

namespace kith::core {

namespace {

wire::DeviceList::Device* find_in(wire::DeviceList& list, DeviceId device) {
  for (wire::DeviceList::Device& each : *list.mutable_devices()) {
    if (each.device_id() == device.value) return &each;
  }
  return nullptr;
}

// Those of which no inbox has anything any more; and of too many the oldest.
void forget_removed(wire::DeviceList& list, uint64_t now_us) {
  auto& removed = *list.mutable_removed();
  constexpr uint64_t kLifeUs = kInboxLifeSeconds * 1'000'000;
  removed.erase(
      std::remove_if(removed.begin(), removed.end(),
                     [now_us](const auto& each) { return now_us > kLifeUs && each.removed_us() < now_us - kLifeUs; }),
      removed.end());
  const int over = removed.size() - static_cast<int>(kRemovedDevicesMax);
  if (over > 0) removed.erase(removed.begin(), removed.begin() + over);
}

}  // namespace

client_api::Device OwnDevices::shown(const wire::DeviceList& list, const wire::DeviceList::Device& device) {
  client_api::Device shown;
  shown.set_id(device.device_id());
  shown.set_name(device.name());
  shown.set_this_device(device.device_id() == engine_.registration->device.value);
  shown.set_first(device.device_id() == list.first_device_id());
  shown.set_added_us(bounded_time(device.added_us()).value);
  shown.set_platform(device.platform());
  const auto history =
      shown.this_device() ? engine_.history_taking.progress() : engine_.history_giving.progress({device.device_id()});
  if (history) *shown.mutable_history() = *history;
  return shown;
}

std::optional<wire::DeviceList> OwnDevices::current() {
  const auto row = engine_.store.device_lists.find(engine_.registration->account);
  wire::DeviceList list;
  if (!row || !row->known() || !list.ParseFromString(row->device_list)) return std::nullopt;
  return list;
}

client_api::ListDevicesResponse OwnDevices::list() {
  client_api::ListDevicesResponse response;
  const auto list = current();
  if (!list) return response;
  for (const wire::DeviceList::Device& device : list->devices()) *response.add_devices() = shown(*list, device);
  std::stable_partition(response.mutable_devices()->begin(), response.mutable_devices()->end(),
                        [](const client_api::Device& device) { return device.first(); });
  return response;
}

std::optional<client_api::Device> OwnDevices::find(DeviceId device) {
  auto list = current();
  const wire::DeviceList::Device* const found = list ? find_in(*list, device) : nullptr;
  if (found == nullptr) return std::nullopt;
  return shown(*list, *found);
}

wire::SignedDeviceList OwnDevices::sign(wire::DeviceList list) {
  const uint64_t now = engine_.clock.now().value;
  list.set_revision(list.revision() + 1);
  list.set_created_us(now);
  forget_removed(list, now);
  list.set_first_device_id(engine_.registration->device.value);
  wire::SignedDeviceList signed_list;
  signed_list.set_device_list(list.SerializeAsString());
  signed_list.set_signature(crypto::sign_device_list(engine_.registration->account_key, signed_list.device_list()));
  return signed_list;
}

std::optional<wire::SignedDeviceList> OwnDevices::with(DeviceId device, const content::LinkOffer& offer) {
  auto list = current();
  if (!list || list->devices_size() >= static_cast<int>(kDevicesMax) || find_in(*list, device) != nullptr)
    return std::nullopt;
  wire::DeviceList::Device& added = *list->add_devices();
  added.set_device_id(device.value);
  added.set_identity_key(offer.identity_key());
  added.set_name(offer.device_name());
  added.set_platform(offer.platform());
  added.set_added_us(engine_.clock.now().value);
  std::sort(list->mutable_devices()->begin(), list->mutable_devices()->end(),
            [](const auto& a, const auto& b) { return a.device_id() < b.device_id(); });
  return sign(std::move(*list));
}

void OwnDevices::change(Edit edit, Changed changed, int times) {
  auto list = current();
  if (!list) return changed(Fail(CallFailure{FailureCode::kOffline, "the own list is not known yet", 0}));
  if (!edit(*list)) return changed({});
  const wire::SignedDeviceList next = sign(std::move(*list));
  wire::PublishKeysRequest body;
  *body.mutable_device_list() = next;
  body.set_identity_key(engine_.registration->identity.public_key);
  engine_.http.call("PUT", "/v1/keys", body.SerializeAsString(),
                    [this, next, edit = std::move(edit), changed = std::move(changed), times](const HttpReply& reply) {
                      if (reply.ok()) {
                        (void)engine_.devices.accept(engine_.registration->account, next);
                        return changed({});
                      }
                      if (reply.error().code() != wire::kInvalidRevision || times == 1)
                        return changed(Fail(failure_of(reply)));
                      // It has one of which this device was never told: perhaps this very one, whose answer was lost.
                      engine_.devices.fetch(
                          engine_.registration->account,
                          [this, edit, changed, times](Devices::Outcome) { change(edit, changed, times - 1); });
                    });
}

void OwnDevices::remove(uint32_t request, const client_api::RemoveDeviceRequest& what) {
  Output& output = engine_.output;
  const DeviceId device{what.device_id()};
  if (!engine_.registration->is_first()) return output.fail(request, FailureCode::kNotFirstDevice);
  if (what.all_others() && device.value != 0)
    return output.fail(request, FailureCode::kInvalidArgument, "device_id: and all_others");
  if (device == engine_.registration->device)
    return output.fail(request, FailureCode::kInvalidArgument, "device_id: is this device");
  if (!what.all_others() && !find(device)) return output.fail(request, FailureCode::kNoSuchDevice);
  const auto is_gone = [device, all_others = what.all_others(), own = engine_.registration->device](DeviceId each) {
    return each == device || (all_others && each != own);
  };
  leave_out(is_gone, [this, request](const Result<void, CallFailure>& ended) {
    if (!ended) return engine_.output.fail(request, ended.error());
    engine_.output.done(request, &client_api::Response::mutable_remove_device);
  });
}

void OwnDevices::end(std::vector<DeviceId> gone, Changed changed) {
  leave_out([gone = std::move(gone)](DeviceId each) { return std::find(gone.begin(), gone.end(), each) != gone.end(); },
            std::move(changed));
}

void OwnDevices::leave_out(std::function<bool(DeviceId)> is_gone, Changed changed) {
  change(
      [this, is_gone = std::move(is_gone)](wire::DeviceList& list) {
        auto& devices = *list.mutable_devices();
        const auto gone = std::stable_partition(devices.begin(), devices.end(),
                                                [&is_gone](const auto& each) { return !is_gone({each.device_id()}); });
        if (gone == devices.end()) return false;
        for (auto each = gone; each != devices.end(); ++each) {
          wire::DeviceList::Removed& removed = *list.add_removed();
          removed.set_device_id(each->device_id());
          removed.set_identity_key(each->identity_key());
          // Who is behind would have what was sent before taken for later.
          removed.set_removed_us(std::max(engine_.clock.now(), engine_.connection.server_now()).value);
          removed.set_revision(list.revision() + 1);
        }
        devices.erase(gone, devices.end());
        return true;
      },
      std::move(changed));
}

void OwnDevices::rename(uint32_t request, const client_api::RenameDeviceRequest& what) {
  Output& output = engine_.output;
  const DeviceId device{what.device_id()};
  const std::string name = one_line(what.name());
  if (!engine_.registration->is_first()) return output.fail(request, FailureCode::kNotFirstDevice);
  if (!is_utf8(what.name()) || !is_device_name(name))
    return output.fail(request, FailureCode::kInvalidArgument, "name: must have at most 64 bytes");
  if (!has_visible(name)) return output.fail(request, FailureCode::kBlank, "name: has nothing to see");
  if (!find(device)) return output.fail(request, FailureCode::kNoSuchDevice);
  change(
      [device, name](wire::DeviceList& list) {
        wire::DeviceList::Device* const found = find_in(list, device);
        if (found == nullptr || found->name() == name) return false;
        found->set_name(name);
        return true;
      },
      [this, request, device](const Result<void, CallFailure>& changed) {
        if (!changed) return engine_.output.fail(request, changed.error());
        const auto renamed = find(device);
        if (!renamed) return engine_.output.fail(request, FailureCode::kNoSuchDevice);  // removed meanwhile
        client_api::Response response;
        response.set_id(request);
        *response.mutable_rename_device() = *renamed;
        engine_.output.respond(std::move(response));
      });
}

void OwnDevices::take_revision(std::function<void()> done) {
  change([](wire::DeviceList&) { return true; },
         [this, done = std::move(done)](const Result<void, CallFailure>& taken) {
           if (taken) return done();
           engine_.devices.fetch(engine_.registration->account, [done](Devices::Outcome) { done(); });
         },
         1);
}

}  // namespace kith::core
