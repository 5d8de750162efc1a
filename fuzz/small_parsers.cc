// SPDX-License-Identifier: AGPL-3.0-or-later

// Parsers that need nothing around them: the address book, JSON-RPC lines, the configuration.
#include <nlohmann/json.hpp>
#include <string>

#include "base/handle.h"
#include "cli/rpc/session.h"
#include "cli/testing/fake_host.h"
#include "core/vcard.h"
#include "fuzz/targets.h"
#include "server/node/config.h"

namespace kith::fuzz {

void vcard(BytesView input) {
  const auto cards = core::parse_vcards(input);
  if (!cards) return;
  check(cards->size() <= core::kVcardCardsMax, "cards are bounded");
  for (const core::Card& card : *cards) {
    check(is_utf8(card.name), "a name is UTF-8");
    check(card.phones.size() <= core::kVcardPhonesMax, "phones are bounded");
    check(card.emails.size() <= core::kVcardPhonesMax, "e-mail addresses are bounded");
    for (const auto* const all : {&card.phones, &card.emails}) {
      for (const std::string& written : *all) {
        const auto handle = Handle::parse(written, "+491700000001");
        check(!handle || Handle::from_text(handle->text()) == *handle, "a handle is read back from its text");
      }
    }
  }
}

void rpc_line(BytesView input) {
  // The input is what a response holds as well, so that whatever comes in goes out again.
  cli::testing::FakeHost host([](const client_api::Request& request) {
    client_api::Response response;
    if (request.has_send_message())
      response.mutable_send_message()->mutable_message()->mutable_text()->set_text(request.send_message().text());
    if (request.has_search()) response.mutable_failure()->set_detail(request.search().query());
    return response;
  });
  size_t lines = 0;
  const auto start = [&host](client_api::Request request, cli::Host::Answer answer) {
    host.start(std::move(request), std::move(answer));
  };
  cli::rpc::Session session(start, [&lines](const std::string& line) {
    ++lines;
    check(nlohmann::json::accept(line), "an answer is JSON, whatever the id was");
    check(line.find('\n') == std::string::npos, "an answer is one line");
    check(is_utf8(line), "an answer is UTF-8");
    check(line.starts_with('{') || line.starts_with('['), "an answer is an object, or an array of them");
  });
  session.take(input.substr(0, input.size() / 3));
  session.take(input.substr(input.size() / 3));
  session.end();
  host.answer_all();
  check(session.is_done(), "every call was answered");
}

void config(BytesView input) {
  node::Config config;
  if (!node::read_config(std::string(input), "kith.toml", config)) return;
  const std::string printed = node::print_config(config);
  node::Config again;
  check(node::read_config(printed, "kith.toml", again).has_value(), "a configuration that was printed can be read");
  check(node::print_config(again) == printed, "and is the same");
  (void)node::contradictions(config);
}

}  // namespace kith::fuzz
