// SPDX-License-Identifier: AGPL-3.0-or-later

// Codes, registration, PINs, and who may guess how often.
#include <gtest/gtest.h>

#include "server/handlers/checks.h"
#include "server/handlers/testing/test_device.h"

namespace kith::testing {
namespace {

constexpr char kPhone[] = "+491700000001";
const Bytes kRequestId(16, 'r');
const Bytes kOtherRequestId(16, 'o');

class RegistrationTest : public ::testing::Test {
 protected:
  HandlersWorld world;

  Outcome<wire::CodeResponse> ask(const std::string& phone = kPhone, const std::string& address = "192.0.2.1") {
    wire::CodeRequest request;
    request.mutable_handle()->set_phone(phone);
    return world.run(handlers::request_code(world.services(), address, request));
  }
  static wire::RegistrationRequest request_of(const std::string& code, const std::string& pin = "",
                                              const std::string& phone = kPhone) {
    wire::RegistrationRequest request;
    request.set_request_id(kRequestId);
    request.mutable_handle()->set_phone(phone);
    request.set_code(code);
    request.set_pin(pin);
    return request;
  }
  Outcome<wire::RegistrationResponse> enter(const std::string& code, const std::string& pin = "",
                                            const std::string& phone = kPhone) {
    return world.run(handlers::register_device(world.services(), "192.0.2.1", request_of(code, pin, phone)));
  }
  wire::ErrorCode refused(const std::string& code, const std::string& pin = "") {
    const auto outcome = enter(code, pin);
    EXPECT_FALSE(outcome);
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  wire::ErrorCode refused_as(const Bytes& request_id, const std::string& code) {
    wire::RegistrationRequest request = request_of(code);
    request.set_request_id(request_id);
    const auto outcome = world.run(handlers::register_device(world.services(), "192.0.2.1", request));
    EXPECT_FALSE(outcome);
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  static std::string other_than(std::string code) {
    code[0] = code[0] == '0' ? '1' : '0';
    return code;
  }
  void set_pin(const TestDevice& device, const std::string& pin) {
    wire::PinRequest request;
    request.set_pin(pin);
    ASSERT_TRUE(world.run(handlers::set_pin(world.services(), device.address, request)));
  }
};

TEST_F(RegistrationTest, ACodeMakesADeviceThatIsNotActiveYet) {
  const auto code = ask();
  ASSERT_TRUE(code);
  EXPECT_EQ(code->code().size(), 6u);
  EXPECT_EQ(code->digits(), 6u);
  EXPECT_EQ(code->code(), world.ports().codes.last_code(kPhone));
  const auto response = enter(code->code());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->device_id(), 1u);
  EXPECT_EQ(response->device_list_revision(), 1u);
  EXPECT_EQ(response->token().size(), 52u);
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), response->token(), false)));
  const auto inactive = world.run(handlers::authenticate(world.services(), response->token(), true));
  ASSERT_FALSE(inactive);
  EXPECT_EQ(inactive.error().code, wire::kUnauthenticated);
}

TEST_F(RegistrationTest, ADeviceThatNeverBecameActiveMakesRoomForTheNextAndTheActiveOneStays) {
  TestDevice active(world, kPhone);
  ASSERT_TRUE(active.become_active());
  TestDevice stale(world, kPhone);
  ASSERT_TRUE(stale.register_number());
  const wire::PublishKeysRequest late = stale.keys();
  TestDevice next(world, kPhone);
  next.account_key = active.account_key;
  ASSERT_TRUE(next.register_number());
  EXPECT_EQ(next.address, (DeviceAddress{active.address.account, {3}})) << "no id is given twice";

  const auto refused = world.run(handlers::authenticate(world.services(), stale.token, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kUnauthenticated);
  const auto published = stale.publish(late);
  ASSERT_FALSE(published) << "nor can keys that were on their way";
  EXPECT_EQ(published.error().code, wire::kUnauthenticated);
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), active.token, true)));
  ASSERT_TRUE(next.publish(next.keys()));
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), next.token, true)));
  EXPECT_FALSE(world.run(handlers::authenticate(world.services(), active.token, false)))
      << "the list names the next one";
}

