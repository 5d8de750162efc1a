// SPDX-License-Identifier: AGPL-3.0-or-later

// When a part of the page closes, the focus returns to where it came from: to the element, or to what has taken its
// place, which has the same id.
import { useEffect, useRef, type RefObject } from "react";

import { wayTo, type Place, type Route } from "../view-models/route";

/** What can be open, with the id of what opens it, the outermost first. */
function openIn(route: Route): Map<string, string> {
  const open = new Map<string, string>();
  for (const place of wayTo(route)) open.set(nameOf(place), nameOf(place));
  if (route.conversation !== "") open.set("conversation", `row-${route.conversation}`);
  if (route.details) open.set("details", "open-details");
  if (route.topic !== "") open.set("topic", `details-${route.topic}`);
  return open;
}

/** Of a place at the left, and the id of what opens it. */
const nameOf = ({ panel, section }: Place): string => (section === "" ? `open-${panel}` : `topic-${section}`);

export const SEARCH_FIELD_ID = "search-field";

function focus(element: Element | null): boolean {
  if (!(element instanceof HTMLElement) || !element.isConnected) return false;
  element.focus();
  return document.activeElement === element;
}

/** What had the focus is gone. */
export const isFocusLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

interface Routed {
  readonly route: Route;
  subscribe(listener: () => void): () => void;
}

export function useFocusReturn(app: Routed): void {
  useEffect(() => {
    const openers = new Map<string, Element | null>();
    let before = openIn(app.route);
    return app.subscribe(() => {
      const now = openIn(app.route);
      const closed = [...before].filter(([what]) => !now.has(what));
      for (const [what, opener] of now) if (before.get(what) !== opener) openers.set(what, document.activeElement);
      before = now;
      const back = () =>
        closed.some(([what, id]) => {
          const opener = what === "conversation" ? null : (openers.get(what) ?? null);
          return (opener !== document.body && focus(opener)) || focus(document.getElementById(id));
        }) || focus(document.getElementById(SEARCH_FIELD_ID));
      if (closed.length > 0) requestAnimationFrame(() => isFocusLost() && back());
    });
  }, [app]);
}

/** For the button in whose place something else stands while `open`: it has the focus again afterwards. */
export function useOpener(open: boolean): RefObject<HTMLButtonElement | null> {
  const opener = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (!open && wasOpen.current) opener.current?.focus();
    wasOpen.current = open;
  }, [open]);
  return opener;
}

/** The focus goes back when what took it is taken away. Called before that: it remembers where the focus is. */
export function rememberFocus(before = document.activeElement): () => void {
  return () => {
    if (isFocusLost()) focus(before);
  };
}
