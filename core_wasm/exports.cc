// SPDX-License-Identifier: AGPL-3.0-or-later

// The module's exports: one client, bytes in, bytes out.
//
//   kith_open()              opens the profile's database, which is rebuilt when it is damaged: 0, or 1 +
//                            core::OpenError
//   kith_input(n)            a buffer of n bytes for a serialized client_api.Input; 0 when n is over 16 MiB. Valid
//                            until kith_handle
//   kith_handle(n)           takes the n bytes as one input: 0; 1 when they are no Input or nothing is open; 2 when the
//                            database has turned out to be damaged: then nothing came of the input, and what opens the
//                            files next rebuilds them
//   kith_output()            the actions that follow from the last input: each a little-endian 32-bit length and a
//                            serialized
//   kith_output_size()       client_api.Action. Valid until the next kith_handle
//   kith_close()             closes the database; the module may be opened again
//
// The host looks at the module's memory anew after every call: it may have grown.
#include <cstdint>
#include <memory>
#include <vector>

#include "client_api/host.pb.h"
#include "core/open_device.h"
#include "core_wasm/host.h"
#include "core_wasm/opfs_vfs.h"

#define KITH_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace kith::core_wasm {
namespace {

constexpr size_t kInputMax = 16 * 1024 * 1024;
constexpr size_t kBufferKept = 1024 * 1024;
constexpr const char* kDatabase = "kith.db";

struct Module {
  HostClock clock;
  HostRandom random;
  core::Device device;
  Bytes input;
  Bytes output;
};

Module& module() {
  static Module instance;
  return instance;
}

int number(core::OpenError error) { return 1 + int(error); }

void append_action(const client_api::Action& action, Bytes& output) {
  const uint32_t size = uint32_t(action.ByteSizeLong());
  for (int shift = 0; shift < 32; shift += 8) output.push_back(char(size >> shift));
  action.AppendToString(&output);
}

}  // namespace

KITH_EXPORT(kith_close) void kith_close() {
  module().device.client.reset();
  module().device.database.reset();
}

KITH_EXPORT(kith_open) int kith_open() {
  Module& self = module();
  kith_close();
  auto device = core::open_device(kDatabase, kVfsName, self.clock, self.random);
  if (!device) return number(device.error());
  self.device = std::move(*device);
  return 0;
}

KITH_EXPORT(kith_input) char* kith_input(size_t size) {
  if (size > kInputMax) return nullptr;
  module().input.resize(size);
  return module().input.data();
}

KITH_EXPORT(kith_handle) int kith_handle(size_t size) {
  Module& self = module();
  if (self.output.capacity() > kBufferKept) self.output = Bytes();
  self.output.clear();
  client_api::Input input;
  const bool parsed = size <= self.input.size() && input.ParseFromArray(self.input.data(), int(size));
  if (self.input.capacity() > kBufferKept) self.input = Bytes();
  if (!parsed || self.device.client == nullptr) return 1;
  std::vector<client_api::Action> actions;
  self.device.client->handle(input, actions);
  if (self.device.client->damaged()) return 2;
  for (const client_api::Action& action : actions) append_action(action, self.output);
  return 0;
}

KITH_EXPORT(kith_output) const char* kith_output() { return module().output.data(); }
KITH_EXPORT(kith_output_size) size_t kith_output_size() { return module().output.size(); }

}  // namespace kith::core_wasm
