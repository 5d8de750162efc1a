// SPDX-License-Identifier: AGPL-3.0-or-later

// What was in the files that people have sent, and what must be true of them in the end:
//
//   - a message that was written with a file has one wherever it is shown, and no other has                   MEDIA-5
//   - what a device opens is what was sent, to the byte                                                       MEDIA-1
//   - a message that was given up while its file was on its way, and not sent after all, nobody has           MEDIA-5
//   - everybody has every file in the end who asks for it, and everybody asks for all                MEDIA-3, MEDIA-4
//   - no device keeps a file that none of its messages has
//
// That a message with a file arrives, once, and where, the Ledger and the GroupLedger say as of any text.
//
// What is in a file follows from the words of the message that it was first sent with: nobody has to keep it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"

namespace kith::sim {

class FileLedger {
 public:
  // What is in the file of the message with these words, if it was first sent with it.
  static Bytes content_of(const std::string& words);

  // A message with these words is about to be written with this file; `as`: with that of the message that has those.
  void sends(const std::string& words, const client_api::SealedFile& file);
  void sends_again(const std::string& words, const std::string& as);
  // Of the message with these words. Null: there is none.
  [[nodiscard]] const client_api::SealedFile* file_of(const std::string& words) const;
  // The user of its device wants it not to be sent.
  void gives_up(const std::string& id) { given_up_.insert(id); }
  // The server has said that it has all of the file with this id, and has not: nobody can have it.
  void is_kept_away(const std::string& id) { kept_away_.insert(id); }
  [[nodiscard]] bool is_given_up(const std::string& id) const { return given_up_.contains(id); }
  [[nodiscard]] bool is_empty() const { return origins_.empty(); }

  // Looks at a message that a device lists.
  void look(const std::string& device, const client_api::Message& message,
            const std::function<void(std::string)>& broken) const;
  // A device has opened the message's file, of this name, and this was in it.
  void opened(const std::string& device, const client_api::Message& message, const std::string& file, BytesView content,
              const std::function<void(std::string)>& broken);
  // It shows it as a photo.
  void keeps(const std::string& device, const std::string& file) { opened_[device].insert(file); }
  // Everything was asked for, and everything that is there was opened. `files`: of the device.
  void check_device(const std::string& device, const std::vector<client_api::Message>& messages,
                    const std::vector<std::string>& files, const std::function<void(std::string)>& broken) const;

 private:
  [[nodiscard]] bool is_kept_away(const client_api::Message& message) const;

  std::map<std::string, std::string> origins_;  // words → those of the message that the file was first sent with
  std::map<std::string, client_api::SealedFile> files_;  // by the words that it was first sent with
  std::set<std::string> given_up_;                       // ids
  std::set<std::string> kept_away_;                      // ids of files
  std::map<std::string, std::set<std::string>> opened_;  // device → names of files
};

}  // namespace kith::sim
