// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/fetching/curl_link_fetcher.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/limits.h"

namespace kith::fetching {

namespace {

using Steady = std::chrono::steady_clock;
using What = LinkFetcher::What;
using Fetched = LinkFetcher::Fetched;

constexpr std::string_view kPageTypes[] = {"text/html", "application/xhtml+xml"};
constexpr std::string_view kPictureTypes[] = {"image/jpeg", "image/png", "image/webp", "image/gif"};
constexpr const char* kUserAgent = "Mozilla/5.0 (compatible; KithLinkPreview/1)";

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}
std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string out(text);
  curl_free(text);
  return out;
}

bool is_wanted(What what, std::string_view content_type) {
  const std::string type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  return what == What::kPage ? std::ranges::find(kPageTypes, type) != std::end(kPageTypes)
                             : std::ranges::find(kPictureTypes, type) != std::end(kPictureTypes);
}

// One link on its way, in the coroutine that waits for it.
struct Job {
  std::string url;
  What what;
  Executor& home;
  std::coroutine_handle<> waiter;
  Result<Fetched, LinkError> result = Fail(LinkError::kUnreachable);
};

}  // namespace

// What is done for a job, on the fetcher's thread.
class Transfer {
 public:
  Transfer(Job& job, const FetchSettings& settings)
      : job_(job), settings_(settings), deadline_(Steady::now() + std::chrono::milliseconds(settings.whole_ms)) {}

  [[nodiscard]] Job& job() { return job_; }
  // The connection to where the job leads now. Null: it leads nowhere, and the job's result says so.
  CURL* start();
  // It ended. Whether there is another one to start: what came was a redirect.
  [[nodiscard]] bool finish(CURLcode code);
  void fail(LinkError error) { job_.result = Fail(error); }

 private:
  enum class End : uint8_t { kNotYet, kRedirect, kEnough, kFailed };

  // Reads the job's url, or where it redirects to.
  [[nodiscard]] bool set_url(const std::string& text);
  [[nodiscard]] long left_ms() const {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now()).count());
  }
  void end(LinkError error) {
    end_ = End::kFailed;
    error_ = error;
  }
  // All that is said before a body has come.
  void decide();
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  curl_socket_t open_socket(const curl_sockaddr& address);
  [[nodiscard]] LinkError error_of(CURLcode code) const;

  static size_t on_header(char* bytes, size_t size, size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_header({bytes, size * count}) ? size * count : kHeardEnough;
  }
  static size_t on_body(char* bytes, size_t size, size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_body({bytes, size * count}) ? size * count : kHeardEnough;
  }
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    return static_cast<Transfer*>(self)->open_socket(*address);
  }
  // What a callback returns that has heard enough: less than it was given, which is never nothing.
  static constexpr size_t kHeardEnough = 0;

  Job& job_;
  const FetchSettings& settings_;
  const Steady::time_point deadline_;
  std::unique_ptr<CURLU, UrlDeleter> url_{curl_url()};
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  int redirects_ = 0;

  // Of the answer that is coming.
  End end_ = End::kNotYet;
  LinkError error_ = LinkError::kUnreachable;
  bool is_decided_ = false;
  bool was_kept_out_ = false;  // of an address
  size_t header_bytes_ = 0;
  int status_ = 0;
  std::string location_;
  std::string content_type_;
  Bytes body_;
};

bool Transfer::set_url(const std::string& text) {
  if (text.size() > kLinkUrlBytesMax || text.find('\0') != std::string::npos) return false;
  if (curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_URLENCODE) != CURLUE_OK) return false;
  const auto scheme = part_of(url_.get(), CURLUPART_SCHEME);
  const auto host = part_of(url_.get(), CURLUPART_HOST);
  const auto whole = part_of(url_.get(), CURLUPART_URL);
  return scheme && (*scheme == "http" || *scheme == "https") && host && !host->empty() && whole &&
         whole->size() <= kLinkUrlBytesMax && !part_of(url_.get(), CURLUPART_USER) &&
         !part_of(url_.get(), CURLUPART_PASSWORD);
}

