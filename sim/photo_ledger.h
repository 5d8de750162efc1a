// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles, in plaintext: who may see which, and who has seen what.
//
//   - nobody ever has a photo who was outside its scope at all times since it was set: when the scope was nobody; or
//     contacts, of which he was none; or he was blocked                                              PHOTO-3, PHOTO-4
//   - what is shown as somebody's photo is one that they have set                                            PHOTO-2
//   - in the end whoever is inside has the one that is there, and so have the account's own devices   PHOTO-1, PHOTO-2
//
// Outside is who is so for certain: from the moment at which the device has answered that it is done, until somebody
// asks for the contrary. What was asked for, and never answered, may be so or not.
//
// What is in a photo follows from whose it is and its number.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"

namespace kith::sim {

class PhotoLedger {
 public:
  using Scope = client_api::Settings::Scope;

  static Bytes content_of(const std::string& person, uint32_t number);

  // Who there is.
  void knows(const std::string& person) { people_.insert(person); }
  // The person wants a photo to be theirs, which is their next one.
  void sets(const std::string& person);
  // The person's device is asked for a scope; it has answered.
  void asks_for(const std::string& person, Scope scope);
  void has(const std::string& person, Scope scope);
  // So of whom it has among its contacts, and whom it blocks.
  void contact(const std::string& person, const std::string& other, bool is_one);
  void blocked(const std::string& person, const std::string& other, bool is_so);

  // A device shows this as a person's photo.
  void shows(const std::string& device, const std::string& of, BytesView content,
             const std::function<void(std::string)>& broken) const;
  // Whether the other is inside for certain, and was never blocked.
  [[nodiscard]] bool sees_for_certain(const std::string& person, const std::string& other) const;

 private:
  struct Person {
    std::vector<std::set<std::string>> photos;  // who may have each
    Scope widest = client_api::Settings::kEveryone;
    Scope narrowest = client_api::Settings::kEveryone;
    std::set<std::string> contacts;  // who may be one
    std::set<std::string> blocked;   // for certain
    std::set<std::string> ever_blocked;
  };
  [[nodiscard]] bool is_outside(const Person& person, const std::string& other) const;
  // Whoever is inside by now may have all that there are.
  void look(Person& person);

  std::set<std::string> people_;
  std::map<std::string, Person> by_name_;
};

}  // namespace kith::sim