TEST_F(RegistrationTest, OnlyTheEchoSenderPutsTheCodeInTheAnswer) {
  world.ports().codes.echo = false;
  const auto code = ask();
  ASSERT_TRUE(code);
  EXPECT_EQ(code->code(), "");
  EXPECT_TRUE(enter(world.ports().codes.last_code(kPhone)));
}

TEST_F(RegistrationTest, ACodeWorksOnceAndForItsNumberOnly) {
  const auto code = ask();
  EXPECT_EQ(world.run(handlers::register_device(world.services(), "a", request_of(code->code(), "", "+491700000009")))
                .error()
                .code,
            wire::kCodeExpired);
  EXPECT_TRUE(enter(code->code()));
  EXPECT_EQ(refused_as(kOtherRequestId, code->code()), wire::kCodeExpired);
}

TEST_F(RegistrationTest, ARequestThatIsMadeAgainBecauseItsAnswerWasLostHasOneDevice_DEVICE_7) {
  const auto code = ask();
  const auto lost = enter(code->code());
  ASSERT_TRUE(lost);
  const auto again = enter(code->code());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->account_id(), lost->account_id());
  EXPECT_NE(again->device_id(), lost->device_id());
  EXPECT_EQ(again->device_list_revision(), 1u);
  EXPECT_FALSE(world.run(handlers::authenticate(world.services(), lost->token(), false))) << "no dead one stays";
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), again->token(), false)));
  const auto record = world.run(world.ports().accounts.load(*AccountId::from_bytes(again->account_id())));
  EXPECT_EQ(record->devices.size(), 1u);
}

TEST_F(RegistrationTest, ACodeThatWasUsedIsOfNoUseToAnotherRequestAndLosesNoTryByIt_DEVICE_7) {
  const auto code = ask();
  const auto first = enter(code->code());
  ASSERT_TRUE(first);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(refused_as(kOtherRequestId, code->code()), wire::kCodeExpired);
    EXPECT_EQ(refused_as(kOtherRequestId, other_than(code->code())), wire::kCodeExpired);
  }
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), first->token(), false))) << "nothing has changed";
  EXPECT_EQ(refused(other_than(code->code())), wire::kWrongCode) << "the id alone is of no use either";
  EXPECT_TRUE(enter(code->code()));
}

TEST_F(RegistrationTest, OfTwoRequestsWithOneCodeAtOnceOneIsLetIn_DEVICE_7) {
  const auto code = ask();
  world.ports().accounts.faults.hold();
  std::vector<std::optional<Outcome<wire::RegistrationResponse>>> answers(2);
  for (size_t i = 0; i < answers.size(); ++i) {
    wire::RegistrationRequest request = request_of(code->code());
    request.set_request_id(i == 0 ? kRequestId : kOtherRequestId);
    world.loops.begin(0, handlers::register_device(world.services(), "192.0.2.1", request), answers[i]);
  }
  for (int call = 0; call < 2; ++call) {  // both have tried the code, before one uses it
    world.loops.settle();
    world.ports().accounts.faults.release_one();
  }
  world.loops.settle();
  world.ports().accounts.faults.release();
  world.loops.settle();
  ASSERT_TRUE(answers[0] && answers[1]);
  EXPECT_NE(answers[0]->has_value(), answers[1]->has_value());
  for (const auto& answer : answers) {
    if (!*answer) {
      EXPECT_EQ(answer->error().code, wire::kCodeExpired);
    }
  }
}

TEST_F(RegistrationTest, ACodeIsOverWhenItsDeviceIsActive_DEVICE_7) {
  const auto code = ask();
  const auto response = enter(code->code());
  ASSERT_TRUE(response);
  TestDevice device(world, kPhone);
  device.address = {*AccountId::from_bytes(response->account_id()), {response->device_id()}};
  ASSERT_TRUE(device.publish(device.keys()));
  EXPECT_EQ(refused(code->code()), wire::kCodeExpired);
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), response->token(), true)));
}

