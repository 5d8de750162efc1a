// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/liar.h"

#include <algorithm>

#include "base/bytes.h"
#include "core/contents.h"
#include "sim/server.h"

namespace kith::sim {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr size_t kSendsKept = 64;
constexpr uint64_t kPressEveryUs = 3 * kSecond;
constexpr uint64_t kHugeRevisions[] = {(uint64_t{1} << 53) - 1, uint64_t{1} << 53, UINT64_MAX};
constexpr size_t kAskedMax = 64;
constexpr wire::ErrorCode kTurnedAway[] = {wire::kUnauthenticated, wire::kUnknownDevice, wire::kOtherServer,
                                           wire::kReplaced};

// "/v1/accounts/{account}/devices" → the account.
std::optional<AccountId> account_in(const std::string& url) {
  const size_t at = url.find("/accounts/");
  return at == std::string::npos ? std::nullopt : AccountId::from_hex(url.substr(at + 10, 2 * AccountId::kBytes));
}

std::optional<AccountId> asker_of(const client_api::HttpCall& call) {
  const auto token = from_base64url(call.bearer());
  if (!token || token->size() < AccountId::kBytes) return std::nullopt;
  return AccountId::from_bytes(BytesView(*token).substr(0, AccountId::kBytes));
}

void swap_names(wire::IncomingMessage& one, wire::IncomingMessage& other) {
  std::swap(*one.mutable_message_id(), *other.mutable_message_id());
  const uint64_t number = one.receipt_number();
  one.set_receipt_number(other.receipt_number());
  other.set_receipt_number(number);
}

}  // namespace

// ---------------------------------------------------------------- which lies

void Liar::start(std::vector<Account> accounts, bool grave, bool linked, uint64_t seed) {
  dice_.reseed(seed, 6);
  linked_ = linked;
  accounts_ = std::move(accounts);
  grave_ = grave;
  lies_ = true;
  impostor_ = std::make_unique<Impostor>(dice_.below(UINT64_MAX));
  if (!linked_) return;
  // As they are before anybody has linked a device.
  for (const Account& account : accounts_) {
    const auto record = on_.server.disk.others.accounts.look(account.id);
    if (!record) continue;
    wire::SignedDeviceList list;
    list.set_device_list(record->device_list);
    list.set_signature(record->device_list_signature);
    oldest_lists_.emplace(account.id, std::move(list));
  }
}

void Liar::rest() {
  ++ticket_;
  lies_ = false;
  lists_.clear();
  bundles_.clear();
  own_lists_.clear();
  unknown_.clear();
  denied_.clear();
  names_.clear();
  links_ = false;
}

void Liar::stop() {
  rest();
  numbers_.clear();
  invented_.clear();
  taken_.reset();
}

void Liar::later(std::move_only_function<void()> undo, uint64_t most_us) {
  on_.scheduler.after(dice_.skewed(kSecond, most_us), [this, ticket = ticket_, undo = std::move(undo)]() mutable {
    if (ticket == ticket_) undo();
  });
}

void Liar::lie() {
  if (!lies_) return;
  const Account& account = accounts_[dice_.below(accounts_.size())];
  if (linked_ && dice_.percent(30)) return dice_.percent(50) ? lie_about_links() : replay_list(account);
  switch (dice_.below(grave_ ? 12 : 8)) {
    case 0: return lie_about_list(account);
    case 1:
    case 2: return lie_to_itself(account);
    case 3: return lie_about_bundles(account);
    case 4: return turn_away(account);
    case 5: return repeat_something();
    case 6: return deny_number(account);
    case 7: return lie_about_names(account);
    case 8:
    case 9: return give_number_away(account);
    default: return take_over(account);
  }
}

void Liar::lie_about_list(const Account& account) {
  const auto list = true_list(account.id);
  if (!list) return;
  on_.trace.note(on_.scheduler.now(), "liar", "lies about the devices of " + account.name);
  const auto lie = static_cast<ListLie>(dice_.below(5));
  lists_[account.id] = lie;
  shout(account, lie == ListLie::kHugeRevision ? kHugeRevisions[dice_.below(3)] : list->revision() + 1);
  later([this, id = account.id] { lists_.erase(id); }, 20 * kSecond);
}

