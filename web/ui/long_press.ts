// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef, type MouseEvent, type PointerEvent, type TouchEvent } from "react";

const LONG_MS = 450;
/** A finger that moves farther scrolls. */
const STILL_PX = 8;

/** The browser's own menu is for what is selected. */
const isSelected = (element: Element): boolean => {
  const selection = getSelection();
  return selection !== null && String(selection) !== "" && selection.containsNode(element, true);
};

/**
 * Opens a menu by the other mouse button, by the menu key, and by a long press: not every browser tells of that one.
 */
export function useContextMenu(open: (x: number, y: number) => void) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number }>(undefined);
  const end = () => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };
  useEffect(() => end, []);
  const opened = useRef(false);
  return {
    onContextMenu: (event: MouseEvent) => {
      if (event.target instanceof HTMLAnchorElement || isSelected(event.currentTarget)) return;
      event.preventDefault();
      end();
      open(event.clientX, event.clientY);
    },
    onPointerDown: ({ pointerType, target, clientX: x, clientY: y }: PointerEvent) => {
      if (pointerType !== "touch" || target instanceof HTMLAnchorElement) return;
      opened.current = false;
      const long = () => {
        opened.current = true;
        open(x, y);
      };
      press.current = { timer: setTimeout(long, LONG_MS), x, y };
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      if (press.current === undefined) return;
      if (Math.hypot(clientX - press.current.x, clientY - press.current.y) > STILL_PX) end();
    },
    onPointerUp: end,
    // The mouse events that browsers make of a touch would close the menu as the finger leaves.
    onTouchEnd: (event: TouchEvent) => {
      if (opened.current && event.cancelable) event.preventDefault();
      opened.current = false;
    },
    onPointerCancel: end,
  };
}