TEST_F(RegistrationTest, ACodeThatCantBeMarkedAsUsedLetsNobodyInAndIsLeft_DEVICE_7) {
  const auto code = ask();
  world.ports().accounts.faults.hold();
  std::optional<Outcome<wire::RegistrationResponse>> answer;
  world.loops.begin(0, handlers::register_device(world.services(), "192.0.2.1", request_of(code->code())), answer);
  for (int call = 0; call < 2; ++call) {  // the code; whose account is it?
    world.loops.settle();
    world.ports().accounts.faults.release_one();
  }
  world.loops.settle();
  world.ports().accounts.faults.fail_next(StoreError::kFull);
  world.ports().accounts.faults.release();
  world.loops.settle();
  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(world.run(world.ports().accounts.find_by_handle(*Handle::from_text(kPhone))).error(),
            StoreError::kNotFound);
  EXPECT_TRUE(enter(code->code()));
}

TEST_F(RegistrationTest, ACodeExpires) {
  const auto code = ask();
  world.loops.pass(599'000);
  EXPECT_EQ(refused(other_than(code->code())), wire::kWrongCode);
  world.loops.pass(1'000);
  EXPECT_EQ(refused(code->code()), wire::kCodeExpired);
}

TEST_F(RegistrationTest, ANewCodeReplacesTheOneBefore) {
  const auto first = ask();
  const auto second = ask();
  if (first->code() != second->code()) {
    EXPECT_EQ(refused(first->code()), wire::kWrongCode);
  }
  EXPECT_TRUE(enter(second->code()));
}

TEST_F(RegistrationTest, FiveWrongTriesEndACode) {  // [LIMIT-1]
  const auto code = ask();
  const std::string wrong = other_than(code->code());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(refused(wrong), wire::kWrongCode);
  EXPECT_EQ(refused(wrong), wire::kTooManyAttempts);
  EXPECT_EQ(refused(code->code()), wire::kTooManyAttempts);
  EXPECT_TRUE(enter(ask()->code()));
}

TEST_F(RegistrationTest, TriesSideBySideDoNotShareAnAttempt) {  // [LIMIT-1]
  const auto code = ask();
  world.ports().accounts.faults.hold();
  std::vector<std::optional<Outcome<wire::RegistrationResponse>>> answers(20);
  for (auto& answer : answers) {
    world.loops.begin(0, handlers::register_device(world.services(), "192.0.2.1", request_of(other_than(code->code()))),
                      answer);
  }
  world.loops.settle();
  world.ports().accounts.faults.release();
  world.loops.settle();
  size_t wrong = 0, too_many = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && !*answer);
    wrong += (*answer).error().code == wire::kWrongCode ? 1 : 0;
    too_many += (*answer).error().code == wire::kTooManyAttempts ? 1 : 0;
  }
  EXPECT_EQ(wrong, 4u) << "the fifth is told that it was the last";
  EXPECT_EQ(too_many, 16u);
}