void Liar::lie_to_itself(const Account& account) {
  const auto list = true_list(account.id);
  if (!list) return;
  on_.trace.note(on_.scheduler.now(), "liar", "gives " + account.name + " another list of its own");
  // Until the end: whoever sees through it asks again after minutes.
  own_lists_[account.id] =
      dice_.percent(60) ? OwnListLie::kOneMoreDevice : (dice_.percent(50) ? OwnListLie::kOther : OwnListLie::kOlder);
  shout(account, list->revision() + 1);
}

void Liar::replay_list(const Account& account) {
  const auto list = true_list(account.id);
  if (!list) return;
  on_.trace.note(on_.scheduler.now(), "liar", "gives out an old list of the devices of " + account.name);
  lists_[account.id] = ListLie::kOlder;
  shout(account, list->revision() + 1);
  later([this, id = account.id] { lists_.erase(id); }, 20 * kSecond);
}

void Liar::lie_about_links() {
  on_.trace.note(on_.scheduler.now(), "liar", "changes what devices write to be linked");
  links_ = true;
  later([this] { links_ = false; }, 20 * kSecond);
}

void Liar::lie_about_bundles(const Account& account) {
  on_.trace.note(on_.scheduler.now(), "liar", "lies about the prekeys of " + account.name);
  bundles_[account.id] = static_cast<BundleLie>(dice_.below(5));
  later([this, id = account.id] { bundles_.erase(id); }, 20 * kSecond);
}

void Liar::turn_away(const Account& account) {
  on_.trace.note(on_.scheduler.now(), "liar", "does not know " + account.name);
  const wire::ErrorCode code = unknown_[account.id] = kTurnedAway[dice_.below(std::size(kTurnedAway))];
  if (ServerProcess* const process = on_.server.process(); process != nullptr) {
    const size_t home = process->shards().index_of(account.id);
    const auto list = true_list(account.id);
    process->loops[home].post([process, home, id = account.id, list, code] {
      if (!list) return;
      // A session that is there ends in a way that a server has for it; the code comes when the device connects again.
      for (const wire::DeviceList::Device& device : list->devices()) {
        process->shards().at(home).close_session({id, DeviceId{device.device_id()}}, code == wire::kUnauthenticated
                                                                                         ? EndReason::kDeviceEnded
                                                                                         : EndReason::kHomeMoved);
      }
    });
    process->on_ready();
  }
  later([this, id = account.id] { unknown_.erase(id); }, 20 * kSecond);
}

std::optional<wire::ErrorCode> Liar::turns_away(const AccountId& account) const {
  const auto code = unknown_.find(account);
  return code == unknown_.end() ? std::nullopt : std::optional(code->second);
}

void Liar::deny_number(const Account& account) {
  on_.trace.note(on_.scheduler.now(), "liar", "says that nobody has the number of " + account.name);
  denied_.insert(account.phone);
  later([this, phone = account.phone] { denied_.erase(phone); }, 20 * kSecond);
}

void Liar::lie_about_names(const Account& account) {
  on_.trace.note(on_.scheduler.now(), "liar", "gives messages to " + account.name + " out under other names");
  names_[account.id] = {static_cast<NameLie>(dice_.below(4)), static_cast<int>(dice_.between(1, 3))};
  later([this, id = account.id] { names_.erase(id); }, 20 * kSecond);
}

void Liar::give_number_away(const Account& account) {
  const Account& other = accounts_[dice_.below(accounts_.size())];
  const bool swaps = other.id != account.id && dice_.percent(30);
  on_.trace.note(on_.scheduler.now(), "liar",
                 "gives the number of " + account.name + " to " + (swaps ? other.name : "somebody else"));
  const auto [given, is_new] = numbers_.try_emplace(account.phone, swaps ? other.id : dice_.id<AccountId>());
  if (!is_new) return;
  if (!swaps) {
    invented_[given->second] = account.phone;
    if (dice_.percent(50)) introduce(given->second);
  }
  if (dice_.percent(40)) later([this, phone = account.phone] { numbers_.erase(phone); }, 20 * kSecond);
}

