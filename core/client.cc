// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/client.h"

#include <span>

#include "core/engine.h"
#include "core/host_transfers.h"
#include "core/requests.h"
#include "core/store/erase.h"
#include "core/store/migrations.h"

namespace kith::core {

namespace {
constexpr uint64_t kTryAgainMs = 1000;  // when not even reading the database works

FailureCode::Code code_of(StoreError error) {
  return error == StoreError::kFull ? FailureCode::kDiskFull : FailureCode::kStorage;
}

// The host's clock, read once for each input: what comes of it all has one time.
class InputClock final : public Clock {
 public:
  explicit InputClock(const Clock& host) : host_(host) { read(); }
  void read() {
    now_ = host_.now();
    monotonic_ = host_.monotonic();
  }
  [[nodiscard]] UnixMicros now() const override { return now_; }
  [[nodiscard]] MonotonicMs monotonic() const override { return monotonic_; }

 private:
  const Clock& host_;
  UnixMicros now_;
  MonotonicMs monotonic_;
};
}  // namespace

struct Client::Impl {
  Impl(Database& opened, Clock& host_clock, RandomSource& the_random)
      : database(opened), clock(host_clock), random(the_random) {}

  // Reads the state from the database. An error: it can't be read now.
  Result<void, StoreError> start_engine(const HostFacts& facts) {
    Transaction transaction(database);
    engine = std::make_unique<Engine>(database, clock, random, output, facts);
    auto committed = transaction.commit();
    if (!committed) engine.reset();
    return committed;
  }

  void work(const client_api::Input& input) {
    switch (input.kind_case()) {
      case client_api::Input::kRequest: dispatch(*engine, input.request()); break;
      case client_api::Input::kSocketOpened: engine->connection.on_opened(input.socket_opened().socket()); break;
      case client_api::Input::kSocketFrame:
        for (const std::string& frame : input.socket_frame().frames())
          engine->connection.on_frame(input.socket_frame().socket(), frame);
        break;
      case client_api::Input::kSocketClosed: engine->connection.on_closed(input.socket_closed().socket()); break;
      case client_api::Input::kHttpResponse:
        if (!engine->files.on_response(input.http_response())) engine->http.on_response(input.http_response());
        break;
      case client_api::Input::kHttpProgress: engine->files.on_progress(input.http_progress()); break;
      case client_api::Input::kFileFetched: engine->files.on_fetched(input.file_fetched()); break;
      case client_api::Input::kFilesFound: engine->files.on_found(input.files_found()); break;
      case client_api::Input::kNetworkChanged:
        engine->connection.on_network_changed(input.network_changed().online());
        break;
      case client_api::Input::kTick:
      case client_api::Input::KIND_NOT_SET: break;
    }
    keep_answers();  // the next input may be the same change again
  }

  void keep_answers() {
    for (const auto& [change, response] : output.take_answers())
      engine->store.answers.add(change, response.SerializeAsString());
  }

  // An error: it is rolled back.
  Result<void, StoreError> work_in_transaction(std::span<const client_api::Input> inputs) {
    Transaction transaction(database);
    for (const client_api::Input& input : inputs) work(input);
    engine->timers.run_due(clock.monotonic());
    engine->settle();
    keep_answers();
    return transaction.commit();
  }

  // As a crash and a new start would do it, but for what the host knows.
  void start_anew(const HostFacts& facts, FailureCode::Code why, std::vector<client_api::Action>& actions) {
    kept = facts;
    engine.reset();
    output.discard(actions, why);
    if (host_socket != 0) output.add().mutable_close_socket()->set_socket(host_socket);
    for (const uint32_t call : host_transfers.under_way()) output.add().mutable_http_cancel()->set_call(call);
    if (start_engine(kept).has_value()) {
      engine->resume(kept);
      engine->changes.flush();
    }
    output.release(actions);
  }

