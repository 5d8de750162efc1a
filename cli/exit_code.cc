// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/exit_code.h"

namespace kith::cli {

using client_api::Failure;

const std::vector<ExitCodeMeaning>& exit_code_meanings() {
  static const std::vector<ExitCodeMeaning> meanings = {
      {ExitCode::kOk, "done"},
      {ExitCode::kFailed, "failed or refused"},
      {ExitCode::kUsage, "wrong command line or value"},
      {ExitCode::kNotRegistered, "not registered"},
      {ExitCode::kOffline, "offline"},
      {ExitCode::kTimedOut, "timed out"},
      {ExitCode::kHomeInUse, "another kith has the home and does not answer"},
      {ExitCode::kDeviceEnded, "the server does not take this device: ended, unknown, or another server"},
      {ExitCode::kStorage, "the home can't be read or written"},
      {ExitCode::kInterrupted, "interrupted"},
  };
  return meanings;
}

ExitCode exit_code_of(Failure::Code code) {
  switch (code) {
    case Failure::kInvalidArgument:
    case Failure::kInvalidHandle: return ExitCode::kUsage;
    case Failure::kNotRegistered: return ExitCode::kNotRegistered;
    case Failure::kOffline: return ExitCode::kOffline;
    case Failure::kDeviceEnded: return ExitCode::kDeviceEnded;
    case Failure::kStorage: return ExitCode::kStorage;
    default: return ExitCode::kFailed;
  }
}

namespace {

const char* meaning(Failure::Code code) {
  switch (code) {
    case Failure::kInvalidArgument: return "a value can't be taken";
    case Failure::kNotRegistered: return "not registered yet: kith register --server URL --phone NUMBER --name NAME";
    case Failure::kAlreadyRegistered: return "this home is registered already; another number needs another --home";
    case Failure::kOffline: return "the server can't be reached";
    case Failure::kNoSuchAccount: return "nobody with this number, e-mail address or username uses Kith on this server";
    case Failure::kNoSuchConversation: return "there is no such conversation";
    case Failure::kNoSuchMessage: return "there is no such message";
    case Failure::kInvalidHandle:
      return "not a phone number with country code, an e-mail address or a username, like +491700000001, "
             "ana@example.org, @ana";
    case Failure::kWrongCode: return "the code is wrong";
    case Failure::kCodeExpired:
      return "there is no code for this number, or it has expired: without --code a new one is asked for";
    case Failure::kTooManyAttempts: return "too many attempts";
    case Failure::kPinRequired: return "the number is protected by a PIN: pass --pin";
    case Failure::kWrongPin: return "the PIN is wrong";
    case Failure::kRateLimited: return "too much at once: try again later";
    case Failure::kTooLarge: return "too large";
    case Failure::kDeviceEnded: return "the server does not take this device for one of its own: kith status says why";
    case Failure::kServer: return "the server failed";
    case Failure::kStorage: return "the device's database failed or the disk is full; nothing was changed";
    case Failure::kIdentityInvalid: return "the server's answer about a device list does not verify";
    case Failure::kIdentityChanged: return "their identity has changed: compare it with kith verify, or kith accept";
    case Failure::kOutboxFull: return "too many messages wait to be sent";
    default: return "failed";
  }
}

// What becomes of the detail. It names a field of the request, which people at a terminal know nothing of, unless it
// says more than the code does.
enum class Detail { kAlone, kWithoutField, kBehind, kLeftOut };
Detail use_of_detail(Failure::Code code) {
  switch (code) {
    case Failure::kInvalidArgument:
    case Failure::kAlreadyRegistered:
    case Failure::kTooLarge: return Detail::kAlone;
    case Failure::kNoSuchAccount: return Detail::kWithoutField;
    case Failure::kNoSuchConversation:
    case Failure::kNoSuchMessage:
    case Failure::kInvalidHandle:
    case Failure::kWrongCode:
    case Failure::kCodeExpired:
    case Failure::kPinRequired:
    case Failure::kWrongPin:
    case Failure::kIdentityChanged:
    case Failure::kOutboxFull: return Detail::kLeftOut;
    default: return Detail::kBehind;
  }
}

}  // namespace

std::string describe(const Failure& failure) {
  std::string text = meaning(failure.code());
  const std::string& detail = failure.detail();
  const Detail use = detail.empty() || detail == text ? Detail::kLeftOut : use_of_detail(failure.code());
  if (use == Detail::kAlone) text = detail;
  const size_t field = detail.find(": ");
  if (use == Detail::kWithoutField && field != std::string::npos) text = detail.substr(field + 2);
  if (use == Detail::kBehind) text += " (" + detail + ")";
  if (failure.retry_after_ms() > 0)
    text += "; again in " + std::to_string((failure.retry_after_ms() + 999) / 1000) + " s";
  return text;
}

}  // namespace kith::cli