void Liar::take_over(const Account& account) {
  if (taking_ || !true_list(account.id)) return;
  taking_ = true;
  // What is written to it from now on does not reach its own device: that is what can be asked for.
  turn_away(account);
  on_.scheduler.after(dice_.between(2, 12) * kSecond, [this, account] { seize(account); });
}

void Liar::seize(const Account& account) {
  const auto list = true_list(account.id);
  if (!lies_ || !list) return;
  turn_away(account);
  on_.trace.note(on_.scheduler.now(), "liar", "takes the account of " + account.name + " over");
  taken_ = account;
  written_.clear();
  for (const auto& [from, send] : sends_) {
    const auto id = MessageId::from_bytes(send.message_id());
    if (id && send.account().account_id() == account.id.view())
      written_.push_back({from, *id, send.account().receipt_number()});
  }
  shout(account, list->revision() + 1);
  on_.scheduler.after(kPressEveryUs, [this] { press(); });
}

// ---------------------------------------------------------------- what it does by itself

std::optional<wire::DeviceList> Liar::true_list(const AccountId& account) const {
  const auto record = on_.server.disk.others.accounts.look(account);
  wire::DeviceList list;
  if (!record || record->device_list.empty() || !list.ParseFromString(record->device_list)) return std::nullopt;
  return list;
}

void Liar::shout(const Account& account, uint64_t revision) {
  ServerProcess* const process = on_.server.process();
  if (process == nullptr) return;
  const size_t home = process->shards().index_of(account.id);
  process->loops[home].post([this, process, home, changed = account.id, revision] {
    for (const Account& each : accounts_)
      process->shards().at(home).send_account_changed(each.id, {changed, {}}, {revision});
  });
  process->on_ready();
}

void Liar::press() {
  ServerProcess* const process = on_.server.process();
  if (!taken_ || silent_) return;
  for (const Account& each : accounts_) {
    if (process == nullptr || each.id == taken_->id) continue;
    process->run_at_home(taken_->id, ask_for_all(*this, *process, each.id));
  }
  on_.scheduler.after(kPressEveryUs, [this] { press(); });
}

Task<void> Liar::ask_for_all(Liar& liar, ServerProcess& process, AccountId whom) {
  if (!liar.taken_) co_return;
  const auto taken = liar.true_list(liar.taken_->id);
  if (!taken) co_return;
  const DeviceAddress from{liar.taken_->id, DeviceId{taken->devices(0).device_id()}};
  std::vector<MessageId> ids;
  std::vector<core::contents::ReadRun> read;
  for (const Written& each : liar.written_) {
    if (each.from.account != whom) continue;
    if (ids.size() < kAskedMax) ids.push_back(each.id);
    if (each.number != 0) read.push_back({each.from.device, wire::ReceiptRun::of(each.number, each.id)});
  }
  const UnixMicros now = process.services().clock.now();
  std::vector<Bytes> contents = {
      core::contents::resend_request(now, ids, liar.dice_.bytes(core::contents::kAnswerKeyBytes)),
      core::contents::read_receipt(now, read)};
  Task<void> written = write_as(liar, process, from, whom, std::move(contents));
  co_await std::move(written);
}

void Liar::introduce(const AccountId& as) {
  ServerProcess* const process = on_.server.process();
  if (process == nullptr) return;
  for (const Account& each : accounts_) {
    core::MessageRow hello;
    hello.text = "It is me, with another telephone.";
    hello.sent_at = process->services().clock.now();
    process->run_at_home(as, write_as(*this, *process, {as, DeviceId{1}}, each.id, {core::contents::written(hello)}));
  }
}

