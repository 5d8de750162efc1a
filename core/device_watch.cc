// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/device_watch.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using client_api::Device;
using client_api::DeviceNotice;

constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;
constexpr uint64_t kIdleUs = kIdleDeviceDays * kDayUs;
constexpr uint64_t kNoticeUs = kIdleDeviceNoticeDays * kDayUs;
constexpr uint64_t kBetweenUs = kIdleUs - kNoticeUs;

const OwnDeviceRow* find_in(const std::vector<OwnDeviceRow>& rows, DeviceId device) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [device](const OwnDeviceRow& each) { return each.device == device; });
  return row == rows.end() ? nullptr : &*row;
}

bool names(const client_api::ListDevicesResponse& list, DeviceId device) {
  return std::any_of(list.devices().begin(), list.devices().end(),
                     [device](const Device& each) { return each.id() == device.value; });
}

uint64_t since(UnixMicros then, UnixMicros now) { return now > then ? now.value - then.value : 0; }

}  // namespace

DeviceWatch::DeviceWatch(Engine& engine) : engine_(engine), again_(engine.timers) {}

void DeviceWatch::load() { notices_ = engine_.store.own_devices.notices(); }

void DeviceWatch::look_at_list() {
  const std::vector<OwnDeviceRow> known = engine_.store.own_devices.all();
  const client_api::ListDevicesResponse now = engine_.own_devices.list();
  for (const Device& device : now.devices()) {
    const DeviceId id{device.id()};
    if (find_in(known, id) != nullptr) continue;
    engine_.store.own_devices.set({id, {}, {}});
    // A device that is new itself knows of nothing that is newer; and who lets a device in has seen it.
    const bool is_news = !known.empty() && !device.this_device() && engine_.admitting.granted() != id;
    if (is_news) add_notice(DeviceNotice::kAdded, device, engine_.clock.now());
  }
  for (const OwnDeviceRow& row : known) {
    if (names(now, row.device)) continue;
    engine_.store.own_devices.remove(row.device);
    remove_notice(DeviceNotice::kIdle, row.device);
    // Whoever ended it knows it. Elsewhere that it was there stays to be seen.
    if (engine_.registration->is_first()) remove_notice(DeviceNotice::kAdded, row.device);
  }
  look_ = true;
}

void DeviceWatch::pump() {
  if (!look_ || !engine_.connection.ready()) return;
  look_ = false;
  if (engine_.own_devices.list().devices_size() < 2) return;
  const auto asked_at = static_cast<uint64_t>(engine_.store.settings.integer(setting::kDevicesAskedUs, 0));
  const uint64_t passed_ms = since({asked_at}, engine_.clock.now()) / 1000;
  const uint64_t wait_ms = asked_at == 0 || passed_ms >= kAskEveryMs ? 0 : kAskEveryMs - passed_ms;
  again_.set(engine_.in_ms(wait_ms == 0 ? kAskEveryMs : wait_ms), [this] { look_ = true; });
  if (wait_ms == 0) ask([] {});
}

void DeviceWatch::list(uint32_t request, const client_api::ListDevicesRequest& what) {
  if (!what.ask_server()) return answer(request);
  ask([this, request] { answer(request); });
}

void DeviceWatch::answer(uint32_t request) {
  client_api::Response response;
  response.set_id(request);
  client_api::ListDevicesResponse& list = *response.mutable_list_devices() = engine_.own_devices.list();
  const std::vector<OwnDeviceRow> rows = engine_.store.own_devices.all();
  for (Device& device : *list.mutable_devices()) {
    if (const OwnDeviceRow* const row = find_in(rows, {device.id()}); row != nullptr)
      device.set_last_active_us(row->last_active.value);
  }
  list.set_asked_us(static_cast<uint64_t>(engine_.store.settings.integer(setting::kDevicesAskedUs, 0)));
  engine_.output.respond(std::move(response));
}

void DeviceWatch::see(uint32_t request) {
  engine_.store.own_devices.remove_notices();
  notices_.clear();
  engine_.output.done(request, &client_api::Response::mutable_see_devices);
}

void DeviceWatch::ask(std::function<void()> done) {
  engine_.http.call("GET", "/v1/devices", "", [this, done = std::move(done)](const HttpReply& reply) {
    if (const auto answer = reply.parse<wire::OwnDevices>()) take(*answer);
    done();
  });
}

void DeviceWatch::take(const wire::OwnDevices& answer) {
  bool changed = false;
  for (OwnDeviceRow row : engine_.store.own_devices.all()) {
    for (const wire::OwnDevices::Device& said : answer.devices()) {
      const UnixMicros last_active = bounded_time(said.last_active_us());
      if (said.device_id() != row.device.value || last_active == row.last_active) continue;
      row.last_active = last_active;
      engine_.store.own_devices.set(row);
      changed = true;
    }
  }
  engine_.store.settings.set(setting::kDevicesAskedUs, static_cast<int64_t>(engine_.clock.now().value));
  if (changed) engine_.changes.devices();
  judge();
}

void DeviceWatch::judge() {
  if (!engine_.registration->is_first() || ending_ || engine_.admitting.granted().value != 0) return;
  const std::vector<OwnDeviceRow> rows = engine_.store.own_devices.all();
  std::vector<Device> idle;
  const client_api::ListDevicesResponse list = engine_.own_devices.list();
  for (const Device& device : list.devices()) {
    const OwnDeviceRow* const row = find_in(rows, {device.id()});
    if (!device.this_device() && row != nullptr && judge(device, *row)) idle.push_back(device);
  }
  if (!idle.empty()) end(idle);
}

bool DeviceWatch::judge(const Device& device, OwnDeviceRow row) {
  const UnixMicros last{std::max(row.last_active.value, device.added_us())};
  const UnixMicros now = engine_.clock.now();
  const uint64_t idle_us = since(last, engine_.connection.server_now());
  if (idle_us < kNoticeUs) {
    remove_notice(DeviceNotice::kIdle, row.device);
    if (row.warned_at.value != 0) engine_.store.own_devices.set({row.device, row.last_active, {}});
    return false;
  }
  if (row.warned_at.value == 0) {
    engine_.store.own_devices.set({row.device, row.last_active, now});
    add_notice(DeviceNotice::kIdle, device,
               bounded_time(now.value + std::max(kBetweenUs, kIdleUs - std::min(idle_us, kIdleUs))));
    return false;
  }
  return idle_us >= kIdleUs && since(row.warned_at, now) >= kBetweenUs;
}

void DeviceWatch::end(const std::vector<Device>& idle) {
  std::vector<DeviceId> devices;
  for (const Device& device : idle) devices.push_back({device.id()});
  ending_ = true;
  engine_.own_devices.end(devices, [this, idle](const Result<void, CallFailure>& ended) {
    ending_ = false;
    if (!ended) return;  // another time
    for (const Device& device : idle) add_notice(DeviceNotice::kEnded, device, engine_.clock.now());
  });
}

void DeviceWatch::add_notice(DeviceNotice::Kind kind, const Device& device, UnixMicros time) {
  engine_.store.own_devices.add_notice({kind, {device.id()}, device.name(), time});
  load();
}

void DeviceWatch::remove_notice(DeviceNotice::Kind kind, DeviceId device) {
  if (!has_notice(kind, device)) return;
  engine_.store.own_devices.remove_notice(kind, device);
  load();
}

bool DeviceWatch::has_notice(DeviceNotice::Kind kind, DeviceId device) const {
  return std::any_of(notices_.begin(), notices_.end(), [kind, device](const DeviceNoticeRow& notice) {
    return notice.kind == kind && notice.device == device;
  });
}

}  // namespace kith::core
