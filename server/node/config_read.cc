// SPDX-License-Identifier: AGPL-3.0-or-later

// Reading the configuration's file.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "server/node/config_settings.h"
#include "server/node/config_syntax.h"

namespace kith::node {

namespace {

std::string text_of(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str();
}

// How many letters differ (Levenshtein).
size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// " Did you mean …?", or nothing when no key is near.
std::string suggestion(const std::string& section, const std::string& key) {
  size_t best = 4;
  std::string name;
  for (const Setting& setting : settings()) {
    const size_t far = distance(key, setting.key) + (section == setting.section ? 0 : 1);
    if (far < best) {
      best = far;
      name = std::string(setting.section) + "." + setting.key;
    }
  }
  return name.empty() ? "" : " Did you mean " + name + "?";
}

class Reader {
 public:
  static constexpr size_t kErrorsMax = 100;

  // Goes on with the mistakes that were found before.
  Reader(const std::string& name, Config& config, std::vector<Mistake> errors)
      : name_(name), config_(config), errors_(std::move(errors)) {}

  void read(const toml::table& file) {
    for (const auto& [section, node] : file) {
      if (is_enough()) return;
      const std::string name(section.str());
      const bool is_known = std::ranges::any_of(sections(), [&](const Section& known) { return name == known.name; });
      if (!is_known) {
        report(node, "unknown " + std::string(node.is_table() ? "section [" : "key ") + name +
                         (node.is_table() ? "]." : ".") + (node.is_table() ? sections_text() : suggestion("", name)));
      } else if (const auto* table = node.as_table()) {
        for (const auto& [key, value] : *table) {
          if (is_enough()) return;
          read_key(name, std::string(key.str()), value);
        }
      } else {
        report(node, name + " is a section: [" + name + "]");
      }
    }
  }
  // Sentences, in the order of the file.
  std::vector<std::string> take_errors() {
    std::ranges::stable_sort(errors_, {}, &Mistake::line);
    std::vector<std::string> out;
    for (const Mistake& error : errors_) out.push_back(name_ + ":" + std::to_string(error.line) + ": " + error.what);
    return out;
  }

 private:
  // Whoever has so many wrong lines has another file than was meant.
  [[nodiscard]] bool is_enough() const { return errors_.size() >= kErrorsMax; }
  void report(const toml::node& node, const std::string& what) { errors_.push_back({node.source().begin.line, what}); }
  static std::string sections_text() {
    std::string out = " The sections are";
    for (const Section& section : sections()) out += std::string(" [") + section.name + "]";
    return out + ".";
  }

  void read_key(const std::string& section, const std::string& key, const toml::node& node) {
    for (const Setting& setting : settings()) {
      if (section != setting.section || key != setting.key) continue;
      std::visit([&](auto place) { read_value(setting, node, place(config_)); }, setting.place);
      return;
    }
    report(node, "unknown key " + section + "." + key + "." + suggestion(section, key));
  }

  void refuse(const Setting& setting, const toml::node& node, const std::string& allowed) {
    report(node, std::string(setting.section) + "." + setting.key + " = " + text_of(node) +
                     " is not allowed: it takes " + allowed);
  }

  void read_value(const Setting& setting, const toml::node& node, bool& place) {
    const auto value = node.value_exact<bool>();
    if (!value) return refuse(setting, node, "true or false");
    place = *value;
  }
  template <class Number>
  void read_number(const Setting& setting, const toml::node& node, Number& place) {
    const auto value = node.value_exact<int64_t>();
    if (!value || *value < 0 || static_cast<uint64_t>(*value) < setting.min ||
        static_cast<uint64_t>(*value) > setting.max) {
      return refuse(setting, node,
                    "a whole number from " + std::to_string(setting.min) + " to " + std::to_string(setting.max));
    }
    place = static_cast<Number>(*value);
  }
  void read_value(const Setting& setting, const toml::node& node, uint32_t& place) {
    read_number(setting, node, place);
  }
  void read_value(const Setting& setting, const toml::node& node, uint64_t& place) {
    read_number(setting, node, place);
  }
  void read_value(const Setting& setting, const toml::node& node, std::string& place) {
    const auto value = node.value_exact<std::string>();
    if (!value) return refuse(setting, node, "a text in quotes");
    if (!setting.choices.empty() && std::ranges::find(setting.choices, *value) == setting.choices.end()) {
      std::string allowed;
      for (const std::string& choice : setting.choices) allowed += (allowed.empty() ? "\"" : ", \"") + choice + "\"";
      return refuse(setting, node, "one of " + allowed);
    }
    place = *value;
  }
  void read_value(const Setting& setting, const toml::node& node, std::vector<std::string>& place) {
    const auto* array = node.as_array();
    std::vector<std::string> values;
    if (array) {
      for (const auto& element : *array) {
        if (const auto value = element.value_exact<std::string>()) values.push_back(*value);
      }
    }
    if (!array || values.size() != array->size()) return refuse(setting, node, "a list of texts: [\"...\", \"...\"]");
    place = std::move(values);
  }
  void read_value(const Setting& setting, const toml::node& node, Rate& place) {
    const auto* table = node.as_table();
    const auto number = [&](const char* key) -> std::optional<uint32_t> {
      const auto value = table ? (*table)[key].value_exact<int64_t>() : std::nullopt;
      if (!value || *value < 0 || *value > int64_t{UINT32_MAX}) return std::nullopt;
      return static_cast<uint32_t>(*value);
    };
    const auto burst = number("burst");
    const auto refill_ms = number("refill_ms");
    if (!burst || !refill_ms || table->size() != 2 || (*burst != 0 && *refill_ms == 0)) {
      return refuse(setting, node, "{ burst = 0 to 4294967295, refill_ms = 1 to 4294967295 }");
    }
    place = {*burst, *refill_ms};
  }

  const std::string& name_;
  Config& config_;
  std::vector<Mistake> errors_;
};

// What would cost memory or stack without end. Absent: nothing.
std::optional<std::string> excess_of(const std::string& text, const std::string& name) {
  if (text.size() > kConfigBytesMax)
    return name + " is larger than " + std::to_string(kConfigBytesMax) + " bytes: no configuration is";
  size_t line = 1;
  size_t dots = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > kConfigDotsMax) {
      return name + ":" + std::to_string(line) + ": more than " + std::to_string(kConfigDotsMax) + " dots in a line";
    }
  }
  return std::nullopt;
}

}  // namespace

Result<void, std::vector<std::string>> read_config(const std::string& text, const std::string& name, Config& config) {
  if (auto excess = excess_of(text, name)) return Fail(std::vector{std::move(*excess)});
  try {
    ParsedConfig parsed = parse_config(text, Reader::kErrorsMax);
    Reader reader(name, config, std::move(parsed.mistakes));
    reader.read(parsed.file);
    auto errors = reader.take_errors();
    if (!errors.empty()) return Fail(std::move(errors));
    return {};
  } catch (const std::bad_alloc&) {
    return Fail(std::vector{name + ": there is no memory for it"});
  }
}

Result<void, std::vector<std::string>> read_config_file(const std::string& path, Config& config) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');  // one more, which is then refused by name
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  if (file.bad() || (!file && !file.eof()))
    return Fail(std::vector{"the configuration file " + path + " can't be read" +
                            (errno != 0 ? std::string(": ") + std::strerror(errno) : "")});
  return read_config(text, path, config);
}

}  // namespace kith::node