Task<void> Liar::write_as(Liar& liar, ServerProcess& process, DeviceAddress from, AccountId whom,
                          std::vector<Bytes> contents) {
  const auto list = liar.true_list(whom);
  if (!list) co_return;
  const auto bundles = co_await handlers::take_prekeys(process.services(), from, whom, {});
  if (!bundles || !process.alive()) co_return;
  liar.impostor_->trust(whom, *list);
  bool first = true;
  for (const Bytes& content : contents) {
    wire::Send send;
    const auto id = liar.dice_.id<MessageId>();
    send.set_message_id(id.bytes());
    send.mutable_account()->set_account_id(whom.bytes());
    send.mutable_account()->set_device_list_revision(list->revision());
    for (const wire::PrekeyBundle& bundle : bundles->bundles()) {
      const auto payload = liar.impostor_->write({whom, DeviceId{bundle.device_id()}}, bundle, first,
                                                 core::contents::bound(content, id, 0));
      if (!payload) co_return;
      wire::Envelope& envelope = *send.mutable_account()->add_envelopes();
      envelope.set_device_id(bundle.device_id());
      envelope.set_payload(*payload);
    }
    first = false;
    Task<void> sent = send_again(process, from, std::move(send));
    co_await std::move(sent);
  }
}

void Liar::repeat_something() {
  ServerProcess* const process = on_.server.process();
  if (process == nullptr || sends_.empty()) return;
  on_.trace.note(on_.scheduler.now(), "liar", "repeats a message under another id");
  auto [from, send] = sends_[dice_.below(sends_.size())];
  on_.ledger.repeats(to_hex(send.message_id()));
  send.set_message_id(dice_.id<MessageId>().bytes());
  send.mutable_account()->set_receipt_number(0);
  process->run_at_home(from.account, send_again(*process, from, std::move(send)));
}

Task<void> Liar::send_again(ServerProcess& process, DeviceAddress from, wire::Send send) {
  (void)co_await handlers::send_message(process.services(), from, std::move(send));
}

// ---------------------------------------------------------------- what it changes

void Liar::change(const client_api::HttpCall& call, uint32_t& status, Bytes& body) {
  if (links_ && status == 200 && call.method() == "GET" && call.url().find("/links/") != std::string::npos)
    body = change_link(body);
  const auto asker = asker_of(call);
  const auto account = account_in(call.url());
  if (!asker || (!lies_ && !taken_ && invented_.empty() && numbers_.empty())) return;
  if (const auto invented = account ? invented_.find(*account) : invented_.end(); invented != invented_.end()) {
    status = 200;
    body = invent(call, *account, invented->second);
    return;
  }
  if (asker == account && own_lists_.contains(*account) && call.url().ends_with("/prekeys")) {
    // The true server has no bundles of the devices that it has never heard of.
    status = 200;
    body = own_bundles(*account);
    return;
  }
  if (status != 200) return;
  if (wire::SignedDeviceList list; account && call.url().ends_with("/devices") && list.ParseFromString(body))
    body = change_list(*asker, *account, std::move(list)).SerializeAsString();
  if (wire::PrekeyBundlesResponse response;
      account && call.url().ends_with("/prekeys") && response.ParseFromString(body)) {
    body = change_bundles(*asker, *account, std::move(response)).SerializeAsString();
  }
  if (wire::Profile profile; account && call.url().ends_with("/profile") && profile.ParseFromString(body)) {
    for (const auto& [phone, given] : numbers_) {
      if (given != *account) continue;
      profile.clear_handles();
      profile.add_handles()->set_phone(phone);
    }
    body = profile.SerializeAsString();
  }
  if (wire::LookupResponse response; call.url().ends_with("/lookup") && response.ParseFromString(body)) {
    auto& all = *response.mutable_found();
    all.erase(std::remove_if(all.begin(), all.end(),
                             [this](const auto& each) { return denied_.contains(each.handle().phone()); }),
              all.end());
    for (wire::LookupResponse::Found& found : all) {
      if (const auto given = numbers_.find(found.handle().phone()); given != numbers_.end())
        found.set_account_id(given->second.bytes());
    }
    body = response.SerializeAsString();
  }
}

// Another byte, or what was in that slot before, perhaps of another link.
Bytes Liar::change_link(const Bytes& body) {
  wire::LinkMessages slots;
  if (!slots.ParseFromString(body) || slots.messages_size() == 0) return body;
  wire::LinkMessage& message = *slots.mutable_messages(static_cast<int>(dice_.below(slots.messages_size())));
  const auto before = link_slots_.emplace(message.slot(), message.payload()).first;
  if (dice_.percent(50) || before->second == message.payload()) {
    (*message.mutable_payload())[dice_.below(message.payload().size())] ^= '\1';
  } else {
    message.set_payload(before->second);
  }
  return slots.SerializeAsString();
}