  // LINK-6. When it fails it is done with the next input.
  void erase(std::vector<client_api::Action>& actions) {
    HostFacts facts = engine->facts();
    facts.wants_connection = false;
    facts.watched.clear();
    facts.removed = true;
    Transaction transaction(database);
    std::vector<client_api::Action> removed;
    engine->files.remove_all(removed);
    erase_everything(database);
    if (!transaction.commit()) return;
    (void)database.execute("PRAGMA wal_checkpoint(TRUNCATE)").has_value();
    start_anew(facts, FailureCode::kDeviceEnded, actions);
    actions.insert(actions.end(), removed.begin(), removed.end());
  }

  void note(const client_api::Input& input) {
    host_transfers.note(input);
    if (input.kind_case() == client_api::Input::kTick) told_deadline = UINT64_MAX;  // the host waits for nothing now
    if (input.kind_case() == client_api::Input::kRequest) output.request_came(input.request().id());
    if (input.kind_case() == client_api::Input::kSocketClosed && input.socket_closed().socket() == host_socket)
      host_socket = 0;
  }

  void handle(std::span<const client_api::Input> inputs, std::vector<client_api::Action>& actions) {
    clock.read();
    const size_t before = actions.size();
    for (const client_api::Input& input : inputs) note(input);
    const auto started = engine ? Result<void, StoreError>() : start_engine(kept);
    if (!started) {
      kept.storage_failure = code_of(started.error());
      output.discard(actions, kept.storage_failure);
    } else if (const auto committed = work_in_transaction(inputs); committed) {
      output.release(actions);
      if (engine->is_removed) erase(actions);
    } else {
      HostFacts facts = engine->facts();
      facts.storage_failure = code_of(committed.error());
      start_anew(facts, facts.storage_failure, actions);
    }
    follow_host(actions, before);
    tell_deadline(actions);
    if (database.damaged()) database.mark_damaged();
  }

  // What the host has open, by the actions that really reach it.
  void follow_host(const std::vector<client_api::Action>& actions, size_t from) {
    for (size_t i = from; i < actions.size(); ++i) {
      host_transfers.note(actions[i]);
      if (actions[i].has_open_socket()) host_socket = actions[i].open_socket().socket();
      if (actions[i].has_close_socket()) host_socket = 0;
    }
  }

  void tell_deadline(std::vector<client_api::Action>& actions) {
    const auto next =
        engine ? engine->timers.next() : std::optional(MonotonicMs{clock.monotonic().value + kTryAgainMs});
    const uint64_t deadline = next ? next->value : 0;
    if (deadline == told_deadline) return;
    told_deadline = deadline;
    actions.emplace_back().mutable_wake_at()->set_monotonic_ms(deadline);
  }

  Database& database;
  InputClock clock;
  RandomSource& random;
  Output output;
  std::unique_ptr<Engine> engine;  // absent while the database can't be read
  HostFacts kept;
  uint32_t host_socket = 0;
  HostTransfers host_transfers;
  uint64_t told_deadline = 0;
};

Result<std::unique_ptr<Client>, OpenError> Client::open(Database& database, Clock& clock, RandomSource& random,
                                                        const Rebuilt* rebuilt) {
  if (const auto migrated = migrate(database); !migrated) {
    switch (migrated.error()) {
      case MigrateError::kNewer: return Fail(OpenError::kNewer);
      case MigrateError::kCorrupt: return Fail(OpenError::kCorrupt);
      case MigrateError::kStorage: return Fail(OpenError::kStorage);
      case MigrateError::kFull: return Fail(OpenError::kFull);
    }
  }
  auto impl = std::make_unique<Impl>(database, clock, random);
  if (rebuilt != nullptr) impl->kept.rebuilt = *rebuilt;
  const auto started = impl->start_engine(impl->kept);
  if (started) impl->engine->changes.state_is_known();
  if (database.damaged()) return Fail(OpenError::kCorrupt);
  if (!started) return Fail(started.error() == StoreError::kFull ? OpenError::kFull : OpenError::kStorage);
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

void Client::handle(const client_api::Input& input, std::vector<client_api::Action>& actions) {
  impl_->handle({&input, 1}, actions);
}

void Client::handle_together(const std::vector<client_api::Input>& inputs, std::vector<client_api::Action>& actions) {
  impl_->handle(inputs, actions);
}

bool Client::damaged() const { return impl_->database.damaged(); }

}  // namespace kith::core
