// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/about.h"

namespace kith {

std::string about_text(std::string_view program, std::string_view version, std::string_view source_url) {
  std::string text(program);
  text += ' ';
  text += version;
  text += "\nLicence ";
  text += kLicence;
  text += ": free software, which you may change and share under its terms; there is no warranty.\nSource: ";
  text += source_url.empty() ? "see the LICENSE and the source that came with this program" : source_url;
  return text;
}

}  // namespace kith
