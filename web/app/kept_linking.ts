// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device that is being linked, or links another one, keeps beside its page: loading that anew goes on, or says
// what to do. How far it is, in this tab only; the link that a page was opened with is a secret, and in its memory
// only.
import type { KeptLinking, LinkingPort } from "../view-models/devices";
import { addressOf, HOME } from "../view-models/route";
import { keptAs } from "./kept";

/** `given`: what takeOpenedLink has taken. */
export function pageLinking(profile: string, given = ""): LinkingPort {
  const ofTab = keptAs(`kith-linking-${profile}`, () => sessionStorage);
  let kept: KeptLinking = given === "" ? checked(ofTab.load()) : { given };
  return {
    load: () => kept,
    save: (now) => {
      kept = now;
      const { comparing, joining } = now;
      ofTab.save(comparing === undefined && joining === undefined ? undefined : { comparing, joining });
    },
  };
}

function checked(value: unknown): KeptLinking {
  if (typeof value !== "object" || value === null) return {};
  const { comparing, joining } = value as Record<string, unknown>;
  return { ...(comparing === true ? { comparing } : {}), ...(joining === true ? { joining } : {}) };
}

/**
 * Of a page opened at /link#…, as a telephone's camera opens what another device shows: the link, "" for none. The
 * address leads to where it can be used from now on, and neither that nor the history of this tab has it any more. The
 * first thing that a page does: what comes after may take long, fail, or be seen.
 */
export function takeOpenedLink(): string {
  const { pathname, hash, search, href } = location;
  if (pathname !== "/link") return "";
  history.replaceState(null, "", `/${search}${addressOf({ ...HOME, panel: "settings", section: "link" })}`);
  return hash.length > 1 ? href : "";
}
