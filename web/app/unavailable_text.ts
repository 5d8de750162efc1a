// SPDX-License-Identifier: AGPL-3.0-or-later

import { CoreUnavailable } from "../core-client/client";

/** Why there is no core, in words for people. */
export function unavailableText(error: unknown): string {
  if (!(error instanceof CoreUnavailable)) return `Something went wrong: ${String(error)}`;
  switch (error.reason) {
    case "newer":
      return "The messages in this browser were written by a newer version of Kith. Reload the page to get that version.";
    case "corrupt":
      return "The messages in this browser are damaged, and so is what is needed to repair them. Delete this site's data, then register again: messages that wait on the server arrive then.";
    case "storage":
      return "This browser does not let Kith keep files. Leave private mode, make room on the disk, or allow storage for this site.";
    case "load":
      return "A part of Kith could not be loaded. Check the connection, then try again.";
    default:
      return "Kith stopped because of an error in itself. Nothing that you wrote is lost. Try again.";
  }
}
