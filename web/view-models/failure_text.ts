// SPDX-License-Identifier: AGPL-3.0-or-later

// Failures of the core in words for people: what happened, and what to do about it.
import { failureOf, FailureCode, FailureReason } from "./core";
import { waitText } from "./time_text";

/** Words for anything that a call to the core can be rejected with. */
export function failureText(error: unknown): string {
  const failure = failureOf(error);
  const wait = failure.retryAfterMs > 0 ? ` Try again in ${waitText(failure.retryAfterMs)}.` : " Try again later.";
  switch (failure.code) {
    case FailureCode.kInvalidArgument:
      return failure.detail === "" ? "That can't be done." : `That can't be done: ${failure.detail}.`;
    case FailureCode.kNotRegistered:
      return "This browser isn't registered yet.";
    case FailureCode.kAlreadyRegistered:
      return "This browser is registered already. Reload the page.";
    case FailureCode.kOffline:
      return "The server can't be reached. Check the connection and try again.";
    case FailureCode.kNoSuchAccount:
      return "Nobody with this number uses Kith here yet.";
    case FailureCode.kNoSuchConversation:
      return "This conversation isn't on this device.";
    case FailureCode.kNoSuchMessage:
      return "This message isn't on this device.";
    case FailureCode.kInvalidPhone:
      return "This isn't a phone number that can exist. Check the country code and the digits.";
    case FailureCode.kWrongCode:
      return "This code is wrong. Check it, or ask for a new one.";
    case FailureCode.kCodeExpired:
      return "This code has expired. Ask for a new one.";
    case FailureCode.kTooManyAttempts:
      return `Too many attempts.${wait}`;
    case FailureCode.kPinRequired:
      return "This number is protected by a registration PIN.";
    case FailureCode.kWrongPin:
      return "This PIN is wrong.";
    case FailureCode.kRateLimited:
      return `That was too often.${wait}`;
    case FailureCode.kTooLarge:
      return "That is too large.";
    case FailureCode.kDeviceEnded:
      return "The server doesn't know this device: its number was registered on another one.";
    case FailureCode.kServer:
      return failure.detail === ""
        ? "The server answered with an error."
        : `The server answered with an error: ${failure.detail}.`;
    case FailureCode.kStorage:
      return "This device's storage failed or is full. Nothing was changed.";
    case FailureCode.kIdentityInvalid:
      return "The server's answer about this person's devices can't be verified. Nothing was sent.";
    case FailureCode.kIdentityChanged:
      return "Their identity changed. Compare the safety number, or agree to it, before you write.";
    case FailureCode.kOutboxFull:
      return "Too many messages are waiting to be sent. Connect first, then go on.";
    default:
      return failure.detail === "" ? "Something went wrong." : `Something went wrong: ${failure.detail}`;
  }
}

/** Why a message was not sent. */
export function notSentText(reason: FailureReason): string {
  switch (reason) {
    case FailureReason.kAccountGone:
      return "Not sent: the account is no more.";
    case FailureReason.kNoAccount:
      return "Not sent: nobody with this number uses Kith here yet.";
    case FailureReason.kMessageTooLarge:
      return "Not sent: it is too large for this server.";
    case FailureReason.kRefused:
      return "Not sent: the server refused it.";
    case FailureReason.kDatabaseDamaged:
      return "Not sent: this device's storage was damaged.";
    default:
      return "Not sent.";
  }
}
