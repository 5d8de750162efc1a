// SPDX-License-Identifier: AGPL-3.0-or-later

// What people are found by, as it is typed and shown. What is a handle the core decides.
import type { Handle } from "../core-client/schema";
import { looksLikePhone } from "./phone";
import { fold } from "./words";

export type HandleKind = "phone" | "email" | "username";

/** The one to show; "" when none is known. */
export const handleOf = (of: { handles: readonly Pick<Handle, "text">[] } | undefined): string =>
  of?.handles[0]?.text ?? "";

/** Which kind it is, if it is one. */
export const handleKind = (typed: string): HandleKind =>
  typed.trim().startsWith("@") ? "username" : typed.includes("@") ? "email" : "phone";

/** Whether something is typed that may be a handle and is no name. */
export function looksLikeHandle(typed: string): boolean {
  return looksLikePhone(typed) || /^\s*(@[a-z][\w.]*|[^\s@]+@[^\s@]+\.[^\s@]+)\s*$/i.test(typed);
}

/** Fewer are in nearly every number. */
const DIGITS_MIN = 3;

/**
 * Whether somebody who types this may look for a handle: by digits of a number, or by how anything else begins, with
 * or without the @ of a username.
 */
export function isInHandle(typed: string, text: string): boolean {
  if (handleKind(text) === "phone") {
    const number = typed.replace(/[^\d+]/g, ""); // with a + it is a beginning
    return looksLikePhone(typed) && number.replace("+", "").length >= DIGITS_MIN && text.includes(number);
  }
  const part = fold(typed).trim();
  const whole = fold(text);
  return part !== "" && (whole.startsWith(part) || whole.startsWith(`@${part}`));
}
