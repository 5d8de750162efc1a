// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/link_preview.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kith::cli {
namespace {

TEST(FirstLink, IsAWholeAddressWithoutTheSignsBehindIt) {
  const std::pair<std::string, std::string> kCases[] = {
      {"https://example.org", "https://example.org"},
      {"see http://example.org/a?b=c#d, and https://example.com", "http://example.org/a?b=c#d"},
      {"(https://example.org/a).", "https://example.org/a"},
      {"https://example.org/a_(b)", "https://example.org/a_(b)"},
      {"\"https://example.org/\"!", "https://example.org/"},
      {"two\nhttps://example.org/\nlines", "https://example.org/"},
      {"https://example.org/für", "https://example.org/für"},
      {"xhttps://example.org http://example.com", "http://example.com"},
      {"http://evil.example/?u=https://example.org", "http://evil.example/?u=https://example.org"},
      {"example.org", ""},
      {"https://", ""},
      {"https://...", ""},
      {"ftp://example.org", ""},
      {"", ""},
  };
  for (const auto& [text, link] : kCases) EXPECT_EQ(first_link(text), link) << text;
}

}  // namespace
}  // namespace kith::cli