TEST_F(RegistrationTest, CodesAreLimitedByNumber) {  // [LIMIT-1]
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask());
  const auto fourth = ask();
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().code, wire::kRateLimited);
  EXPECT_GT(fourth.error().retry_after_ms, 0u);
  EXPECT_LE(fourth.error().retry_after_ms, 30'000u);
  world.loops.pass(fourth.error().retry_after_ms);
  EXPECT_TRUE(ask());
  EXPECT_TRUE(ask("+491700000002"));
  int more = 0;
  for (int i = 0; i < 20; ++i) {
    world.loops.pass(30'000);
    if (ask()) ++more;
  }
  EXPECT_LE(more, 8);  // ten an hour
}

TEST_F(RegistrationTest, CodesAreLimitedByAddressButNotOnLoopback) {  // [LIMIT-1]
  int given = 0;
  for (int i = 0; i < 150; ++i) given += ask("+4917000" + std::to_string(10000 + i), "192.0.2.1").has_value() ? 1 : 0;
  EXPECT_EQ(given, 100);
  EXPECT_TRUE(ask("+491700020000", "192.0.2.2"));
  for (int i = 0; i < 150; ++i) EXPECT_TRUE(ask("+4917000" + std::to_string(30000 + i), "127.0.0.1"));
}

TEST_F(RegistrationTest, CodesAreTriedSoOftenFromOneAddressButNotOnLoopback) {  // [LIMIT-1]
  const auto attempt = [&](int number, const std::string& address) {
    const auto request = request_of("123456", "", "+4917000" + std::to_string(10000 + number));
    return world.run(handlers::register_device(world.services(), address, request)).error();
  };
  const auto burst = static_cast<int>(RateSettings().register_from_address.burst);
  for (int i = 0; i < burst; ++i) ASSERT_EQ(attempt(i, "192.0.2.1").code, wire::kCodeExpired) << i;
  EXPECT_EQ(attempt(burst, "192.0.2.1").code, wire::kRateLimited);
  EXPECT_GT(attempt(burst, "192.0.2.1").retry_after_ms, 0u);
  EXPECT_EQ(attempt(burst, "192.0.2.2").code, wire::kCodeExpired);
  for (int i = 0; i <= burst; ++i) ASSERT_EQ(attempt(i, "127.0.0.1").code, wire::kCodeExpired) << i;
}

TEST_F(RegistrationTest, NamesWhatIsWrong) {
  EXPECT_EQ(ask("12345").error().code, wire::kInvalidHandle);
  EXPECT_EQ(ask("12345").error().detail, "handle");
  EXPECT_EQ(enter("", "").error().code, wire::kInvalidArgument);
  EXPECT_EQ(enter("123456", "", "x").error().code, wire::kInvalidHandle);
  EXPECT_EQ(refused_as(Bytes(15, 'r'), "123456"), wire::kInvalidArgument);
  EXPECT_EQ(refused("123456"), wire::kCodeExpired);  // never asked for
  world.ports().codes.faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(ask().error().code, wire::kUnavailable);
}

TEST_F(RegistrationTest, AnEmailAddressIsProvedAsANumberIsAndAUsernameIsNot) {  // [HANDLE-1]
  wire::CodeRequest asking;
  asking.mutable_handle()->set_email("Ana@Example.org");
  const auto code = world.run(handlers::request_code(world.services(), "192.0.2.1", asking));
  ASSERT_TRUE(code);
  EXPECT_EQ(code->code(), world.ports().codes.last_code("ana@example.org"));
  wire::RegistrationRequest entering = request_of(code->code());
  entering.mutable_handle()->set_email("ana@example.org");
  const auto response = world.run(handlers::register_device(world.services(), "192.0.2.1", entering));
  ASSERT_TRUE(response);
  const auto account = world.run(world.ports().accounts.find_by_handle(*Handle::from_text("ana@example.org")));
  EXPECT_EQ(account->id.bytes(), response->account_id());

  asking.mutable_handle()->set_username("ana");
  EXPECT_EQ(world.run(handlers::request_code(world.services(), "192.0.2.1", asking)).error().code,
            wire::kInvalidHandle);
  entering.mutable_handle()->set_username("ana");
  EXPECT_EQ(world.run(handlers::register_device(world.services(), "192.0.2.1", entering)).error().code,
            wire::kInvalidHandle);
}

TEST_F(RegistrationTest, WhoeverProvesAnyHandleOfAnAccountGetsADeviceInIt) {  // [HANDLE-1] [DEVICE-3]
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  const AccountId account = device.address.account;
  const Handle second = *Handle::from_text("+491700000002");
  ASSERT_TRUE(world.run(world.ports().accounts.add_handle(account, second, AccountStore::Place::kLast)));
  TestDevice other(world, second.text());
  ASSERT_TRUE(other.register_number());
  EXPECT_EQ(other.address, (DeviceAddress{account, {2}}));
}

TEST_F(RegistrationTest, AHandleThatMovesMeanwhileLetsNobodyPastThePinOfItsNewAccount) {
  TestDevice ana(world, kPhone);
  TestDevice ben(world, "+491700000002");
  ASSERT_TRUE(ana.become_active());
  ASSERT_TRUE(ben.become_active());
  set_pin(ben, "2468");
  const auto code = ask();
  auto& accounts = world.ports().accounts;
  const Handle handle = *Handle::from_text(kPhone);
  accounts.faults.hold();
  std::optional<Outcome<wire::RegistrationResponse>> answer;
  world.loops.begin(0, handlers::register_device(world.services(), "192.0.2.1", request_of(code->code())), answer);
  world.loops.settle();
  accounts.faults.release_one();  // the code
  world.loops.settle();
  std::optional<Result<AccountRecord, StoreError>> removed, added;
  world.loops.begin(0, accounts.remove_handle(ana.address.account, handle), removed);
  world.loops.begin(0, accounts.add_handle(ben.address.account, handle, AccountStore::Place::kLast), added);
  world.loops.settle();
  accounts.faults.release_one();  // whose account is it?
  world.loops.settle();
  accounts.faults.release();
  world.loops.settle();
  ASSERT_TRUE(removed && *removed && added && *added);
  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error().code, wire::kUnavailable);
  EXPECT_EQ(refused(code->code()), wire::kPinRequired) << "the code is left";
  EXPECT_EQ(enter(code->code(), "2468")->account_id(), ben.address.account.bytes());
}

