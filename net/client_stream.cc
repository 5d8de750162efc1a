// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_stream.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_prefix.hpp>
#include <chrono>
#include <exception>

namespace kith::net {
namespace {

using boost::system::error_code;
namespace asio = boost::asio;

// One address that swallows packets must not use up the time of the others.
constexpr std::chrono::seconds kAddressTimeout{4};

}  // namespace

void ClientStream::connect(const std::shared_ptr<void>& owner, const ClientUrl& url,
                           std::function<void(std::string)> done) {
  url_ = url;
  done_ = std::move(done);
  error_code error;
  const auto literal = asio::ip::make_address(url_.host, error);
  if (!error) {  // no lookup, hence no thread for it
    addresses_ = Tcp::resolver::results_type::create(
        Tcp::endpoint(literal, static_cast<uint16_t>(std::stoi(url_.port))), url_.host, url_.port);
    asio::post(shared_.io, [this, owner] {
      if (!done_) return;
      next_address_ = addresses_.begin();
      connect_next(owner);
    });
    return;
  }
  ++shared_.lookups;
  resolver_.async_resolve(url_.host, url_.port, Tcp::resolver::numeric_service,
                          [this, owner](error_code failure, const Tcp::resolver::results_type& found) {
                            --shared_.lookups;
                            if (!done_) return;
                            if (failure) return finish("can't find " + url_.host + ": " + failure.message());
                            addresses_ = found;
                            next_address_ = addresses_.begin();
                            connect_next(owner);
                          });
}

void ClientStream::read_some(const std::vector<asio::mutable_buffer>& buffers, Transferred handler) {
  if (reads_left_ == 0) {
    const error_code error = asio::error::message_size;
    return asio::post(get_executor(), boost::beast::bind_front_handler(std::move(handler), error, 0));
  }
  const size_t bytes_max = reads_left_ == kUnbounded ? kUnbounded : kBoundedReadBytes;
  if (reads_left_ != kUnbounded) --reads_left_;
  const auto bounded = boost::beast::buffers_prefix(bytes_max, buffers);
  if (tls_) {
    tls_->async_read_some(bounded, std::move(handler));
  } else {
    socket_.async_read_some(bounded, std::move(handler));
  }
}

void ClientStream::write_some(const std::vector<asio::const_buffer>& buffers, Transferred handler) {
  if (tls_) {
    tls_->async_write_some(buffers, std::move(handler));
  } else {
    socket_.async_write_some(buffers, std::move(handler));
  }
}

void ClientStream::connect_next(const std::shared_ptr<void>& owner) {
  if (next_address_ == addresses_.end()) return finish(last_failure_);
  const Tcp::endpoint endpoint = next_address_->endpoint();
  ++next_address_;
  error_code ignored;
  socket_.close(ignored);
  if (next_address_ != addresses_.end()) {
    attempt_timer_.expires_after(kAddressTimeout);
    attempt_timer_.async_wait([this, owner](error_code stopped) {
      error_code ignored_too;
      if (!stopped) socket_.close(ignored_too);
    });
  }
  socket_.async_connect(endpoint, [this, owner](error_code failure) {
    attempt_timer_.cancel();
    if (!done_) return;
    if (failure || !socket_.is_open()) {
      last_failure_ = "can't connect to " + url_.authority + ": " + (failure ? failure.message() : "timed out");
      return connect_next(owner);
    }
    error_code ignored_too;
    socket_.set_option(Tcp::no_delay(true), ignored_too);
    if (url_.secure) return start_tls(owner);
    finish("");
  });
}

void ClientStream::start_tls(const std::shared_ptr<void>& owner) {
  try {
    if (!shared_.tls) {
      asio::ssl::context context(asio::ssl::context::tls_client);
      SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
      context.set_default_verify_paths();
      context.set_verify_mode(asio::ssl::verify_peer);
      shared_.tls.emplace(std::move(context));
    }
    tls_.emplace(socket_, *shared_.tls);
    tls_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
  } catch (const std::exception& failure) {
    return finish(std::string("can't prepare TLS: ") + failure.what());
  }
  error_code literal;
  asio::ip::make_address(url_.host, literal);
  // A server name is never an address (RFC 6066)
  if (literal) SSL_set_tlsext_host_name(tls_->native_handle(), url_.host.c_str());
  tls_->async_handshake(asio::ssl::stream_base::client, [this, owner](error_code failure) {
    if (!done_) return;
    if (!failure) return finish("");
    const long verified = SSL_get_verify_result(tls_->native_handle());
    finish(verified == X509_V_OK ? "no secure connection to " + url_.authority + ": " + failure.message()
                                 : "the certificate of " + url_.authority +
                                       " is not trusted: " + X509_verify_cert_error_string(verified));
  });
}

void ClientStream::finish(std::string failure) {
  const auto done = std::move(done_);
  done_ = nullptr;
  done(std::move(failure));
}

void ClientStream::cancel() {
  done_ = nullptr;
  resolver_.cancel();
  attempt_timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace kith::net
