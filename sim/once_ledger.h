// SPDX-License-Identifier: AGPL-3.0-or-later

// What was to be viewed once, who has opened it, and what must be true of it (MEDIA-7):
//
//   - a device that knows that its account has opened it does not open it: because it did so itself, because it has
//     told its user, or because everything has come to rest since. Two that had not heard of each other both may
//   - its sender's devices do not open it
//   - a device that shows it as opened has its key no more, and its file neither
//   - when everything is at rest, all devices of an account know what one of them has opened
//   - its sender is told of whoever has opened it, in a group as well, and of nobody who never asked to
//   - the server has its file no more when its sender's devices show it as opened
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "client_api/client_api.pb.h"

namespace kith::sim {

class OnceLedger {
 public:
  using Broken = std::function<void(std::string)>;

  // A device tells its user of a message.
  void event(const std::string& device, const client_api::Message& message);
  // The user of a device asks for it. Whether the device knows by now that the account has opened it.
  bool asks(const std::string& device, const client_api::Message& message);
  // It was opened there; `known`: as asks() had it.
  void opened(const std::string& device, const client_api::Message& message, bool known, const Broken& broken);
  // Everything is at rest: what was opened is known to all devices of the account, unless what the device that has
  // opened it had to say `may_be_lost`.
  void is_at_rest(const std::function<bool(const std::string& device)>& may_be_lost);

  // ---- in the end
  [[nodiscard]] bool asked_for(const std::string& person, const std::string& id) const;
  // The device that has opened it for this person. "": none, as far as is known.
  [[nodiscard]] std::string opened_on(const std::string& person, const std::string& id) const;
  // A device in the account lists it. `has_key`: of the file, anywhere in its database; `on_server`: its file is there.
  void check(const std::string& device, const client_api::Message& message, bool has_key, bool on_server,
             const Broken& broken) const;

 private:
  using OfPerson = std::pair<std::string, std::string>;  // and the message's id

  std::set<OfPerson> asked_;
  std::map<OfPerson, std::string> opened_;               // the device that was the last to do so
  std::set<OfPerson> known_;                             // to all devices of the person
  std::set<std::pair<std::string, std::string>> shown_;  // device, id: it is shown as opened there
};

}  // namespace kith::sim
