// SPDX-License-Identifier: AGPL-3.0-or-later

// The code that was asked for, beside the page: a telephone closes a page whose owner is away to get the code.
import type { AskedCode, AskedCodePort } from "../view-models/registration";

function isAskedCode(kept: Partial<AskedCode> | null): kept is AskedCode {
  return (
    typeof kept?.handle === "string" &&
    typeof kept.digits === "number" &&
    typeof kept.given === "string" &&
    typeof kept.expiresAt === "number"
  );
}

export function pageAskedCode(profile: string): AskedCodePort {
  const key = `kith-code-${profile}`;
  return {
    load: () => {
      try {
        const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<AskedCode> | null;
        return isAskedCode(kept) ? kept : undefined;
      } catch {
        return undefined;
      }
    },
    save: (asked) => {
      try {
        if (asked === undefined) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(asked));
      } catch {
        // Full or forbidden: then it holds until the page is closed.
      }
    },
  };
}
