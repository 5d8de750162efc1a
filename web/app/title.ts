// SPDX-License-Identifier: AGPL-3.0-or-later

import type { AppViewModel } from "../view-models/app";

/** "(3) Kith", with the profile when it is not the first. */
export function keepTitle(app: AppViewModel, profile: string): void {
  const write = () => {
    const unread = app.snapshot().phase === "chats" ? app.list.snapshot().unread : 0;
    const title = `${unread > 0 ? `(${unread}) ` : ""}Kith${profile === "" ? "" : ` · ${profile}`}`;
    if (document.title !== title) document.title = title; // setting it costs, also to what it is
  };
  app.list.subscribe(write);
  app.subscribe(write);
  write();
}
