// SPDX-License-Identifier: AGPL-3.0-or-later

import type { KeyboardEvent } from "react";

/** To the right is 1 ahead, or -1 where one reads from the right. */
export const aheadOf = (element: Element): 1 | -1 => (getComputedStyle(element).direction === "rtl" ? -1 : 1);

/** Moves the focus up and down between the elements of a container that match; Home and End too. */
export function moveFocusByArrows(event: KeyboardEvent<HTMLElement>, selector: string): void {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (inField && !Number.isFinite(step)) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  event.preventDefault();
  rows[next]?.focus();
}
