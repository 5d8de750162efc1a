// SPDX-License-Identifier: AGPL-3.0-or-later

// What the page is told by its address and its browser.
import { say } from "../view-models/say";
import { FIRST_PROFILE, givenProfile } from "./profile";

export interface Surroundings {
  /** The name of the device's data in this browser. */
  profile: string;
  /** The same, but "" for the first one: what is shown. */
  shownProfile: string;
  server: string;
}

const PROFILE = /^[A-Za-z0-9_-]{1,64}$/;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What this browser lacks, in words; undefined when it has all that is needed. */
export function missing(): string | undefined {
  if (!window.isSecureContext) {
    return say("surroundings.notSecure");
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") return say("surroundings.noWebAssembly");
  if (
    typeof navigator.storage?.getDirectory !== "function" ||
    navigator.locks === undefined ||
    typeof BroadcastChannel !== "function"
  ) {
    return say("surroundings.noFiles");
  }
  return undefined;
}

/**
 * What the address says; a string when that can't be. `?server=` is for development: it counts only on this machine.
 */
export function surroundings(location: Location): Surroundings | string {
  const profile = givenProfile(location);
  if (profile !== "" && !PROFILE.test(profile)) {
    return say("surroundings.noSuchProfile");
  }
  const given = LOOPBACK.test(location.hostname) ? new URLSearchParams(location.search).get("server") : null;
  return { profile: profile === "" ? FIRST_PROFILE : profile, shownProfile: profile, server: given ?? location.origin };
}

/** The address of this app with an empty profile. */
export function newProfileAddress(location: Location): string {
  const address = new URL(location.href);
  const name = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  address.searchParams.set("profile", `new-${(name % 36 ** 4).toString(36)}`);
  address.hash = "";
  return address.href;
}
