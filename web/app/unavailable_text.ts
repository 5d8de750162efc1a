// SPDX-License-Identifier: AGPL-3.0-or-later

import { CoreUnavailable } from "../core-client/client";
import { say } from "../view-models/say";

/** Why there is no core, in words for people; what else there is to know, in English, goes to the console. */
export function unavailableText(error: unknown): string {
  console.debug(`kith: ${String(error)}`);
  if (!(error instanceof CoreUnavailable)) return say("failure.other");
  switch (error.reason) {
    case "newer":
      return say("unavailable.newer");
    case "corrupt":
      return say("unavailable.corrupt");
    case "storage":
      return say("unavailable.storage");
    case "full":
      return say("unavailable.full");
    case "load":
      return say("unavailable.load");
    default:
      return say("unavailable.crashed");
  }
}
