// SPDX-License-Identifier: AGPL-3.0-or-later

import { useCallback, useSyncExternalStore } from "react";

/** One pane at a time (app_root.module.css). */
export const NARROW = "(max-width: 47.5em)";
/** No room for the list beside a conversation and its details (app_root.module.css). */
export const LIST_OR_DETAILS = "(max-width: 73.75em)";

export const isMedia = (query: string): boolean => matchMedia(query).matches;

/** Whether the media query holds, as it changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => isMedia(query));
}