TEST_F(RegistrationTest, ARegistrationPinIsAskedForAndAWrongOneLeavesTheCode) {
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  set_pin(device, "2468");
  const auto code = ask();
  EXPECT_EQ(refused(code->code()), wire::kPinRequired);
  EXPECT_EQ(refused(code->code(), "1111"), wire::kWrongPin);
  const auto response = enter(code->code(), "2468");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->account_id(), device.address.account.bytes());
  EXPECT_EQ(response->device_id(), 2u);
  EXPECT_EQ(response->device_list_revision(), 2u);
  EXPECT_EQ(refused(code->code()), wire::kPinRequired) << "of the same request made again as well";
  EXPECT_EQ(refused(code->code(), "1111"), wire::kWrongPin);
  EXPECT_EQ(enter(code->code(), "2468")->device_id(), 3u);
}

TEST_F(RegistrationTest, WrongPinsAreCountedOverADay) {  // [LIMIT-1]
  HandlersWorld::Options options;
  options.handlers.pin_attempts_max = 3;
  HandlersWorld strict(options);
  TestDevice device(strict, kPhone);
  ASSERT_TRUE(device.become_active());
  wire::PinRequest pin;
  pin.set_pin("2468");
  ASSERT_TRUE(strict.run(handlers::set_pin(strict.services(), device.address, pin)));
  const auto try_pin = [&](const std::string& text) {
    wire::CodeRequest ask;
    ask.mutable_handle()->set_phone(kPhone);
    strict.loops.pass(60'000);
    const auto code = strict.run(handlers::request_code(strict.services(), "192.0.2.1", ask));
    return strict.run(handlers::register_device(strict.services(), "192.0.2.1", request_of(code->code(), text)));
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(try_pin("0000").error().code, wire::kWrongPin);
  const auto late = try_pin("2468");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, wire::kTooManyAttempts);
  EXPECT_GT(late.error().retry_after_ms, 1000u);
  strict.loops.pass(late.error().retry_after_ms);
  EXPECT_TRUE(try_pin("2468"));
  EXPECT_TRUE(try_pin("2468")) << "right ones do not count";
  EXPECT_EQ(try_pin("0000").error().code, wire::kWrongPin);
  EXPECT_EQ(try_pin("0000").error().code, wire::kTooManyAttempts) << "one was forgiven, and is spent";
}

// What is not on the disk would be forgiven by a restart, so it counts before it is tried.
TEST_F(RegistrationTest, APinIsNotTriedUncounted) {
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  set_pin(device, "2468");
  const auto code = ask();
  world.ports().accounts.fail_pin_tries = true;
  EXPECT_EQ(refused(code->code(), "1111"), wire::kUnavailable);
  EXPECT_EQ(refused(code->code(), "2468"), wire::kUnavailable);
  world.ports().accounts.fail_pin_tries = false;
  EXPECT_TRUE(enter(code->code(), "2468"));
}

TEST_F(RegistrationTest, PinsHaveALengthAndCanBeRemoved) {
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  for (const std::string& bad : {std::string("123"), std::string(65, '1'),
                                 std::string("12\xff"
                                             "45")}) {
    wire::PinRequest request;
    request.set_pin(bad);
    const auto outcome = world.run(handlers::set_pin(world.services(), device.address, request));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, wire::kInvalidArgument);
    EXPECT_EQ(outcome.error().detail, "pin");
  }
  set_pin(device, "1234");
  set_pin(device, "");
  EXPECT_TRUE(enter(ask()->code()));
}

TEST_F(RegistrationTest, SettingThePinHasARateOfItsOwn) {  // [LIMIT-1]
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  wire::PinRequest request;
  request.set_pin("1234");
  const auto set = [&] { return world.run(handlers::set_pin(world.services(), device.address, request)); };
  for (uint32_t i = 0; i < RateSettings().pin_write.burst; ++i) EXPECT_TRUE(set());
  const auto refused = set();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0u);
  wire::Profile profile;
  profile.set_name("Ana");
  EXPECT_TRUE(world.run(handlers::put_profile(world.services(), device.address, profile)))
      << "nothing else waits for it";
}

