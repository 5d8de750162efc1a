// SPDX-License-Identifier: AGPL-3.0-or-later

// Failures of the core in words for people: what happened, and what to do about it. They go by the code alone: a
// failure's detail is English and for developers, who find it in the console.
import { failureOf, FailureCode, FailureReason } from "./core";
import { say } from "./say";
import { waitText } from "./time_text";

/** Words for anything that a call to the core can be rejected with; what else there is to know goes to the console. */
export function failureText(error: unknown): string {
  const failure = failureOf(error);
  console.debug(`kith: ${FailureCode[failure.code] ?? failure.code}: ${failure.detail}`);
  const wait =
    failure.retryAfterMs > 0
      ? say("failure.tryAgainIn", { wait: waitText(failure.retryAfterMs) })
      : say("failure.tryAgainLater");
  switch (failure.code) {
    case FailureCode.kInvalidArgument:
      return say("failure.cantBeDone");
    case FailureCode.kNotRegistered:
      return say("failure.notRegistered");
    case FailureCode.kAlreadyRegistered:
      return say("failure.alreadyRegistered");
    case FailureCode.kOffline:
      return say("failure.offline");
    case FailureCode.kNoSuchAccount:
      return say("failure.noSuchAccount");
    case FailureCode.kNoSuchConversation:
      return say("failure.noSuchConversation");
    case FailureCode.kNoSuchMessage:
      return say("failure.noSuchMessage");
    case FailureCode.kInvalidHandle:
      return say("failure.invalidHandle");
    case FailureCode.kWrongCode:
      return say("failure.wrongCode");
    case FailureCode.kCodeExpired:
      return say("failure.codeExpired");
    case FailureCode.kTooManyAttempts:
      return `${say("failure.tooManyAttempts")} ${wait}`;
    case FailureCode.kPinRequired:
      return say("failure.pinRequired");
    case FailureCode.kWrongPin:
      return say("failure.wrongPin");
    case FailureCode.kRateLimited:
      return `${say("failure.tooOften")} ${wait}`;
    case FailureCode.kTooLarge:
      return say("failure.tooLarge");
    case FailureCode.kDeviceEnded:
      return say("failure.deviceEnded");
    case FailureCode.kServer:
      return say("failure.server");
    case FailureCode.kStorage:
      return say("failure.storage");
    case FailureCode.kDiskFull:
      return say("failure.diskFull");
    case FailureCode.kNotKith:
      return say("failure.notKith");
    case FailureCode.kIdentityInvalid:
      return say("failure.identityInvalid");
    case FailureCode.kIdentityChanged:
      return say("failure.identityChanged");
    case FailureCode.kOutboxFull:
      return say("failure.outboxFull");
    case FailureCode.kBlank:
      return say("failure.blank");
    case FailureCode.kNoWord:
      return say("failure.noWord");
    case FailureCode.kBlocked:
      return say("failure.blocked");
    case FailureCode.kTooManyContacts:
      return say("failure.tooManyContacts");
    case FailureCode.kOtherHandle:
      return say("failure.otherHandle");
    case FailureCode.kNoSuchLink:
      return say("failure.noSuchLink");
    case FailureCode.kLinkBroken:
      return say("failure.linkBroken");
    case FailureCode.kTooManyDevices:
      return say("failure.tooManyDevices");
    case FailureCode.kNotFirstDevice:
      return say("failure.notFirstDevice");
    case FailureCode.kNoSuchDevice:
      return say("failure.noSuchDevice");
    default:
      return say("failure.other");
  }
}

/** Why a message was not sent. */
export function notSentText(reason: FailureReason): string {
  switch (reason) {
    case FailureReason.kAccountGone:
      return say("failure.notSentAccountGone");
    case FailureReason.kNoAccount:
      return say("failure.notSentNoAccount");
    case FailureReason.kMessageTooLarge:
      return say("failure.notSentTooLarge");
    case FailureReason.kRefused:
      return say("failure.notSentRefused");
    case FailureReason.kDatabaseDamaged:
      return say("failure.notSentDamaged");
    case FailureReason.kPredecessorFailed:
      return say("failure.notSentPredecessor");
    default:
      return say("failure.notSent");
  }
}
