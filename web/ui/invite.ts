// SPDX-License-Identifier: AGPL-3.0-or-later
import { say } from "../view-models/say";

/**
 * Lets somebody pass a text on: by what the device has for that, or copied. The answer says in words what became of it;
 * "" when that is seen.
 */
export async function passOn(text: string): Promise<string> {
  if (matchMedia("(pointer: coarse)").matches && "share" in navigator) {
    try {
      await navigator.share({ text });
      return "";
    } catch {
      // Closed, or not allowed: it is copied.
    }
  }
  return (await copyText(text)) ? say("invite.copied") : say("invite.cantCopy", { text });
}

/** False: the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
