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
    case Failure::kInvalidHandle:
    case Failure::kBlank:
    case Failure::kNoWord:
    case Failure::kNoSuchLink:
    case Failure::kOtherHandle: return ExitCode::kUsage;
    case Failure::kNotRegistered: return ExitCode::kNotRegistered;
    case Failure::kOffline:
    case Failure::kNotKith: return ExitCode::kOffline;
    case Failure::kDeviceEnded: return ExitCode::kDeviceEnded;
    case Failure::kStorage:
    case Failure::kDiskFull: return ExitCode::kStorage;
    default: return ExitCode::kFailed;
  }
}

namespace {

const char* meaning(Failure::Code code) {
  switch (code) {
    case Failure::kInvalidArgument: return "a value can't be taken";
    case Failure::kNotRegistered: return "not registered yet: kith register --server URL --phone NUMBER --name NAME";
    case Failure::kAlreadyRegistered: return "this home is registered already; another account needs another --home";
    case Failure::kOffline: return "the server can't be reached";
    case Failure::kNotKith: return "what is at this address does not answer as a server of Kith does";
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
    case Failure::kStorage: return "the home's database can't be read or written; nothing was changed";
    case Failure::kDiskFull: return "the disk is full; nothing was changed";
    case Failure::kIdentityInvalid: return "the server's answer about a device list does not verify";
    case Failure::kIdentityChanged: return "their identity has changed: compare it with kith verify, or kith accept";
    case Failure::kOutboxFull: return "too many messages wait to be sent";
    case Failure::kBlank: return "there is nothing in it to see";
    case Failure::kNoWord: return "there is no word in it to look for";
    case Failure::kBlocked: return "you have blocked them: kith unblock first";
    case Failure::kTooManyPinned: return "three conversations are pinned already: kith unpin one of them first";
    case Failure::kTooManyContacts: return "the address book is full: remove some contacts first";
    case Failure::kOtherHandle:
      return "this home has the messages of another number; a further one needs another --home";
    case Failure::kNoSuchLink: return "this link is none, or it is over, used, or of another server";
    case Failure::kLinkBroken: return "what came by the link does not verify: somebody interferes, or versions differ";
    case Failure::kTooManyDevices: return "the account has as many devices as it may have: remove one first";
    case Failure::kNotFirstDevice: return "only the account's first device can do that";
    case Failure::kNoSuchDevice: return "the account has no such device";
    case Failure::kNoSuchGroup: return "there is no such group, you are no member of it, or the link does not lead in";
    case Failure::kNotAllowed: return "only the group's admins may do that";
    case Failure::kNoSuchMember: return "they are no member of the group, and have not asked to be one";
    case Failure::kAlreadyMember: return "they are members of the group already";
    case Failure::kTooManyMembers: return "the group has as many members as it may have";
    case Failure::kTooManyGroups: return "you are in as many groups as you may be: leave one first";
    case Failure::kCannotBeAdded: return "they can't be added by you: give them a link, kith group link";
    case Failure::kGroupBusy: return "others change the group all the time: try again";
    case Failure::kNoSuchFile: return "the file is not on this device: kith save fetches it";
    case Failure::kFileGone: return "the file is not on the server any more";
    case Failure::kServerFull: return "the server has no room for more now";
    case Failure::kNoLinkFetching: return "this server fetches no links";
    case Failure::kLinkRefused: return "the server does not go there: it is no address on the public web";
    case Failure::kLinkUnreachable: return "nothing came from where the link leads";
    case Failure::kLinkWrongType: return "what is where the link leads is no web page, or no picture";
    case Failure::kNotOwnMessage: return "only who has written a message can do that";
    case Failure::kForwardedOften: return "what was forwarded many times goes to one at a time";
    case Failure::kNoSuchList: return "there is no such list: kith lists";
    case Failure::kTooManyLists: return "there are 20 lists: remove one first, kith lists remove";
    case Failure::kStillMember: return "you are in the group: leave it first, kith group leave";
    case Failure::kTooLate:
      return "it is too late: a message is edited for 15 minutes, and deleted for everybody for two days";
    case Failure::kQuotaExceeded: return "this account has no more room for files on the server";
    default: return "failed";
  }
}

// What becomes of the detail. It names a field of the request, which people at a terminal know nothing of: it stands
// behind the words for the code where it says more than they do.
enum class Detail { kBehind, kLeftOut };
Detail use_of_detail(Failure::Code code) {
  switch (code) {
    case Failure::kNoSuchAccount:
    case Failure::kNoSuchConversation:
    case Failure::kNoSuchMessage:
    case Failure::kInvalidHandle:
    case Failure::kWrongCode:
    case Failure::kCodeExpired:
    case Failure::kPinRequired:
    case Failure::kWrongPin:
    case Failure::kIdentityChanged:
    case Failure::kOutboxFull:
    case Failure::kBlank:
    case Failure::kNoWord:
    case Failure::kBlocked:
    case Failure::kTooManyContacts:
    case Failure::kTooManyPinned:
    case Failure::kNoSuchGroup:
    case Failure::kNotAllowed:
    case Failure::kNoSuchMember:
    case Failure::kAlreadyMember:
    case Failure::kTooManyMembers:
    case Failure::kTooManyGroups:
    case Failure::kCannotBeAdded:
    case Failure::kGroupBusy:
    case Failure::kOtherHandle: return Detail::kLeftOut;
    default: return Detail::kBehind;
  }
}

}  // namespace

std::string describe(const Failure& failure) {
  std::string text = meaning(failure.code());
  const std::string& detail = failure.detail();
  const Detail use = detail.empty() || detail == text ? Detail::kLeftOut : use_of_detail(failure.code());
  if (use == Detail::kBehind) text += " (" + detail + ")";
  if (failure.retry_after_ms() > 0)
    text += "; again in " + std::to_string((failure.retry_after_ms() + 999) / 1000) + " s";
  return text;
}

}  // namespace kith::cli