Bytes Liar::invent(const client_api::HttpCall& call, const AccountId& account, const std::string& phone) {
  wire::SignedDeviceList list = impostor_->found(account);
  list.mutable_handle()->set_phone(phone);
  if (call.url().ends_with("/devices")) return list.SerializeAsString();
  if (call.url().ends_with("/prekeys")) {
    wire::PrekeyBundlesResponse response;
    *response.mutable_device_list() = list;
    *response.add_bundles() = impostor_->bundle(DeviceId{1});
    return response.SerializeAsString();
  }
  wire::Profile profile;
  profile.set_account_id(account.bytes());
  profile.set_name("somebody");
  profile.add_handles()->set_phone(phone);
  return profile.SerializeAsString();
}

wire::SignedDeviceList Liar::change_list(const AccountId& asker, const AccountId& account,
                                         wire::SignedDeviceList signed_list) {
  oldest_lists_.emplace(account, signed_list);
  wire::DeviceList list;
  if (!list.ParseFromString(signed_list.device_list())) return signed_list;
  if (asker == account) return change_own_list(account, signed_list, list);
  if (taken_ && taken_->id == account) return impostor_->take_over(list);
  const auto lie = lists_.find(account);
  if (lie == lists_.end()) return signed_list;
  switch (lie->second) {
    case ListLie::kOneMoreDevice: {  // under the signature of the list before
      signed_list.set_device_list(impostor_->join(list).device_list());
      return signed_list;
    }
    case ListLie::kOtherAccount: {
      const auto other = oldest_lists_.upper_bound(account);
      return other == oldest_lists_.end() ? oldest_lists_.begin()->second : other->second;
    }
    case ListLie::kOlder: return oldest_lists_.at(account);
    case ListLie::kHugeRevision: list.set_revision(UINT64_MAX - 1); return impostor_->take_over(list);
    case ListLie::kOtherKey: {  // names the account's key, and is signed by another
      const Bytes key = list.account_key();
      wire::SignedDeviceList forged = impostor_->join(list);
      list.ParseFromString(forged.device_list());
      list.set_account_key(key);
      forged.set_device_list(list.SerializeAsString());
      return forged;
    }
  }
  return signed_list;
}

wire::SignedDeviceList Liar::change_own_list(const AccountId& account, const wire::SignedDeviceList& signed_list,
                                             const wire::DeviceList& list) const {
  const auto lie = own_lists_.find(account);
  if (lie == own_lists_.end()) return signed_list;
  switch (lie->second) {
    case OwnListLie::kOneMoreDevice: return impostor_->join(list);
    case OwnListLie::kOther: return impostor_->take_over(list);
    case OwnListLie::kOlder: return oldest_lists_.at(account);
  }
  return signed_list;
}

Bytes Liar::own_bundles(const AccountId& account) {
  wire::PrekeyBundlesResponse response;
  wire::DeviceList list;
  if (const auto known = true_list(account)) *response.mutable_device_list() = impostor_->join(*known);
  if (!list.ParseFromString(response.device_list().device_list())) return {};
  for (const wire::DeviceList::Device& device : list.devices())
    *response.add_bundles() = impostor_->bundle(DeviceId{device.device_id()});
  return response.SerializeAsString();
}

