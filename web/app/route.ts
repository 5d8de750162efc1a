// SPDX-License-Identifier: AGPL-3.0-or-later

// The open conversation in the address (#c=ID): so a reload comes back to it, and the back button of a phone closes it.
import type { AppViewModel } from "../view-models/app";

const ROUTE = /^#c=([0-9a-f]{32})$/;

export const routedConversation = (): string => ROUTE.exec(location.hash)?.[1] ?? "";

function addressOf(conversation: string): string {
  return location.pathname + location.search + (conversation === "" ? "" : `#c=${conversation}`);
}

export function keepRoute(app: AppViewModel): void {
  let shown = routedConversation();
  /** An entry of the history that this page made for the conversation: closing goes back over it. */
  let pushed = false;

  app.subscribe(() => {
    const { phase, open } = app.snapshot();
    const now = open?.id ?? "";
    if (phase === "starting" || (phase === "chats" && !app.list.snapshot().loaded) || now === shown) return;
    const before = shown;
    shown = now;
    if (now !== "" && before === "") {
      history.pushState(null, "", addressOf(now));
      pushed = true;
    } else if (now === "" && pushed) {
      pushed = false;
      history.back();
    } else {
      history.replaceState(null, "", addressOf(now));
    }
  });

  addEventListener("popstate", () => {
    const wanted = routedConversation();
    if (wanted === shown) return;
    shown = wanted;
    pushed = false;
    if (wanted === "") app.closeConversation();
    else void app.openConversation(wanted);
  });
}