CURL* Transfer::start() {
  if (!set_url(redirects_ == 0 ? job_.url : location_)) {
    fail(LinkError::kRefused);
    return nullptr;
  }
  const long left = left_ms();
  easy_.reset(left > 0 ? curl_easy_init() : nullptr);
  if (!easy_) {
    fail(LinkError::kUnreachable);
    return nullptr;
  }
  end_ = End::kNotYet;
  is_decided_ = was_kept_out_ = false;
  header_bytes_ = 0;
  status_ = 0;
  location_.clear();
  content_type_.clear();
  CURL* const easy = easy_.get();
  headers_.reset(curl_slist_append(nullptr, job_.what == What::kPage
                                                ? "Accept: text/html,application/xhtml+xml"
                                                : "Accept: image/webp,image/png,image/jpeg,image/gif"));
  bool is_set = headers_ != nullptr;
  const auto set = [easy, &is_set](CURLoption option, auto value) {
    is_set = curl_easy_setopt(easy, option, value) == CURLE_OK && is_set;
  };
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_CURLU, url_.get());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_PROXY, "");  // none of the environment's
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_USERAGENT, kUserAgent);
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // no waiting for a name server that does not answer
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(left, static_cast<long>(settings_.connect_ms)));
  set(CURLOPT_TIMEOUT_MS, left);
  if (is_set) return easy;
  fail(LinkError::kUnreachable);
  return nullptr;
}

