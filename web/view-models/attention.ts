// SPDX-License-Identifier: AGPL-3.0-or-later

// Whether somebody is looking at this page: it is visible and has the focus.
export interface Attention {
  readonly attentive: boolean;
  /** Calls the listener at each change; the answer ends that. */
  subscribe(listener: (attentive: boolean) => void): () => void;
}
