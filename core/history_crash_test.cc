// SPDX-License-Identifier: AGPL-3.0-or-later

// Whatever happens to either device while the history comes: it comes whole, and once (HISTORY-4).
#include "core/testing/much_history.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

// Ana's history comes to her second device, and `victim` crashes before its action number `crash_at` once that is one.
class ShortHistory {
 public:
  ShortHistory(const std::string& victim, uint64_t crash_at) {
    sign_up(ana_, kAna, "Ana");
    fill_history(world_, ana_, 3, 300, 2000);
    Host& host = victim == "ana" ? ana_ : web_;
    host.before_step = [this, &host, crash_at](const client_api::Action&) {
      if (crashed_ || !is_linked() || steps_++ != crash_at) return;
      crashed_ = true;
      host.crash();
      host.reopen();
      connect_later(host);
    };
    const std::string text = start_linking(web_, "Web");
    EXPECT_FALSE(open_link(ana_, text).has_failure());
    client_api::Request confirm;
    confirm.mutable_confirm_link()->set_history(client_api::kHistoryAll);
    ana_.post(std::move(confirm));
    world_.advance(5000);
    connect_later(web_);
    world_.advance(60'000);
    host.before_step = nullptr;
    world_.advance(1'300'000);  // until somebody says something of what was lost
    EXPECT_EQ(everything(web_), everything(ana_));
    for (Host* each : {&ana_, &web_}) {
      const client_api::History history = history_of(*each, web_);
      EXPECT_TRUE(history.complete()) << each->name();
      EXPECT_EQ(history.done(), 300u) << each->name();
      EXPECT_EQ(history.total(), 300u) << each->name();
    }
    EXPECT_EQ(query_text(ana_, "SELECT count(*) FROM outbox") + query_text(web_, "SELECT count(*) FROM outbox"), 0);
  }
  [[nodiscard]] bool crashed() const { return crashed_; }

 private:
  // The keys of the new device are published. What comes before that is over with a crash, and begun anew.
  bool is_linked() {
    auto row = web_.database().prepare("SELECT keys_published FROM progress");
    return row.step() && row.integer(0) == 1;
  }
  static void connect_later(Host& host) {
    client_api::Request request;
    request.mutable_connect();
    host.post(request);
  }

  bool crashed_ = false;
  uint64_t steps_ = 0;
  World world_;
  Host& ana_ = world_.add("ana");
  Host& web_ = world_.add("web");
};

class HistoryCrashTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HistoryCrashTest, BeforeAnyActionTheHistoryComesWholeAndOnce_HISTORY_4) {
#ifdef __SANITIZE_ADDRESS__
  constexpr uint64_t kStride = 11;  // a sample is enough for what a sanitizer finds
#else
  constexpr uint64_t kStride = 1;
#endif
  for (uint64_t at = 0;; at += kStride) {
    SCOPED_TRACE("crash before action " + std::to_string(at));
    const ShortHistory life(GetParam(), at);
    if (!life.crashed()) {
      EXPECT_GT(at, 30u);
      return;
    }
    if (HasFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Victims, HistoryCrashTest, ::testing::Values("ana", "web"),
                         [](const auto& info) { return std::string(info.param); });

class HistoryPromiseTest : public TwoPeople, public ::testing::WithParamInterface<uint64_t> {};

// However long it is away.
TEST_P(HistoryPromiseTest, IsKeptWhenTheFirstDeviceDiesBeforeItHearsOfTheNewOne_HISTORY_1) {
  fill_history(world_, ana_, 3, 300, 100);
  Host& web = world_.add("web");
  const std::string text = start_linking(web, "Web");
  ASSERT_FALSE(open_link(ana_, text).has_failure());
  bool crashed = false;
  // The grant has left, and what follows does not come back.
  web.before_step = [&](const client_api::Action& action) {
    if (crashed || !action.has_http_call() || action.http_call().method() != "PUT") return;
    if (action.http_call().url().find("/v1/keys") == std::string::npos) return;
    crashed = true;
    ana_.crash();
  };
  client_api::Request request;
  request.mutable_confirm_link()->set_history(client_api::kHistoryAll);
  ana_.post(std::move(request));
  world_.advance(60'000);
  ASSERT_TRUE(crashed);
  ASSERT_TRUE(state(web).registered());
  web.before_step = nullptr;
  connect(web);
  world_.advance(GetParam() * 3'600'000);
  ana_.reopen();
  connect(ana_);
  world_.advance(180'000);
  EXPECT_EQ(everything(web), everything(ana_));
  EXPECT_TRUE(history_of(ana_, web).complete());
}
INSTANTIATE_TEST_SUITE_P(Hours, HistoryPromiseTest, ::testing::Values(0, 50));

}  // namespace
}  // namespace kith::core::testing
