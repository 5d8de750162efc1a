// SPDX-License-Identifier: AGPL-3.0-or-later

// The keys that work wherever the focus is. Ctrl or Cmd with K: search. Alt with the arrows: the conversation above or
// below. Escape: what it closes when no part of the page took it.
import { useEffect } from "react";

import type { Conversation } from "../view-models/core";
import type { Route } from "../view-models/route";
import { isEscape } from "./keys";
import { searchAll } from "./search_all";

export interface ShortcutActions {
  readonly route: Route;
  readonly list: { snapshot(): { shown: readonly Conversation[] } };
  openConversation(id: string): unknown;
  closeConversation(): void;
  closeDetails(): void;
  openSearch(): void;
  goBack(): void;
}

/** 1 for the one below, -1 for the one above. False when there is none. */
function openNext(app: ShortcutActions, step: 1 | -1): boolean {
  const { shown } = app.list.snapshot();
  const at = shown.findIndex(({ id }) => id === app.route.conversation);
  const next = shown[step === 1 ? at + 1 : Math.max(0, at - 1)];
  if (next !== undefined) void app.openConversation(next.id);
  return next !== undefined;
}

export function useShortcuts(app: ShortcutActions): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isEscape(event) && !event.defaultPrevented) app.goBack();
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        searchAll(app);
      }
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown"))
        if (openNext(app, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [app]);
}
