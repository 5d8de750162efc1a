// SPDX-License-Identifier: AGPL-3.0-or-later

// Failures of the core in words for people: what happened, and what to do about it. They go by the code alone: a
// failure's detail is English and for developers, who find it in the console.
import { failureOf, FailureCode, FailureReason } from "./core";
import { say, type TextId } from "./say";
import { waitText } from "./time_text";

const WORDS: Partial<Record<FailureCode, TextId>> = {
  [FailureCode.kInvalidArgument]: "failure.cantBeDone",
  [FailureCode.kNotRegistered]: "failure.notRegistered",
  [FailureCode.kAlreadyRegistered]: "failure.alreadyRegistered",
  [FailureCode.kOffline]: "failure.offline",
  [FailureCode.kNoSuchAccount]: "failure.noSuchAccount",
  [FailureCode.kNoSuchConversation]: "failure.noSuchConversation",
  [FailureCode.kNoSuchMessage]: "failure.noSuchMessage",
  [FailureCode.kInvalidHandle]: "failure.invalidHandle",
  [FailureCode.kWrongCode]: "failure.wrongCode",
  [FailureCode.kCodeExpired]: "failure.codeExpired",
  [FailureCode.kPinRequired]: "failure.pinRequired",
  [FailureCode.kWrongPin]: "failure.wrongPin",
  [FailureCode.kTooLarge]: "failure.tooLarge",
  [FailureCode.kDeviceEnded]: "failure.deviceEnded",
  [FailureCode.kServer]: "failure.server",
  [FailureCode.kStorage]: "failure.storage",
  [FailureCode.kDiskFull]: "failure.diskFull",
  [FailureCode.kNotKith]: "failure.notKith",
  [FailureCode.kIdentityInvalid]: "failure.identityInvalid",
  [FailureCode.kIdentityChanged]: "failure.identityChanged",
  [FailureCode.kOutboxFull]: "failure.outboxFull",
  [FailureCode.kBlank]: "failure.blank",
  [FailureCode.kNoWord]: "failure.noWord",
  [FailureCode.kBlocked]: "failure.blocked",
  [FailureCode.kTooManyContacts]: "failure.tooManyContacts",
  [FailureCode.kTooManyPinned]: "failure.tooManyPinned",
  [FailureCode.kOtherHandle]: "failure.otherHandle",
  [FailureCode.kNoSuchLink]: "failure.noSuchLink",
  [FailureCode.kLinkBroken]: "failure.linkBroken",
  [FailureCode.kTooManyDevices]: "failure.tooManyDevices",
  [FailureCode.kNotFirstDevice]: "failure.notFirstDevice",
  [FailureCode.kNoSuchDevice]: "failure.noSuchDevice",
  [FailureCode.kNoSuchGroup]: "failure.noSuchGroup",
  [FailureCode.kNotAllowed]: "failure.notAllowed",
  [FailureCode.kNoSuchMember]: "failure.noSuchMember",
  [FailureCode.kAlreadyMember]: "failure.alreadyMember",
  [FailureCode.kTooManyMembers]: "failure.tooManyMembers",
  [FailureCode.kTooManyGroups]: "failure.tooManyGroups",
  [FailureCode.kCannotBeAdded]: "failure.cannotBeAdded",
  [FailureCode.kGroupBusy]: "failure.groupBusy",
  [FailureCode.kNoSuchFile]: "failure.noSuchFile",
  [FailureCode.kFileGone]: "failure.fileGone",
  [FailureCode.kServerFull]: "failure.serverFull",
  [FailureCode.kTooLate]: "failure.tooLate",
  [FailureCode.kNotOwnMessage]: "failure.notOwnMessage",
  [FailureCode.kForwardedOften]: "failure.forwardedOften",
  [FailureCode.kStillMember]: "failure.stillMember",
  [FailureCode.kNoSuchList]: "failure.noSuchList",
  [FailureCode.kTooManyLists]: "failure.tooManyLists",
  [FailureCode.kQuotaExceeded]: "failure.quota",
  [FailureCode.kNoLinkFetching]: "failure.noLinkFetching",
  [FailureCode.kLinkRefused]: "failure.linkRefused",
  [FailureCode.kLinkUnreachable]: "failure.linkUnreachable",
  [FailureCode.kLinkWrongType]: "failure.linkWrongType",
};
/** Of those that pass with time. */
const WORDS_BEFORE_WAIT: Partial<Record<FailureCode, TextId>> = {
  [FailureCode.kTooManyAttempts]: "failure.tooManyAttempts",
  [FailureCode.kRateLimited]: "failure.tooOften",
};

/** Words for anything that a call to the core can be rejected with; what else there is to know goes to the console. */
export function failureText(error: unknown): string {
  const failure = failureOf(error);
  console.debug(`kith: ${FailureCode[failure.code] ?? failure.code}: ${failure.detail}`);
  const beforeWait = WORDS_BEFORE_WAIT[failure.code];
  if (beforeWait === undefined) return say(WORDS[failure.code] ?? "failure.other");
  const wait =
    failure.retryAfterMs > 0
      ? say("failure.tryAgainIn", { wait: waitText(failure.retryAfterMs) })
      : say("failure.tryAgainLater");
  return `${say(beforeWait)} ${wait}`;
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
    case FailureReason.kNotInGroup:
      return say("failure.notSentNotInGroup");
    case FailureReason.kOnlyAdminsSend:
      return say("failure.notSentOnlyAdmins");
    case FailureReason.kFileTooLarge:
      return say("failure.notSentFileTooLarge");
    case FailureReason.kQuotaExceeded:
      return say("failure.notSentQuota");
    case FailureReason.kFileMissing:
      return say("failure.notSentFileMissing");
    case FailureReason.kCancelled:
      return say("failure.notSentCancelled");
    default:
      return say("failure.notSent");
  }
}
