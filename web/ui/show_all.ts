// SPDX-License-Identifier: AGPL-3.0-or-later

// The rest of a long list, by a button that is gone then: the focus goes on with the first row that it has brought.
import { useLayoutEffect, useState, type RefObject } from "react";

/** `shown`: how many rows there are before. */
export function useShowAll(
  list: RefObject<HTMLElement | null>,
  shown: number,
  setAll: (all: boolean) => void,
): () => void {
  const [from, setFrom] = useState<number>();
  useLayoutEffect(() => {
    if (from === undefined) return;
    list.current?.children[from]?.querySelector<HTMLElement>("[data-row]")?.focus();
  }, [list, from]);
  return () => {
    setFrom(shown);
    setAll(true);
  };
}
