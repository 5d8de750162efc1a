// SPDX-License-Identifier: AGPL-3.0-or-later

import type { AppViewModel } from "../view-models/app";
import { numberText } from "../view-models/intl_text";

/** "(3) Kith", and the same number on the icon of an installed app; with the profile when it is not the first. */
export function keepTitle(app: AppViewModel, profile: string): void {
  const write = () => {
    const unread = app.snapshot().phase === "chats" ? app.list.snapshot().unread : 0;
    const title = `${unread > 0 ? `(${numberText(unread)}) ` : ""}Kith${profile === "" ? "" : ` · ${profile}`}`;
    if (document.title === title) return; // setting it costs, also to what it is
    document.title = title;
    void (unread > 0 ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.())?.catch(() => undefined);
  };
  app.list.subscribe(write);
  app.subscribe(write);
  write();
}
