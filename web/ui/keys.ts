// SPDX-License-Identifier: AGPL-3.0-or-later

// Keys that belong to the whole page: those of an input method, and Escape, which closes the innermost thing that is
// open and nothing else.
import { useEffect, useEffectEvent } from "react";

/** What lies over the page, the innermost last: menus, pickers, dialogs. They have no place in the address. */
const overlays: (() => void)[] = [];

/** Safari tells of the key that ends a composition afterwards, and marks it only by this number. */
const COMPOSING_KEY_CODE = 229;

type Key = Pick<KeyboardEvent, "isComposing" | "keyCode">;
export const isOfComposition = (event: Key): boolean => event.isComposing || event.keyCode === COMPOSING_KEY_CODE;

export const isEscape = (event: { key: string }): boolean => event.key === "Escape";

/** Before any other part hears of a key. The answer ends that. */
export function watchKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfComposition(event)) return event.stopPropagation();
    const close = overlays.at(-1);
    if (!isEscape(event) || close === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  document.addEventListener("keydown", onKeyDown, true);
  return () => document.removeEventListener("keydown", onKeyDown, true);
}

/** While `open`, Escape closes this, wherever the focus is. */
export function useOverlay(open: boolean, close: () => void): void {
  const onEscape = useEffectEvent(close);
  useEffect(() => {
    if (!open) return;
    const own = () => onEscape();
    overlays.push(own);
    return () => void overlays.splice(overlays.indexOf(own), 1);
  }, [open]);
}
