// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Attention } from "../view-models/attention";

/** The attention of whoever sits before this page: it is visible and has the focus. */
export function pageAttention(): Attention {
  const listeners = new Set<(attentive: boolean) => void>();
  const look = () => document.visibilityState === "visible" && document.hasFocus();
  let attentive = look();
  const renew = () => {
    if (look() === attentive) return;
    attentive = !attentive;
    for (const listener of [...listeners]) listener(attentive);
  };
  document.addEventListener("visibilitychange", renew);
  for (const event of ["focus", "blur", "pageshow", "pagehide"]) addEventListener(event, renew);
  return {
    get attentive() {
      return attentive;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
