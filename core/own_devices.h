// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of the own account: what they are, and on the first of them, which has the account's key, saying which
// they are (DEVICE-1, LINK-6).
//
// A change is a new list, signed here and published; it counts when the server has it. Of two that are made at once the
// server takes the first, as both are of one revision; the other is made again, once, on the list that it has then.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/http_calls.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;

class OwnDevices {
 public:
  // A value: the server has such a list, whether or not there was anything to change. A failure: it was not reached, or
  // has refused.
  using Changed = std::function<void(const Result<void, CallFailure>&)>;

  explicit OwnDevices(Engine& engine) : engine_(engine) {}

  [[nodiscard]] client_api::ListDevicesResponse list();
  std::optional<client_api::Device> find(DeviceId device);
  void remove(uint32_t request, const client_api::RemoveDeviceRequest& what);
  void rename(uint32_t request, const client_api::RenameDeviceRequest& what);
  // On the first device: one list without these. Those that are not in it are ended already.
  void end(std::vector<DeviceId> gone, Changed changed);

  // The next list with this device added, signed. Absent when there is no room.
  std::optional<wire::SignedDeviceList> with(DeviceId device, const content::LinkOffer& offer);
  // Publishes a list of the devices that there are, so that another one that was signed under its revision is none
  // (admitting.h); or learns that it was published. As far as the server is there.
  void take_revision(std::function<void()> done);

 private:
  using Edit = std::function<bool(wire::DeviceList&)>;  // false: there is nothing to change

  std::optional<wire::DeviceList> current();
  void leave_out(std::function<bool(DeviceId)> is_gone, Changed changed);
  [[nodiscard]] client_api::Device shown(const wire::DeviceList& list, const wire::DeviceList::Device& device);
  wire::SignedDeviceList sign(wire::DeviceList list);
  // Makes, publishes and takes over the next list; again, so many times in all, when the server has a newer one.
  void change(Edit edit, Changed changed, int times = 2);

  Engine& engine_;
};

}  // namespace kith::core
