// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/once_ledger.h"

#include "sim/words.h"

namespace kith::sim {

using client_api::Message;

namespace {

std::string person_of(const std::string& device) { return device.substr(0, device.find('-')); }

std::string name(const Message& message) { return "\"" + words_of(message) + "\" (" + message.id().substr(0, 8) + ")"; }

}  // namespace

void OnceLedger::event(const std::string& device, const Message& message) {
  if (message.media().view_once() && message.media().opened()) shown_.emplace(device, message.id());
}

bool OnceLedger::asks(const std::string& device, const Message& message) {
  const OfPerson of{person_of(device), message.id()};
  asked_.insert(of);
  return shown_.contains({device, message.id()}) || known_.contains(of);
}

void OnceLedger::opened(const std::string& device, const Message& message, bool known, const Broken& broken) {
  if (message.outgoing()) broken("MEDIA-7: " + device + " opens what others were to view once: " + name(message));
  if (known) broken("MEDIA-7: " + device + " opens once more " + name(message));
  opened_[{person_of(device), message.id()}] = device;
}

void OnceLedger::is_at_rest(const std::function<bool(const std::string& device)>& may_be_lost) {
  for (const auto& [of, device] : opened_) {
    if (!may_be_lost(device)) known_.insert(of);
  }
}

bool OnceLedger::asked_for(const std::string& person, const std::string& id) const {
  return asked_.contains({person, id});
}

std::string OnceLedger::opened_on(const std::string& person, const std::string& id) const {
  const auto opened = opened_.find({person, id});
  return opened == opened_.end() ? "" : opened->second;
}

void OnceLedger::check(const std::string& device, const Message& message, bool has_key, bool on_server,
                       const Broken& broken) const {
  if (known_.contains({person_of(device), message.id()}) && !message.media().opened())
    broken("MEDIA-7: " + device + " does not know that its account has opened " + name(message));
  if (!message.media().opened()) return;
  if (has_key) broken("MEDIA-7: " + device + " keeps the key of " + name(message) + ", which was opened");
  if (message.outgoing() && on_server)
    broken("MEDIA-7: " + device + " leaves the file of " + name(message) + " on the server, which was opened");
}

}  // namespace kith::sim
