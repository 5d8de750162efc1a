// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/config.h"
#include "base/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/testing/little_memory.h"
#include "server/node/config_settings.h"

namespace kith::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string file_text(const std::string& path) {
  std::ifstream file(std::string(KITH_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file) << path;
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

std::vector<std::string> errors_of(const std::string& text) {
  Config config;
  auto read = read_config(text, "kith.toml", config);
  return read ? std::vector<std::string>() : read.error();
}

TEST(Config, TheExampleFileIsEverySettingWithItsDefault) {
  EXPECT_EQ(file_text("deploy/kith.toml"), print_config(Config())) << "kithd print-config > deploy/kith.toml";
}

TEST(Config, EveryKeyIsInTheOperatorsManualWithItsDefault) {
  const std::string manual = file_text("docs/operating.md");
  std::istringstream file(print_config(Config()));
  std::string section;
  size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("[")) section = line.substr(1, line.size() - 2);
    const size_t equals = line.find(" = ");
    if (line.starts_with("#") || equals == std::string::npos) continue;
    EXPECT_THAT(manual,
                HasSubstr("| `" + section + "." + line.substr(0, equals) + "` | `" + line.substr(equals + 3) + "` |"));
    ++count;
  }
  EXPECT_EQ(count, settings().size());
}

TEST(Config, WhatIsPrintedReadsBackTheSame) {
  Config config;
  config.gateway.listen = {"127.0.0.1:1", "[::1]:2"};
  config.gateway.web_root = "a \"quoted\\ path,\n\tbroken\x7f";
  config.data_directory = "/srv/kith";
  config.store_bytes_max = 123'456'789'012;
  config.rates.lookup = {7, 8};
  config.rates.loopback_exempt = false;
  config.codes = "echo";
  config.loops = 3;
  config.delivery.retention_s = 4000;
  const std::string text = print_config(config);
  EXPECT_NE(text, print_config(Config()));
  Config read;
  ASSERT_TRUE(read_config(text, "kith.toml", read));
  EXPECT_EQ(print_config(read), text);
  EXPECT_EQ(read.gateway.web_root, config.gateway.web_root);
  EXPECT_EQ(read.store_bytes_max, 123'456'789'012u);
  EXPECT_EQ(read.gateway.listen, config.gateway.listen);
}

TEST(Config, EveryNumberIsRefusedOutsideItsRangeAndTakenAtItsEnds) {
  for (const Setting& setting : settings()) {
    if (setting.max == 0) continue;
    const std::string start = std::string("[") + setting.section + "]\n" + setting.key + " = ";
    const std::string name = std::string(setting.section) + "." + setting.key;
    EXPECT_THAT(errors_of(start + std::to_string(setting.min)), IsEmpty());
    EXPECT_THAT(errors_of(start + std::to_string(setting.max)), IsEmpty());
    const std::string range = "from " + std::to_string(setting.min) + " to " + std::to_string(setting.max);
    for (const std::string& wrong :
         {std::to_string(setting.max + 1), std::string("-1"), std::string("\"1\""), std::string("1.5")}) {
      EXPECT_THAT(errors_of(start + wrong),
                  ElementsAre(::testing::AllOf(HasSubstr(name), HasSubstr(range), HasSubstr("kith.toml:2"))));
    }
  }
}

TEST(Config, DefaultsAreWithinTheirRangesAndDoNotContradictEachOther) {
  EXPECT_THAT(errors_of(print_config(Config())), IsEmpty());
  EXPECT_THAT(contradictions(Config()), IsEmpty());
}

TEST(Config, EachErrorNamesLineKeyValueAndWhatIsAllowed) {
  EXPECT_THAT(
      errors_of("[limits]\nsends_burst = 0\n\n[metrics]\nonly_loopback = \"yes\"\n\n[log]\nlevel = \"loud\"\n"),
      ElementsAre("kith.toml:2: limits.sends_burst = 0 is not allowed: it takes a whole number from 1 to 1000000",
                  ::testing::AllOf(HasSubstr("kith.toml:5: metrics.only_loopback = "), HasSubstr("yes"),
                                   HasSubstr("true or false")),
                  ::testing::AllOf(HasSubstr("kith.toml:8: log.level = "), HasSubstr("loud"),
                                   HasSubstr("\"debug\", \"info\""))));
  EXPECT_THAT(errors_of("[rates]\nlookup = { burst = 5 }\ntyping = 3\n").size(), 2u);
  EXPECT_THAT(errors_of("[listen]\naddresses = \"127.0.0.1:80\"\n"), ElementsAre(HasSubstr("a list of texts")));
}

TEST(Config, AnUnknownKeyIsAnErrorWithASuggestion) {
  EXPECT_THAT(errors_of("[timeouts]\nidle_timeout = 5\n"),
              ElementsAre(HasSubstr("Did you mean timeouts.idle_timeout_ms?")));
  EXPECT_THAT(errors_of("[limits]\nidle_timeout_ms = 5000\n"),
              ElementsAre(HasSubstr("Did you mean timeouts.idle_timeout_ms?")));
  EXPECT_THAT(errors_of("[log]\ncolour_of_the_sky = 5\n"),
              ElementsAre(::testing::EndsWith("unknown key log.colour_of_the_sky.")));
  EXPECT_THAT(errors_of("[limit]\n"),
              ElementsAre(::testing::AllOf(HasSubstr("unknown section [limit]"), HasSubstr("[limits]"))));
  EXPECT_THAT(errors_of("retention_s = 5\n"), ElementsAre(HasSubstr("Did you mean inbox.retention_s?")));
  EXPECT_THAT(errors_of("data = 5\n"), ElementsAre(HasSubstr("data is a section")));
}

TEST(Config, WhatIsNoTomlIsRefusedWithItsLine) {
  EXPECT_THAT(errors_of("[limits]\nsends_burst = \n"), ElementsAre(HasSubstr("kith.toml:2: ")));
  EXPECT_THAT(errors_of("[limits]\nsends_burst = 5\nsends_burst = 6\n"), ElementsAre(HasSubstr("kith.toml:3: ")));
}

TEST(Config, EveryMistakeIsToldAndNotTheFirstAlone) {
  const auto errors = errors_of(
      "stray\n"                          // 1
      "[limits]\n"                       // 2
      "sends_burst = five\n"             // 3
      "connections_max = -1\n"           // 4
      "[listen]\n"                       // 5
      "addresses = [\"127.0.0.1:80\"\n"  // 6, never closed
      "trusted_proxies = 5\n"            // 7
      "[data\n"                          // 8
      "directory = \"/srv\"\n"           // 9, of no section now
      "[log]\n"                          // 10
      "level = \"warn\"\n"               // 11
      "level = \"info\"\n"               // 12
      "colour = 1\n"                     // 13
      "[log]\n"                          // 14
      "level = \"error\"\n");            // 15
  EXPECT_THAT(errors, ElementsAre(HasSubstr("kith.toml:1: this is no TOML"), HasSubstr("kith.toml:3: this is no TOML"),
                                  HasSubstr("kith.toml:4: limits.connections_max = -1"),
                                  ::testing::AllOf(HasSubstr("kith.toml:6: this is no TOML"), HasSubstr("key = value")),
                                  HasSubstr("kith.toml:7: listen.trusted_proxies = 5"),
                                  HasSubstr("kith.toml:8: this is no TOML"), HasSubstr("kith.toml:12: "),
                                  HasSubstr("kith.toml:13: unknown key log.colour"), HasSubstr("kith.toml:14: ")));
  Config config;
  EXPECT_FALSE(read_config("[log]\nlevel = \"warn\"\n[data]\ndirectory = 5\n", "kith.toml", config));
  EXPECT_EQ(config.log_level, "warn") << "what is right is read";
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a" + std::to_string(i) + " = \n";
  EXPECT_EQ(errors_of(many).size(), 100u);
  EXPECT_EQ(errors_of("[web]\nroot = \"\"\"\na = \n").size(), 1u) << "texts of several lines are not taken apart";
}

TEST(Config, WhatIsTooLargeOrTooDeepIsRefusedByName) {  // [LIMIT-1]
  const std::string comment(kConfigBytesMax, '#');
  EXPECT_THAT(errors_of(comment), IsEmpty());
  EXPECT_THAT(errors_of(comment + "#"), ElementsAre(HasSubstr("kith.toml is larger than 1048576 bytes")));
  Config config;
  const auto endless = read_config_file("/dev/zero", config);
  ASSERT_FALSE(endless);
  EXPECT_THAT(endless.error(), ElementsAre(HasSubstr("/dev/zero is larger than 1048576 bytes")));

  const auto repeated = [](std::string_view what, size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += what;
    return text;
  };
  EXPECT_THAT(errors_of("[limits]\nsends_burst = " + repeated("[", 500'000)), ElementsAre(HasSubstr("kith.toml:2: ")));
  EXPECT_THAT(errors_of("[limits]\nsends_burst = " + repeated("{a=", 300'000)),
              ElementsAre(HasSubstr("kith.toml:2: ")));
  EXPECT_THAT(errors_of(repeated("a.", 500'000) + "a = 1"),
              ElementsAre(HasSubstr("kith.toml:1: more than 2048 dots in a line")));
  EXPECT_THAT(errors_of("[" + repeated("a.", 500'000) + "a]"), ElementsAre(HasSubstr("kith.toml:1: more than")));
  EXPECT_THAT(errors_of(repeated("a.", kConfigDotsMax) + "a = 1"), ElementsAre(HasSubstr("unknown section [a]")));
}

// Refused or read, but in little memory: what is read is a few times as large as its text.
TEST(Config, TheWorstTextOfAFileNeedsLittleMemory) {  // [LIMIT-1]
  if (!kith::testing::kHasMemoryLimits) GTEST_SKIP() << "sanitizers end a program that is short of memory";
  const auto in_little_memory = [](const std::string& text) {
    return kith::testing::in_little_memory(size_t{1} << 30, 60, [&text] { return errors_of(text).empty() ? 0 : 1; });
  };
  std::string tables;
  for (int i = 0; tables.size() + 32 < kConfigBytesMax; ++i) tables += "[a" + std::to_string(i) + "]\n";
  EXPECT_EQ(in_little_memory(tables), 1);
  std::string keys = "[limits]\n";
  for (int i = 0; keys.size() + 32 < kConfigBytesMax; ++i) keys += "k" + std::to_string(i) + "=[]\n";
  EXPECT_EQ(in_little_memory(keys), 1);
  EXPECT_EQ(in_little_memory("[listen]\naddresses = [" + std::string(kConfigBytesMax - 32, ',') + "]"), 1);
  EXPECT_EQ(in_little_memory(std::string(kConfigBytesMax, '\0')), 1);
}

TEST(Config, AnEmptyFileMeansDefaultsAndAMissingOneIsAnError) {
  EXPECT_THAT(errors_of(""), IsEmpty());
  Config config;
  EXPECT_FALSE(read_config_file("/no/such/file.toml", config));
}

TEST(Config, CodesAreEchoedOnLoopbackOnly) {
  Config config;
  config.codes = "echo";
  for (const char* address : {"127.0.0.1:8080", "127.3.2.1:0", "[::1]:8080"}) {
    config.gateway.listen = {address};
    EXPECT_THAT(contradictions(config), IsEmpty()) << address;
  }
  for (const char* address : {"0.0.0.0:8080", "[::]:8080", "192.168.1.2:80", "[::ffff:10.0.0.1]:80"}) {
    config.gateway.listen = {"127.0.0.1:8080", address};
    EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("lets anybody register any number"))) << address;
  }
}

TEST(Config, ListenAddressesAreNumericWithAPort) {
  for (const char* good : {"0.0.0.0:0", "127.0.0.1:65535", "[::]:80", "[2001:db8::1]:443"})
    EXPECT_TRUE(is_listen_address(good)) << good;
  for (const char* bad : {"", "127.0.0.1", ":80", "localhost:80", "::1:80", "[127.0.0.1]:80", "127.0.0.1:65536",
                          "127.0.0.1:80x", "[::1]"}) {
    EXPECT_FALSE(is_listen_address(bad)) << bad;
  }
}

TEST(Config, SettingsThatContradictEachOtherAreNamed) {
  Config config;
  config.gateway.tls_certificate = "chain.pem";
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("tls.certificate and tls.key")));
  config = Config();
  config.gateway.output_max = 1 << 20;
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("limits.output_max")));
  config = Config();
  config.delivery.forget_delay_ms = config.delivery.commit_delay_notice_ms - 1;
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("inbox.forget_delay_ms")));
  config = Config();
  config.gateway.listen.clear();
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("listen.addresses")));
  for (const char* wrong : {"ftp://example.org", "example.org", "https://a\r\nSet-Cookie: b", "https://a b"}) {
    config = Config();
    config.gateway.source_url = wrong;
    EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("web.source_url")));
  }
  config.gateway.source_url = "https://example.org/kith";
  EXPECT_THAT(contradictions(config), IsEmpty());
}

TEST(Config, DevicesAreToldTheConfiguredLimits) {
  Config config;
  config.gateway.idle_timeout_ms = 5555;
  config.in_flight_sends_max = 5;
  config.subscriptions_max = 6;
  const HandlerSettings settings = handler_settings(config);
  EXPECT_EQ(settings.limits.idle_timeout_ms(), 5555u);
  EXPECT_EQ(settings.limits.envelope_bytes_max(), kEnvelopeBytesMax);  // no setting: texts of 65,536 bytes
  EXPECT_EQ(settings.limits.in_flight_sends_max(), 5u);
  EXPECT_EQ(settings.limits.subscriptions_max(), 6u);
  EXPECT_EQ(settings.limits.frame_bytes_max(), kFrameBytesMax);
}

}  // namespace
}  // namespace kith::node
