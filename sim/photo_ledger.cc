// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/photo_ledger.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/testing/seeded_random.h"

namespace kith::sim {

using client_api::Settings;

namespace {

constexpr uint64_t kBytesMax = 20'000;

}  // namespace

Bytes PhotoLedger::content_of(const std::string& person, uint32_t number) {
  const Bytes seed = crypto::digest("kith simulated photo v1", person + " " + std::to_string(number));
  crypto::SeededRandom random(read_u64(seed.data()));
  return random.bytes(16 + random.below(kBytesMax));
}

bool PhotoLedger::is_outside(const Person& person, const std::string& other) const {
  return person.widest == Settings::kNobody || person.blocked.contains(other) ||
         (person.widest == Settings::kContacts && !person.contacts.contains(other));
}

void PhotoLedger::look(Person& person) {
  for (const std::string& other : people_) {
    if (is_outside(person, other)) continue;
    for (std::set<std::string>& photo : person.photos) photo.insert(other);
  }
}

void PhotoLedger::sets(const std::string& name) {
  Person& person = by_name_[name];
  person.photos.emplace_back();
  look(person);
}

void PhotoLedger::asks_for(const std::string& name, Scope scope) {
  Person& person = by_name_[name];
  person.widest = std::min(person.widest, scope);
  person.narrowest = std::max(person.narrowest, scope);
  look(person);
}

void PhotoLedger::has(const std::string& name, Scope scope) {
  Person& person = by_name_[name];
  person.widest = person.narrowest = scope;
  look(person);
}

void PhotoLedger::contact(const std::string& name, const std::string& other, bool is_one) {
  Person& person = by_name_[name];
  if (is_one) {
    person.contacts.insert(other);
  } else {
    person.contacts.erase(other);
  }
  look(person);
}

void PhotoLedger::blocked(const std::string& name, const std::string& other, bool is_so) {
  Person& person = by_name_[name];
  person.ever_blocked.insert(other);
  if (is_so) {
    person.blocked.insert(other);
  } else {
    person.blocked.erase(other);
  }
  look(person);
}

void PhotoLedger::shows(const std::string& device, const std::string& of, BytesView content,
                        const std::function<void(std::string)>& broken) const {
  const auto person = by_name_.find(of);
  const size_t count = person == by_name_.end() ? 0 : person->second.photos.size();
  for (uint32_t number = 0; number < count; ++number) {
    if (content != content_of(of, number)) continue;
    if (!person->second.photos[number].contains(device.substr(0, device.find('-'))))
      broken("PHOTO-4: " + device + " has photo " + std::to_string(number) + " of " + of +
             ", whose scope it was never in");
    return;
  }
  broken("PHOTO-2: " + device + " shows what is no photo of " + of);
}

bool PhotoLedger::sees_for_certain(const std::string& name, const std::string& other) const {
  const auto person = by_name_.find(name);
  if (person == by_name_.end()) return true;
  return person->second.narrowest == Settings::kEveryone && !person->second.ever_blocked.contains(other);
}

}  // namespace kith::sim
