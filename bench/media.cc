// SPDX-License-Identifier: AGPL-3.0-or-later

// A file of 1 GiB to the server and back: sealed by the code of the terminal client, in parts, durable and hashed; and
// beside it the same bytes plain through nginx, which syncs nothing, by curl. Either way the bytes are read from a file
// and end in one.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "cli/file_transfers.h"
#include "cli/sealed_files.h"
#include "core/client_host.h"
#include "crypto/hash.h"
#include "net/client_network.h"
#include "server/gateway/testing/file_client.h"

extern char** environ;

namespace kith::bench {
namespace {

using client_api::FileFetched;

double seconds_since(uint64_t began_us) { return static_cast<double>(now_us() - began_us) / 1e6; }

pid_t spawn(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  return posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0 ? child : -1;
}

bool run(const std::vector<std::string>& words) {
  const pid_t child = spawn(words);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// nginx of the distribution, with one worker and a directory that takes PUT.
class Nginx {
 public:
  explicit Nginx(const std::string& directory) : directory_(directory) {}
  ~Nginx() {
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  [[nodiscard]] bool start(uint16_t port) {
    port_ = port;
    const std::string config = directory_ + "/nginx.conf";
    std::ofstream(config) << "daemon off; worker_processes 1; master_process off; user root; pid " << directory_
                          << "/pid; error_log stderr crit; events {}\nhttp { access_log off; client_max_body_size 0; "
                             "client_body_temp_path "
                          << directory_ << "/temp; sendfile on; server { listen 127.0.0.1:" << port << "; root "
                          << directory_ << "/files; location / { dav_methods PUT; } } }\n";
    std::filesystem::create_directories(directory_ + "/files");
    process_ = spawn({"nginx", "-c", config, "-p", directory_, "-e", "stderr"});
    for (int i = 0; process_ > 0 && i < 100; ++i) {
      if (run({"curl", "-s", "-o", "/dev/null", url("")})) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::fprintf(stderr, "media: nginx and curl are needed: apt-get install nginx-light curl\n");
    return false;
  }
  [[nodiscard]] std::string url(const std::string& name) const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/" + name;
  }
  [[nodiscard]] pid_t pid() const { return process_; }

 private:
  const std::string directory_;
  uint16_t port_ = 0;
  pid_t process_ = -1;
};

// The part of a client that has files, without its core.
class Client final : core::HostActions {
 public:
  Client(const Server& server, const BenchAccount& account, const std::string& home)
      : server_(server), account_(account), files_(home) {
    std::filesystem::create_directories(home);
  }

  [[nodiscard]] std::optional<crypto::SealedFile> seal(const std::string& path) {
    const auto sealed = files_.seal(path, random_);
    return sealed ? std::optional(*sealed) : std::nullopt;
  }
  [[nodiscard]] bool upload(const crypto::SealedFile& file) {
    const uint64_t size = crypto::sealed_size(file.size);
    gateway::testing::FileClient http(server_.port(), "Bearer " + to_base64url(account_.token));
    if (http.create(file.id, size).status != 201) return false;
    for (uint64_t offset = 0; offset < size; offset += kFilePartBytesMax) {
      client_api::HttpCall call;
      call.set_call(++last_call_);
      call.set_method("PATCH");
      call.set_url(url(file));
      call.set_bearer(to_base64url(account_.token));
      for (const auto& [name, value] : {std::pair<std::string, std::string>("Tus-Resumable", "1.0.0"),
                                        {"Upload-Offset", std::to_string(offset)},
                                        {"Content-Type", "application/offset+octet-stream"}}) {
        client_api::HttpField& field = *call.add_fields();
        field.set_name(name);
        field.set_value(value);
      }
      call.set_body_file(file.name().hex());
      call.set_body_offset(offset);
      call.set_body_size(std::min(kFilePartBytesMax, size - offset));
      transfers_.call_with_file(std::move(call));
      if (answer().http_response().status() != 204) return false;
    }
    return true;
  }
  [[nodiscard]] bool fetch(const crypto::SealedFile& file) {
    client_api::FetchFile fetch;
    fetch.set_call(++last_call_);
    fetch.set_url(url(file));
    fetch.set_bearer(to_base64url(account_.token));
    fetch.set_file(file.name().hex());
    fetch.set_size(crypto::sealed_size(file.size));
    fetch.set_digest(file.digest);
    transfers_.fetch_file(std::move(fetch));
    return answer().file_fetched().outcome() == FileFetched::kWhole;
  }
  [[nodiscard]] bool unseal(const crypto::SealedFile& file, const std::string& path) {
    const cli::OpenFile target(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    uint64_t written = 0;
    const auto read = files_.unseal(file.name().hex(), file, [&](BytesView bytes) {
      const bool wrote = target.write(written, bytes).has_value();
      written += bytes.size();
      return wrote;
    });
    return read.has_value() && written == file.size;
  }

 private:
  [[nodiscard]] std::string url(const crypto::SealedFile& file) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1/files/" + file.id.hex();
  }
  // What ends the transfer that was begun; progress is passed over.
  client_api::Input answer() {
    for (;;) {
      network_.run_until([this] { return host_.has_input(); });
      const client_api::Input input = host_.next_input();
      host_.forget_inputs();
      if (!input.has_http_progress()) return input;
    }
  }
  void respond(client_api::Response) override {}
  void tell(client_api::Event) override {}
  void open_socket(uint32_t, std::string) override {}
  void send_frame(uint32_t, Bytes) override {}
  void close_socket(uint32_t) override {}
  void call_http(client_api::HttpCall) override {}
  void wake_at(uint64_t) override {}

  const Server& server_;
  const BenchAccount& account_;
  crypto::SystemRandom random_;
  cli::SealedFiles files_;
  net::ClientNetwork network_;
  core::ClientHost host_{*this};
  cli::FileTransfers transfers_{files_, network_, host_, [] {}};
  uint32_t last_call_ = 0;
};

bool make_file(const std::string& path, uint64_t mebibytes) {
  crypto::SystemRandom random;
  std::ofstream file(path, std::ios::binary);
  for (uint64_t i = 0; i < mebibytes; ++i) {
    const Bytes bytes = random.bytes(size_t{1} << 20);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  return file.flush().good();
}

// Adds what `work` takes, and what the server does meanwhile.
bool measure(Report& report, const std::string& name, double mebibytes, pid_t server,
             const std::function<bool()>& work) {
  const uint64_t cpu = cpu_ns(server);
  const uint64_t own_cpu = cpu_ns(::getpid());
  const uint64_t began = now_us();
  if (!work()) {
    std::fprintf(stderr, "media: %s failed\n", name.c_str());
    return false;
  }
  report.add("media." + name + ".mib_per_second", mebibytes / seconds_since(began));
  report.add("media." + name + ".server_cpu_ms_per_gib",
             static_cast<double>(cpu_ns(server) - cpu) / 1e6 * 1024 / mebibytes);
  if (name.starts_with("kith.")) {
    report.add("media." + name + ".client_cpu_ms_per_gib",
               static_cast<double>(cpu_ns(::getpid()) - own_cpu) / 1e6 * 1024 / mebibytes);
  }
  return true;
}

}  // namespace

bool run_media(const Options& options, Report& report) {
  const auto mebibytes = static_cast<double>(options.media_mebibytes);
  TestDirectory directory;
  const std::string file = directory.file("file");
  std::filesystem::create_directories(directory.file("nginx"));
  if (!make_file(file, options.media_mebibytes)) return false;
  Server server;
  const auto accounts = server.start_with_accounts(
      2, options.loops, "[media]\nfile_bytes_max = 2147483648\naccount_bytes_max = 1099511627776\n");
  if (accounts.size() != 2) return false;
  Nginx nginx(directory.file("nginx"));
  if (!nginx.start(static_cast<uint16_t>(server.port() + 1))) return false;
  const MemoryWatch server_memory(server.pid());
  const MemoryWatch own_memory(::getpid());
  for (int round = 0; round < options.rounds; ++round) {
    Client sender(server, accounts[0], directory.file("sender"));
    Client receiver(server, accounts[1], directory.file("receiver"));
    std::optional<crypto::SealedFile> sealed;
    const bool ran =
        measure(report, "nginx.up", mebibytes, nginx.pid(),
                [&] { return run({"curl", "-s", "-f", "-T", file, nginx.url("file")}); }) &&
        measure(report, "nginx.down", mebibytes, nginx.pid(),
                [&] { return run({"curl", "-s", "-f", "-o", directory.file("plain"), nginx.url("file")}); }) &&
        measure(report, "kith.seal", mebibytes, server.pid(),
                [&] {
                  sealed = sender.seal(file);
                  return sealed.has_value();
                }) &&
        measure(report, "kith.upload", mebibytes, server.pid(), [&] { return sender.upload(*sealed); }) &&
        measure(report, "kith.fetch", mebibytes, server.pid(), [&] { return receiver.fetch(*sealed); }) &&
        measure(report, "kith.unseal", mebibytes, server.pid(),
                [&] { return receiver.unseal(*sealed, directory.file("opened")); });
    if (!ran || !run({"cmp", file, directory.file("opened")})) return false;
    for (const char* name : {"sender", "receiver", "plain", "opened"})
      std::filesystem::remove_all(directory.file(name));
  }
  report.add("media.server_memory_mib", server_memory.most_mib());
  report.add("media.client_memory_mib", own_memory.most_mib());
  // One after the other, as the terminal client does it.
  const auto both = [&](const std::string& first, const std::string& second) {
    const auto seconds = [&](const std::string& name) {
      return 1 / report.median_of("media.kith." + name + ".mib_per_second");
    };
    return 1 / (seconds(first) + seconds(second));
  };
  report.add("media.up.of_nginx", both("seal", "upload") / report.median_of("media.nginx.up.mib_per_second"));
  report.add("media.down.of_nginx", both("fetch", "unseal") / report.median_of("media.nginx.down.mib_per_second"));
  return true;
}

}  // namespace kith::bench
