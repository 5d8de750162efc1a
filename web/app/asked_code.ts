// SPDX-License-Identifier: AGPL-3.0-or-later

// The code that was asked for, beside the page: a telephone closes a page whose owner is away to get the code.
import type { AskedCode, AskedCodePort } from "../view-models/registration";
import { keptAs } from "./kept";

function isAskedCode(kept: Partial<AskedCode> | undefined): kept is AskedCode {
  return (
    typeof kept?.handle === "string" &&
    typeof kept.digits === "number" &&
    typeof kept.given === "string" &&
    typeof kept.expiresAt === "number"
  );
}

export function pageAskedCode(profile: string): AskedCodePort {
  const { load, save } = keptAs(`kith-code-${profile}`);
  return {
    load: () => {
      const kept = load() as Partial<AskedCode> | undefined;
      return isAskedCode(kept) ? kept : undefined;
    },
    save,
  };
}
