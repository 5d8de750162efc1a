// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device that is being linked, or links another one, keeps beside its page: loading that anew goes on, or says
// what to do. In this tab only: a link is a secret, if only for minutes.
import type { KeptLinking, LinkingPort } from "../view-models/devices";
import { addressOf, HOME } from "../view-models/route";

export function pageLinking(profile: string): LinkingPort {
  const key = `kith-linking-${profile}`;
  let kept: KeptLinking = {};
  try {
    kept = checked(JSON.parse(sessionStorage.getItem(key) ?? "{}"));
  } catch {
    // Forbidden, or not ours.
  }
  return {
    load: () => kept,
    save: (now) => {
      kept = now;
      try {
        if (Object.keys(now).length === 0) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, JSON.stringify(now));
      } catch {
        // Full or forbidden: then it holds until the page is closed.
      }
    },
  };
}

function checked(value: unknown): KeptLinking {
  if (typeof value !== "object" || value === null) return {};
  const { given, comparing, joining } = value as Record<string, unknown>;
  return {
    ...(typeof given === "string" ? { given } : {}),
    ...(comparing === true ? { comparing } : {}),
    ...(joining === true ? { joining } : {}),
  };
}

/**
 * A page opened at /link#…, as a telephone's camera opens what another device shows: the link is kept for where it can
 * be used, which is where the address leads from now on, and is in no history any more.
 */
export function takeOpenedLink(port: LinkingPort): void {
  const { pathname, hash, search, href } = location;
  if (pathname !== "/link") return;
  if (hash.length > 1) port.save({ given: href });
  const address = addressOf({ ...HOME, panel: "settings", section: "link" });
  history.replaceState(null, "", `/${search}${address}`);
}
