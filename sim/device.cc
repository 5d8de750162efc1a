// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/device.h"

#include <sqlite3.h>

#include "core/store/files_table.h"
#include "sim/frame_text.h"
#include "sim/mutated_core.h"
#include "wire/frames.pb.h"

namespace kith::sim {
namespace {

constexpr const char* kFile = "kith.db";
constexpr uint64_t kTryAgainUs = 1'000'000;

// SQLite knows disks by names, which are the process's: no two may have the same.
std::string disk_name() {
  static uint64_t count = 0;
  return "sim-" + std::to_string(++count);
}

}  // namespace

Device::Device(Surroundings surroundings, std::string name, Mutation mutation)
    : clock(surroundings.scheduler),
      on_(surroundings),
      name_(std::move(name)),
      mutation_(mutation),
      disk_(disk_name()) {}

Device::~Device() {
  client_.reset();
  database_.reset();
}

void Device::reseed(uint64_t seed, uint64_t stream) {
  random_.reseed(seed, stream);
  dice_.reseed(seed, stream + 1);
}

// ---------------------------------------------------------------- the program's life

void Device::start() {
  if (client_ || stays_off_) return;
  on_.trace.note(on_.scheduler.now(), name_, "starts");
  ++start_number_;
  clock.boot(dice_.between(1, 1'000'000'000) * 1000);
  auto database = core::Database::open(kFile, disk_.name());
  if (database) {
    auto client = core::Client::open(**database, clock, random_);
    if (client) {
      database_ = std::move(*database);
      client_ = std::move(*client);
      mutate(*database_, mutation_);
      begin_keeping(*database_);
      if (on_start) on_start();
      if (!(files_.whole.empty() && files_.parts.empty()) && dice_.percent(50)) ask_about_files();
      return;
    }
    if (client.error() == core::OpenError::kCorrupt) on_.witness.broken(name_ + ": its database is corrupt");
  } else if (database.error() == core::StoreError::kCorrupt) {
    on_.witness.broken(name_ + ": its database is corrupt");
  }
  on_.trace.note(on_.scheduler.now(), name_, "can't start");
  disk_.stop_failing();
  on_.scheduler.after(kTryAgainUs, [this] { start(); });
}

void Device::crash(bool power) {
  on_.trace.note(on_.scheduler.now(), name_, power ? "loses power" : "is killed");
  tell_kept();
  plan_ = {};
  ++start_number_;
  ++ticket_;
  ++wake_ticket_;
  step_soon_ = false;
  host_.forget();
  requests_.clear();
  transfers_.clear();
  if (link_) {
    // A program's sockets are closed by its system; a machine without power says nothing.
    if (power) {
      link_->leave(End::kDevice);
    } else {
      link_->close(End::kDevice);
    }
    link_.reset();
  }
  socket_ = 0;
  client_.reset();
  if (power) {
    const uint64_t luck = dice_.below(3);
    disk_.crash([&](size_t size) {
      return luck == 0 ? size_t{0} : luck == 1 ? size : static_cast<size_t>(dice_.below(size + 1));
    });
    for (auto& [name, part] : files_.parts) part.resize(dice_.below(part.size() + 1));
  } else {
    disk_.crash([](size_t size) { return size; });
  }
  database_.reset();
}

bool Device::put_back() {
  if (copy_.empty()) return false;
  if (client_) crash(false);
  disk_.put_back(copy_);
  files_ = copied_files_;
  return true;
}

void Device::tell_kept() {
  if (database_) on_.witness.kept(name_, take_kept(*database_));
}

void Device::crash_after(uint64_t count, bool power, uint64_t down_us) {
  plan_ = {steps + count, UINT64_MAX, power, down_us};
}

void Device::crash_at_write(uint64_t writes, uint64_t down_us) {
  plan_ = {UINT64_MAX, disk_.operations() + writes, true, down_us};
  disk_.fail_after(writes, SQLITE_IOERR_WRITE, true);
}

void Device::forget_plans() {
  plan_ = {};
  disk_.stop_failing();
}

// ---------------------------------------------------------------- steps

void Device::wake() {
  if (!client_) return host_.forget();  // what comes for a program that has ended
  if (step_soon_ || (!host_.has_input() && !host_.has_action())) return;
  step_soon_ = true;
  on_.scheduler.after(dice_.between(1, 50), [this, ticket = ++ticket_] { take_step(ticket); });
}

void Device::take_step(uint64_t ticket) {
  if (ticket != ticket_ || !client_) return;
  step_soon_ = false;
  if (steps >= plan_.at_step) {
    const Plan plan = plan_;
    crash(plan.power);
    on_.scheduler.after(plan.down_us, [this] { start(); });
    return;
  }
  ++steps;
  if (host_.has_action()) {
    host_.carry_out();
  } else if (host_.has_input()) {
    hand_in();
  }
  wake();
}

void Device::hand_in() {
  mutate_before_input(*database_, mutation_);
  host_.hand_in(*client_);
  if (disk_.operations() > plan_.at_write) {
    // It went down in the middle of this: nothing of what the core answered was ever seen.
    const uint64_t down_us = plan_.down_us;
    crash(true);
    on_.scheduler.after(down_us, [this] { start(); });
  }
}

// ---------------------------------------------------------------- actions

void Device::respond(client_api::Response response) {
  const auto waiting = requests_.extract(response.id());
  if (!waiting) return on_.witness.broken(name_ + ": a response to no request");
  if (waiting.mapped()) waiting.mapped()(response);
}

void Device::close_socket(uint32_t socket) {
  if (link_ && socket == socket_) {
    link_->close(End::kDevice);
    link_.reset();
  }
  socket_ = 0;
}

void Device::call_http(client_api::HttpCall call) {
  on_.trace.note(on_.scheduler.now(), name_, "calls", call.body(),
                 [&call] { return call.method() + " " + call.url(); });
  on_.network.call(call, [this, start = start_number_, call](uint32_t status, Bytes body) {
    if (start != start_number_ || !client_) return;
    on_.trace.note(on_.scheduler.now(), name_, "HTTP status", status, body);
    host_.http_response(call.call(), status, mutate_answer(*database_, mutation_, call, std::move(body)));
    wake();
  });
}

void Device::wake_at(uint64_t monotonic_ms) {
  const uint64_t ticket = ++wake_ticket_;
  if (monotonic_ms == 0) return;
  on_.scheduler.at(clock.time_of({monotonic_ms}), [this, ticket] {
    if (ticket != wake_ticket_) return;
    host_.tick();
    wake();
  });
}

// ---------------------------------------------------------------- files

std::function<bool()> Device::going(uint32_t call) {
  transfers_.insert(call);
  return [this, start = start_number_, call] { return start == start_number_ && transfers_.contains(call); };
}

void Device::call_with_file(client_api::HttpCall call) {
  const auto file = files_.whole.find(call.body_file());
  if (file == files_.whole.end() || file->second.size() < call.body_offset() + call.body_size())
    return host_.file_fetched(call.call(), client_api::FileFetched::kMissing);
  call.set_body(file->second.substr(call.body_offset(), call.body_size()));
  on_.trace.note(on_.scheduler.now(), name_, "sends of a file", call.body(),
                 [&call] { return call.url() + " from " + std::to_string(call.body_offset()); });
  const uint32_t number = call.call();
  const auto goes_on = going(number);
  on_.network.send_part(std::move(call), goes_on, [this, number, goes_on](uint32_t status, Bytes body) {
    if (!goes_on()) return;
    transfers_.erase(number);
    on_.trace.note(on_.scheduler.now(), name_, "HTTP status", status, body);
    host_.http_response(number, status, std::move(body), status == 0);
    wake();
  });
}

void Device::fetch_file(client_api::FetchFile fetch) {
  const uint64_t there = come_of(fetch);
  if (files_.whole.contains(fetch.file()) || there >= fetch.size())
    return host_.file_fetched(fetch.call(), files_.fetch(fetch, {}));
  client_api::HttpCall get;
  get.set_method("GET");
  get.set_url(fetch.url());
  get.set_bearer(fetch.bearer());
  if (there != 0) {
    client_api::HttpField& range = *get.add_fields();
    range.set_name("Range");
    range.set_value("bytes=" + std::to_string(there) + "-");
  }
  on_.trace.note(on_.scheduler.now(), name_, "fetches " + fetch.file(), there);
  on_.network.fetch(get, [this, fetch, goes_on = going(fetch.call())](uint32_t status, const Bytes& piece, bool last) {
    if (goes_on()) take_piece(fetch, status, piece, last);
  });
}

void Device::take_piece(const client_api::FetchFile& fetch, uint32_t status, const Bytes& piece, bool last) {
  const bool is_file = status == 200 || status == 206;
  on_.trace.note(on_.scheduler.now(), name_, "gets of a file", status, piece);
  if (is_file) files_.parts[fetch.file()] += piece;
  if (!last) {
    host_.http_progress(fetch.call(), come_of(fetch));
  } else {
    transfers_.erase(fetch.call());
    const auto outcome = is_file       ? look_at(fetch)
                         : status == 0 ? client_api::FileFetched::kBrokeOff
                                       : client_api::FileFetched::kRefused;
    host_.file_fetched(fetch.call(), outcome, is_file ? 0 : status);
  }
  wake();
}

uint64_t Device::come_of(const client_api::FetchFile& fetch) const {
  const auto part = files_.parts.find(fetch.file());
  return part == files_.parts.end() ? 0 : part->second.size();
}

client_api::FileFetched::Outcome Device::look_at(const client_api::FetchFile& fetch) {
  Bytes& part = files_.parts[fetch.file()];
  if (mutation_ == Mutation::kTakeAnyFile && part.size() >= fetch.size()) {
    files_.whole[fetch.file()] = std::exchange(part, "");
    files_.parts.erase(fetch.file());
  }
  return files_.fetch(fetch, {});
}

void Device::remove_file(std::string file) {
  on_.trace.note(on_.scheduler.now(), name_, "removes " + file);
  files_.whole.erase(file);
  files_.parts.erase(file);
}

bool Device::moves_files() {
  if (!database_) return false;
  using core::FileState;
  core::FilesTable table(*database_);
  return !table.moving(FileState::kSending, 1).empty() || !table.moving(FileState::kFetching, 1).empty() ||
         !table.moving(FileState::kDeleting, 1).empty();
}

void Device::ask_about_files() {
  client_api::Input input;
  for (const auto& [name, bytes] : files_.whole) input.mutable_files_found()->add_files(name);
  for (const auto& [name, bytes] : files_.parts) input.mutable_files_found()->add_files(name);
  if (!client_ || input.files_found().files().empty()) return;
  host_.input(std::move(input));
  wake();
}

void Device::open_socket(uint32_t socket, std::string /*url*/) {
  socket_ = socket;
  on_.network.connect([this, socket, start = start_number_](std::shared_ptr<Link> link) {
    const bool late = start != start_number_ || socket != socket_;
    if (!link) {
      if (!late) tell_closed(socket);
      return;
    }
    link->listen(End::kDevice, {[this, socket](Bytes bytes) { receive(socket, std::move(bytes)); },
                                [this, socket] { tell_closed(socket); }});
    if (late) return link->close(End::kDevice);
    link_ = std::move(link);
    reader_ = wire::WebSocketReader();
    host_.socket_opened(socket);
    wake();
  });
}

void Device::tell_closed(uint32_t socket) {
  if (socket != socket_) return;
  on_.trace.note(on_.scheduler.now(), name_, "connection closed", socket);
  link_.reset();
  socket_ = 0;
  host_.socket_closed(socket);
  wake();
}

void Device::send_frame(uint32_t socket, Bytes payload) {
  if (!link_ || socket != socket_) return;
  wire::ClientFrame frame;
  if (!frame.ParseFromString(payload)) return on_.witness.broken(name_ + " sends what is no frame");
  if (frame.has_hello()) positions_.hello(Position{frame.hello().confirmed_position()});
  if (frame.has_redeliver()) positions_.redeliver(Position{frame.redeliver().after_position()});
  if (frame.has_send()) on_.witness.sent(name_, frame.send());
  for (const wire::Send& send : frame.sends().sends()) on_.witness.sent(name_, send);
  on_.trace.note(on_.scheduler.now(), name_, "sends", payload, [&frame] { return frame_text(frame); });
  uint8_t key[4];
  dice_.fill(reinterpret_cast<char*>(key), sizeof key);
  Bytes bytes;
  wire::append_frame_header(bytes, wire::Opcode::kBinary, payload.size(), key);
  wire::apply_mask(payload, key);
  link_->send(End::kDevice, bytes + payload);
}

void Device::receive(uint32_t socket, Bytes bytes) {
  static constexpr wire::WebSocketRules kRules{.masked = false};
  if (socket != socket_) return;
  std::span<char> rest(bytes);
  for (;;) {
    const wire::WebSocketEvent event = reader_.next(rest, kRules);
    if (event.kind == wire::WebSocketEvent::Kind::kNeedMore) return;
    if (event.kind == wire::WebSocketEvent::Kind::kClose) {
      link_->close(End::kDevice);
      return tell_closed(socket);
    }
    if (event.kind != wire::WebSocketEvent::Kind::kMessage)
      return on_.witness.broken(name_ + ": the server breaks RFC 6455");
    wire::ServerFrame frame;
    if (!frame.ParseFromArray(event.payload.data(), static_cast<int>(event.payload.size()))) {
      return on_.witness.broken(name_ + ": the server sends what is no frame");
    }
    on_.trace.note(on_.scheduler.now(), name_, "gets", event.payload, [&frame] { return frame_text(frame); });
    if (const auto wrong = positions_.look(frame)) on_.witness.broken(name_ + ": " + *wrong);
    if (mutation_ == Mutation::kConfirmBeforeCommit) confirm_early(event.payload);
    host_.socket_frame(socket, Bytes(event.payload));
    wake();
  }
}

void Device::confirm_early(BytesView bytes) {
  wire::ServerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || frame.deliver().entries().empty()) return;
  wire::ClientFrame confirm;
  confirm.mutable_confirm()->set_position(frame.deliver().entries(frame.deliver().entries_size() - 1).position());
  send_frame(socket_, confirm.SerializeAsString());
}

// ---------------------------------------------------------------- the user

void Device::request(client_api::Request request, std::function<void(const client_api::Response&)> done) {
  if (!client_) return;
  requests_[host_.request(std::move(request))] = std::move(done);
  wake();
}

void Device::network_changed(bool online) {
  host_.network_changed(online);
  wake();
}

}  // namespace kith::sim
