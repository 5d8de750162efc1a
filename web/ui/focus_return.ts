// SPDX-License-Identifier: AGPL-3.0-or-later

// When a part of the page closes, the focus returns to where it came from: to the element, or to what has taken its
// place, which has the same id.
import { useEffect, useRef, type RefObject } from "react";

import type { Route } from "../view-models/route";

const LAYERS = ["panel", "section", "conversation", "details"] as const;
type Layer = (typeof LAYERS)[number];

/** What a layer has open: equal while it is the same. */
const shownIn = (layer: Layer, route: Route): string => {
  switch (layer) {
    case "panel":
      return route.panel === "list" ? "" : route.panel;
    case "details":
      return route.details ? "details" : "";
    default:
      return route[layer];
  }
};

/** The id of what opens it. */
const OPENERS: Record<Layer, string> = {
  panel: "open-",
  section: "topic-",
  conversation: "row-",
  details: "open-",
};
export const SEARCH_FIELD_ID = "search-field";

function focus(element: Element | null): boolean {
  if (!(element instanceof HTMLElement) || !element.isConnected) return false;
  element.focus();
  return document.activeElement === element;
}

const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

interface Routed {
  readonly route: Route;
  subscribe(listener: () => void): () => void;
}

export function useFocusReturn(app: Routed): void {
  useEffect(() => {
    const openers = new Map<Layer, Element | null>();
    let before = app.route;
    return app.subscribe(() => {
      const now = app.route;
      const closed: { layer: Layer; shown: string }[] = [];
      for (const layer of LAYERS) {
        const was = shownIn(layer, before);
        const is = shownIn(layer, now);
        if (was !== "" && is === "") closed.push({ layer, shown: was });
        if (is !== "" && was !== is) openers.set(layer, document.activeElement);
      }
      before = now;
      const back = () =>
        closed.some(({ layer, shown }) => {
          const opener = layer === "conversation" ? null : (openers.get(layer) ?? null);
          return (opener !== document.body && focus(opener)) || focus(document.getElementById(OPENERS[layer] + shown));
        }) || focus(document.getElementById(SEARCH_FIELD_ID));
      if (closed.length > 0) requestAnimationFrame(() => isLost() && back());
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
    if (isLost()) focus(before);
  };
}
