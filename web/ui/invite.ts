// SPDX-License-Identifier: AGPL-3.0-or-later
import { say } from "../view-models/say";
import { copyText } from "./copy_text";

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