curl_socket_t Transfer::open_socket(const curl_sockaddr& address) {
  const bool may = is_on_the_web(address.addr) ||
                   std::ranges::any_of(settings_.allowed, [&](const auto& each) { return each.has(address.addr); });
  if (!may) {
    was_kept_out_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

bool Transfer::take_header(std::string_view line) {
  if (is_decided_) return true;  // behind the body
  header_bytes_ += line.size();
  if (header_bytes_ > CurlLinkFetcher::kHeaderBytesMax) {
    end(LinkError::kUnreachable);
    return false;
  }
  const std::string_view text = trimmed(line);
  if (text.starts_with("HTTP/")) {
    const size_t space = text.find(' ');
    const std::string_view digits = space == std::string_view::npos ? "" : text.substr(space + 1, 3);
    status_ = 0;
    for (const char c : digits) status_ = c >= '0' && c <= '9' ? status_ * 10 + (c - '0') : 0;
    location_.clear();
    content_type_.clear();
    return true;
  }
  if (text.empty()) {
    if (status_ >= 100 && status_ < 200) return true;  // another answer follows
    decide();
    return end_ == End::kNotYet;
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string name = lower(text.substr(0, colon));
  const std::string_view value = trimmed(text.substr(colon + 1));
  if (name == "location") location_ = value;
  if (name == "content-type") content_type_ = value;
  return true;
}

void Transfer::decide() {
  is_decided_ = true;
  const bool redirects = status_ == 301 || status_ == 302 || status_ == 303 || status_ == 307 || status_ == 308;
  if (redirects && !location_.empty()) {
    end_ = End::kRedirect;
  } else if (status_ < 200 || status_ > 299) {
    end(LinkError::kUnreachable);
  } else if (!is_wanted(job_.what, content_type_)) {
    end(LinkError::kWrongType);
  }
}

bool Transfer::take_body(std::string_view bytes) {
  const size_t bytes_max = job_.what == What::kPage ? kLinkPageBytesMax : kLinkPictureBytesMax;
  const size_t room = bytes_max - body_.size();
  if (bytes.size() > room && job_.what == What::kPicture) {
    end(LinkError::kTooLarge);
    return false;
  }
  body_.append(bytes.substr(0, room));
  if (bytes.size() <= room) return true;
  end_ = End::kEnough;
  return false;
}

LinkError Transfer::error_of(CURLcode code) const {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED: return LinkError::kRefused;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT: return was_kept_out_ ? LinkError::kRefused : LinkError::kUnreachable;
    default: return LinkError::kUnreachable;
  }
}

bool Transfer::finish(CURLcode code) {
  if (end_ == End::kNotYet && code == CURLE_OK && is_decided_) end_ = End::kEnough;
  switch (end_) {
    case End::kRedirect:
      if (++redirects_ <= CurlLinkFetcher::kRedirectsMax) return true;
      fail(LinkError::kUnreachable);
      return false;
    case End::kFailed: fail(error_); return false;
    case End::kNotYet: fail(error_of(code)); return false;
    case End::kEnough: break;
  }
  content_type_.resize(std::min(content_type_.size(), kContentTypeBytesMax));
  const bool is_plain = std::ranges::all_of(content_type_, [](char c) { return c >= ' ' && c < '\x7f'; });
  auto url = part_of(url_.get(), CURLUPART_URL);
  if (!is_plain || !url) {
    fail(LinkError::kUnreachable);
  } else {
    job_.result = Fetched{std::move(*url), std::move(content_type_), std::move(body_)};
  }
  return false;
}

struct CurlLinkFetcher::Impl {
  explicit Impl(FetchSettings the_settings) : settings(std::move(the_settings)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    multi = curl_multi_init();
    thread = std::thread([this] { run(); });
  }
  ~Impl() {
    stop();
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    curl_multi_wakeup(multi);
    thread.join();
    curl_multi_cleanup(multi);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi);
  }

  // False: it is busy, and the job is not begun.
  bool begin(Job& job) {
    {
      const std::lock_guard lock(mutex);
      if (stopping || under_way >= settings.at_once_max) return false;
      ++under_way;
      waiting.push_back(&job);
    }
    curl_multi_wakeup(multi);
    return true;
  }

  // The coroutine goes on where it was, and takes the job with it.
  void answer(Job& job) {
    job.result ? ++fetched : ++failed[static_cast<size_t>(job.result.error())];
    if (job.result) bytes += job.result->body.size();
    {
      const std::lock_guard lock(mutex);
      --under_way;
    }
    job.home.post(job.waiter);
  }

  void start(std::unique_ptr<Transfer> transfer) {
    CURL* const easy = transfer->start();
    if (easy != nullptr && curl_multi_add_handle(multi, easy) == CURLM_OK) {
      transfers.push_back({easy, std::move(transfer)});
    } else {
      answer(transfer->job());
    }
  }

  std::unique_ptr<Transfer> take_out(CURL* easy) {
    curl_multi_remove_handle(multi, easy);
    const auto found = std::ranges::find(transfers, easy, &Running::easy);
    std::unique_ptr<Transfer> transfer = std::move(found->transfer);
    transfers.erase(found);
    return transfer;
  }

  void finish(CURL* easy, CURLcode code) {
    std::unique_ptr<Transfer> transfer = take_out(easy);
    if (transfer->finish(code)) return start(std::move(transfer));
    answer(transfer->job());
  }

  // Takes what has come. False: it is over.
  bool take_waiting() {
    std::vector<Job*> jobs;
    bool is_stopping = false;
    {
      const std::lock_guard lock(mutex);
      jobs.swap(waiting);
      is_stopping = stopping;
      if (closing && under_way == 0) return false;
    }
    for (Job* job : jobs) {
      if (is_stopping) {
        answer(*job);
      } else {
        start(std::make_unique<Transfer>(*job, settings));
      }
    }
    while (is_stopping && !transfers.empty()) {
      const std::unique_ptr<Transfer> transfer = take_out(transfers.back().easy);
      transfer->fail(LinkError::kUnreachable);
      answer(transfer->job());
    }
    return true;
  }

  void run() {
    pthread_setname_np(pthread_self(), "kith-links");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // SIGPIPE, and those that others take
    while (take_waiting()) {
      int running = 0;
      curl_multi_perform(multi, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
    }
  }

  static constexpr int kPollMs = 1000;
  struct Running {
    CURL* easy;
    std::unique_ptr<Transfer> transfer;
  };

  const FetchSettings settings;
  CURLM* multi = nullptr;
  std::vector<Running> transfers;  // of the thread

  mutable std::mutex mutex;
  std::vector<Job*> waiting;  // guarded by mutex, as the next
  uint32_t under_way = 0;
  bool stopping = false;
  bool closing = false;

  std::atomic<uint64_t> fetched = 0;
  std::array<std::atomic<uint64_t>, 5> failed{};
  std::atomic<uint64_t> bytes = 0;
  std::thread thread;  // last: it uses the others
};

namespace {

// Hands the job over and waits for its end. What it answers: whether it was taken.
template <class Impl>
struct Handed {
  Impl& impl;
  Job& job;
  bool taken = true;

  [[nodiscard]] bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    job.waiter = waiter;
    // Once the job is taken the coroutine may go on, on its executor, and end with all of this.
    if (impl.begin(job)) return true;
    taken = false;
    return false;
  }
  [[nodiscard]] bool await_resume() const { return taken; }
};

}  // namespace

CurlLinkFetcher::CurlLinkFetcher(FetchSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
CurlLinkFetcher::~CurlLinkFetcher() = default;

Task<Result<Fetched, LinkError>> CurlLinkFetcher::fetch(std::string url, What what) {
  Job job{std::move(url), what, *Executor::current(), {}};
  if (!co_await Handed<Impl>{*impl_, job}) {
    ++impl_->failed[static_cast<size_t>(LinkError::kBusy)];
    co_return Fail(LinkError::kBusy);
  }
  co_return std::move(job.result);
}

void CurlLinkFetcher::stop() { impl_->stop(); }

CurlLinkFetcher::Counts CurlLinkFetcher::counts() const {
  Counts counts;
  counts.fetched = impl_->fetched;
  for (size_t i = 0; i < counts.failed.size(); ++i) counts.failed[i] = impl_->failed[i];
  counts.bytes = impl_->bytes;
  const std::lock_guard lock(impl_->mutex);
  counts.under_way = impl_->under_way;
  return counts;
}

}  // namespace kith::fetching
