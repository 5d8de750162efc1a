// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/testing/kithd_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "crypto/account_key.h"
#include "server/gateway/testing/client.h"
#include "wire/api.pb.h"

namespace kith::node {

namespace {

using gateway::testing::Client;

// Its standard output comes by the returned descriptor; its standard error goes to the file.
pid_t spawn(const std::vector<std::string>& arguments, const std::string& error_file, int& out,
            rlim_t descriptors = 0) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  std::vector<std::string> all = {KITHD_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& argument : all) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    const int error = open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(ends[1], STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    const rlimit limit{descriptors, descriptors};
    if (descriptors != 0) setrlimit(RLIMIT_NOFILE, &limit);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  close(ends[1]);
  out = ends[0];
  return pid;
}

// Reads what comes until the end, or until `stop` is in it.
std::string read_out(int fd, const std::string& stop = "") {
  std::string text;
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    char buffer[4096];
    if (poll(&ready, 1, 10'000) <= 0) return text;
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size <= 0) return text;
    text.append(buffer, static_cast<size_t>(size));
    if (!stop.empty() && text.find(stop) != std::string::npos && text.back() == '\n') return text;
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

std::optional<int> wait_for(pid_t pid, int seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (int status = 0;;) {
    if (waitpid(pid, &status, WNOHANG) == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

template <class Response>
Response call(uint16_t port, const char* method, const char* path, const google::protobuf::MessageLite& request,
              const Bytes& token = {}) {
  Client::Fields fields = {{"Content-Type", "application/x-protobuf"}, {"Accept", "application/x-protobuf"}};
  if (!token.empty()) fields.emplace_back("Authorization", "Bearer " + to_base64url(token));
  const auto answer = Client(port).request(method, path, fields, request.SerializeAsString());
  Response response;
  if (answer.status == 200) response.ParseFromString(answer.body);
  return response;
}

}  // namespace

Ran run_kithd(const std::vector<std::string>& arguments) {
  const TestDirectory directory;
  int out = -1;
  const pid_t pid = spawn(arguments, directory.file("err"), out);
  Ran ran;
  ran.out = read_out(out);
  close(out);
  if (const auto code = wait_for(pid, 10)) {
    ran.exit_code = *code;
  } else {
    kill(pid, SIGKILL);
    (void)wait_for(pid, 10);
  }
  ran.err = read_file(directory.file("err"));
  return ran;
}

KithdProcess::~KithdProcess() {
  if (pid_ > 0) crash();
  if (out_ >= 0) close(out_);
}

bool KithdProcess::start(std::vector<std::string> more_arguments, rlim_t descriptors) {
  std::vector<std::string> arguments = {
      "--data", directory_.file("data"), "--listen", "127.0.0.1:" + std::to_string(port_), "--codes", "echo"};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  if (out_ >= 0) close(out_);
  pid_ = spawn(arguments, directory_.file("log"), out_, descriptors);
  const std::string start = "listening on http://127.0.0.1:";
  const std::string text = read_out(out_, start);
  const size_t found = text.find(start);
  if (found == std::string::npos) return false;
  port_ = static_cast<uint16_t>(std::stoi(text.substr(found + start.size())));
  return true;
}

void KithdProcess::signal(int number) const { kill(pid_, number); }

std::optional<int> KithdProcess::wait(int seconds) {
  const auto code = wait_for(pid_, seconds);
  if (code) pid_ = -1;
  return code;
}

void KithdProcess::crash() {
  signal(SIGKILL);
  (void)wait();
}

std::string KithdProcess::log() const { return read_file(directory_.file("log")); }

RegisteredDevice::RegisteredDevice(uint16_t port, std::string number, uint64_t seed)
    : phone(std::move(number)), keys(seed) {
  wire::CodeRequest ask;
  ask.mutable_handle()->set_phone(phone);
  const auto code = call<wire::CodeResponse>(port, "POST", "/v1/registration/code", ask);
  wire::RegistrationRequest proof;
  proof.mutable_handle()->set_phone(phone);
  proof.set_code(code.code());
  proof.set_request_id(keys.random.bytes(16));
  const auto registered = call<wire::RegistrationResponse>(port, "POST", "/v1/registration", proof);
  const auto id = AccountId::from_bytes(registered.account_id());
  if (!id) return;
  account = *id;
  device_id = registered.device_id();
  revision = registered.device_list_revision();

  const crypto::AccountKeyPair account_key = crypto::make_account_key(keys.random);
  wire::DeviceList list;
  list.set_account_id(account.bytes());
  list.set_revision(revision);
  list.set_account_key(account_key.public_key);
  wire::DeviceList::Device& device = *list.add_devices();
  device.set_device_id(device_id);
  device.set_identity_key(keys.store.identity().public_key);
  device.set_name("Test");
  wire::PublishKeysRequest publish;
  publish.mutable_device_list()->set_device_list(list.SerializeAsString());
  publish.mutable_device_list()->set_signature(
      crypto::sign_device_list(account_key, publish.device_list().device_list()));
  publish.set_registration_id(keys.store.registration_id());
  publish.set_identity_key(keys.store.identity().public_key);
  publish.mutable_signed_prekey()->set_id(keys.signed_prekey.id);
  publish.mutable_signed_prekey()->set_public_key(keys.signed_prekey.public_key);
  publish.mutable_signed_prekey()->set_signature(keys.signed_prekey.signature);
  for (const auto& prekey : keys.one_time_prekeys) {
    wire::Prekey& one = *publish.add_prekeys();
    one.set_id(prekey.id);
    one.set_public_key(prekey.public_key);
  }
  const auto published = call<wire::PublishKeysResponse>(port, "PUT", "/v1/keys", publish, registered.token());
  if (published.prekeys_remaining() == keys.one_time_prekeys.size()) token = registered.token();
}

}  // namespace kith::node