TEST_F(RegistrationTest, ATokenIsCheckedWhole) {
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), device.token, true)));
  for (const size_t at : {size_t{0}, size_t{19}, size_t{20}, size_t{51}}) {
    Bytes token = device.token;
    token[at] = static_cast<char>(token[at] ^ 1);
    const auto outcome = world.run(handlers::authenticate(world.services(), token, false));
    ASSERT_FALSE(outcome) << at;
    EXPECT_EQ(outcome.error().code, at == 0 ? wire::kUnknownDevice : wire::kUnauthenticated) << at;
  }
  EXPECT_FALSE(world.run(handlers::authenticate(world.services(), device.token.substr(1), false)));
}

TEST_F(RegistrationTest, ADeviceThatWasEndedIsToldApartFromOneThatWasNeverHere_IDENTITY_7) {
  TestDevice device(world, kPhone);
  ASSERT_TRUE(device.become_active());
  const auto refused = [this](Bytes token) {
    const auto outcome = world.run(handlers::authenticate(world.services(), std::move(token), false));
    EXPECT_FALSE(outcome);
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  };
  Bytes of_the_next_device = device.token;
  ++of_the_next_device[19];
  EXPECT_EQ(refused(of_the_next_device), wire::kUnknownDevice) << "a later registration that this server has lost";
  TestDevice newer(world, kPhone);
  newer.account_key = device.account_key;
  ASSERT_TRUE(newer.become_active());
  EXPECT_EQ(refused(device.token), wire::kUnauthenticated) << "ended by the other";
  EXPECT_EQ(refused(of_the_next_device), wire::kUnauthenticated) << "known now, with another secret";
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), newer.token, true)));
}

TEST_F(RegistrationTest, TheServerSaysWhichItIs_IDENTITY_7) {
  const auto response = enter(ask()->code());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->server_id(), world.services().settings.server_id.bytes());
  EXPECT_EQ(response->server_id().size(), 16u);
}

TEST(RateLimits, RefillSteadilyAndTellWhen) {  // [LIMIT-1]
  VirtualClock clock;
  RateSettings settings;
  settings.typing = {3, 100};
  LocalRateLimits limits(clock, settings);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.take(Limit::kTyping, "a"), 0u);
  EXPECT_EQ(limits.take(Limit::kTyping, "a"), 100u);
  EXPECT_EQ(limits.take(Limit::kTyping, "b"), 0u);
  clock.pass(100);
  EXPECT_EQ(limits.peek(Limit::kTyping, "a"), 0u);
  EXPECT_EQ(limits.take(Limit::kTyping, "a"), 0u);
  EXPECT_EQ(limits.take(Limit::kTyping, "a", 2), 200u);
  clock.pass(10'000);
  EXPECT_EQ(limits.take(Limit::kTyping, "a", 3), 0u);
  EXPECT_EQ(limits.take(Limit::kTyping, "a"), 100u);
}

TEST(RateLimits, KeepABoundedNumberOfBuckets) {  // [LIMIT-1]
  VirtualClock clock;
  RateSettings settings;
  settings.buckets_max = 16 * 8;
  settings.typing = {1, 1000};
  LocalRateLimits limits(clock, settings);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(limits.take(Limit::kTyping, std::to_string(i)), 0u);
  EXPECT_LE(limits.bucket_count(), settings.buckets_max);
}

TEST(RateLimits, KeepNoBucketThatIsFullAgainForLong) {  // [LIMIT-1]
  VirtualClock clock;
  RateSettings settings;
  settings.typing = {1, 1000};
  LocalRateLimits limits(clock, settings);
  for (int second = 0; second < 100; ++second, clock.pass(1000)) {
    for (int i = 0; i < 500; ++i)
      EXPECT_EQ(limits.take(Limit::kTyping, std::to_string(second) + "/" + std::to_string(i)), 0u);
  }
  EXPECT_LE(limits.bucket_count(), 16u * 128u) << "of 50,000 that came";
}

}  // namespace
}  // namespace kith::testing