wire::PrekeyBundlesResponse Liar::change_bundles(const AccountId& asker, const AccountId& account,
                                                 wire::PrekeyBundlesResponse response) {
  const auto lie = bundles_.find(account);
  if (lie != bundles_.end() && lie->second == BundleLie::kOlder) {
    bundles_.erase(lie);  // once: what is encrypted for a prekey that is gone has to be asked for
    if (const auto older = oldest_bundles_.find(account); older != oldest_bundles_.end()) return older->second;
    return response;
  }
  oldest_bundles_.emplace(account, response);
  const bool is_taken = taken_ && taken_->id == account && asker != account;
  *response.mutable_device_list() = change_list(asker, account, response.device_list());
  if (is_taken) {
    wire::DeviceList list;
    if (!list.ParseFromString(response.device_list().device_list())) return response;
    response.clear_bundles();
    for (const wire::DeviceList::Device& device : list.devices())
      *response.add_bundles() = impostor_->bundle(DeviceId{device.device_id()});
    return response;
  }
  if (lie == bundles_.end()) return response;
  for (wire::PrekeyBundle& bundle : *response.mutable_bundles()) {
    const wire::PrekeyBundle other = impostor_->bundle(DeviceId{bundle.device_id()});
    switch (lie->second) {
      case BundleLie::kOtherIdentity: bundle.set_identity_key(other.identity_key()); break;
      case BundleLie::kImpostor: bundle = other; break;
      case BundleLie::kOtherSignedPrekey:
        bundle.mutable_signed_prekey()->set_public_key(other.signed_prekey().public_key());
        break;
      case BundleLie::kOtherPrekey:
        if (bundle.has_prekey()) bundle.mutable_prekey()->set_public_key(other.prekey().public_key());
        break;
      case BundleLie::kOlder: break;
    }
  }
  if (lie->second == BundleLie::kOtherPrekey) bundles_.erase(lie);  // has no signature: it costs a message a repair
  return response;
}

void Liar::rename(const AccountId& to, std::span<wire::Entry> entries) {
  const auto names = names_.find(to);
  if (names == names_.end()) return;
  wire::IncomingMessage* before = nullptr;
  for (wire::Entry& entry : entries) {
    if (!entry.has_message() || names->second.left == 0) continue;
    wire::IncomingMessage& message = *entry.mutable_message();
    switch (names->second.lie) {
      case NameLie::kOtherId: message.set_message_id(dice_.id<MessageId>().bytes()); break;
      case NameLie::kOtherNumber:
        message.set_receipt_number(dice_.percent(50) ? dice_.below(message.receipt_number() + 2) : UINT64_MAX);
        break;
      case NameLie::kSwapped:
        if (before == nullptr || before->from_account() != message.from_account()) {
          before = &message;
          continue;
        }
        swap_names(message, *before);
        before = nullptr;
        break;
      case NameLie::kAsEarlier:
        for (const auto& [from, send] : sends_) {
          if (from.account.view() != message.from_account() || send.account().account_id() != to.view()) continue;
          message.set_message_id(send.message_id());
          message.set_receipt_number(send.account().receipt_number());
          break;
        }
        break;
    }
    --names->second.left;
  }
  if (names->second.left == 0) names_.erase(names);
}

std::optional<wire::ServerFrame> Liar::take(ServerProcess& process, const DeviceAddress& from, const wire::Send& send) {
  const auto to = AccountId::from_bytes(send.account().account_id());
  const auto sender_list = true_list(from.account);
  if (!to || !sender_list || !impostor_) return std::nullopt;
  const auto list = true_list(*to);
  const bool is_taken = taken_ && taken_->id == *to && *to != from.account;
  impostor_->trust(from.account, *sender_list);
  bool was_read = false;
  for (const wire::Envelope& envelope : send.account().envelopes()) {
    if (list && !is_taken && *to != from.account) break;
    const auto content = impostor_->read(from, envelope.payload());
    if (!content) continue;
    was_read = true;
    if (content->has_text()) on_.ledger.read_by_an_impostor(to->hex(), content->text().text());
  }
  wire::ServerFrame frame;
  if (was_read || (is_taken && send.account().device_list_revision() > list->revision())) {
    frame.mutable_accepted()->set_message_id(send.message_id());
    frame.mutable_accepted()->set_account(send.account().account_id());
    frame.mutable_accepted()->set_server_time_us(process.services().clock.now().value);
    return frame;
  }
  if (is_taken) {
    frame.mutable_refused()->set_message_id(send.message_id());
    frame.mutable_refused()->set_account(send.account().account_id());
    frame.mutable_refused()->set_code(wire::kStaleDevices);
    frame.mutable_refused()->mutable_stale_devices()->set_device_list_revision(list->revision() + 1);
    return frame;
  }
  sends_.emplace_back(from, send);
  if (sends_.size() > kSendsKept) sends_.pop_front();
  return std::nullopt;
}

}  // namespace kith::sim
