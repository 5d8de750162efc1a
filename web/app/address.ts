// SPDX-License-Identifier: AGPL-3.0-or-later

// Keeps the address of the page and what is open the same. Each layer that is open (view-models/route.ts) has an entry
// of the history, so the back button, which on a phone is how one leaves anything, closes one; what is closed in
// another way takes its entry with it.
import type { AppViewModel } from "../view-models/app";
import type { AppSnapshot } from "../view-models/app_snapshot";
import { addressOf, layersOf, routeOf, stepTo, type Route } from "../view-models/route";

export const openedRoute = (): Route => routeOf(location.hash);

/** How many entries before this one are the app's own. */
const made = (): number => (history.state as { made?: number } | null)?.made ?? 0;

function write(how: "pushState" | "replaceState", before: number, route: Route): void {
  history[how]({ made: before }, "", location.pathname + location.search + addressOf(route));
}

export function keepAddress(app: AppViewModel): void {
  let asked = false;
  let seeded = history.state !== null;
  let goingBack = false;

  /** A page that was opened at an address has the layers above it to go back to. */
  const seed = (route: Route) => {
    seeded = true;
    write("replaceState", 0, routeOf(""));
    layersOf(route).forEach((each, at) => write("pushState", at + 1, each));
  };
  const follow = () => {
    asked = false;
    const { phase, entered } = app.snapshot();
    if (goingBack || phase !== "chats" || !entered) return;
    const { route } = app;
    if (!seeded) return seed(route);
    const step = stepTo(made(), addressOf(openedRoute()), route);
    if (step.kind === "back") {
      goingBack = true;
      history.go(-step.by);
    } else if (step.kind !== "none") {
      write(step.kind === "push" ? "pushState" : "replaceState", step.kind === "push" ? made() + 1 : made(), route);
    }
  };
  /** What changes together is one step. */
  const ask = () => {
    if (!asked) queueMicrotask(follow);
    asked = true;
  };
  app.subscribe(ask);

  addEventListener("popstate", () => {
    if (!goingBack) app.go(openedRoute());
    goingBack = false;
    ask();
  });
}

/** The back button goes from the code, or from linking, to the number, and does not leave the app. */
export function keepRegistrationStep(app: AppViewModel): void {
  const hasEntry = (): boolean => (history.state as { registering?: boolean } | null)?.registering === true;
  let heard: AppSnapshot["registration"];
  let goingBack = false;
  const follow = () => {
    const linking = app.snapshot().phase === "linking";
    const step = linking ? undefined : heard?.snapshot().step;
    if ((linking || step === "code" || step === "pin") && !hasEntry()) history.pushState({ registering: true }, "");
    if (step === "handle" && hasEntry() && !goingBack) {
      goingBack = true;
      history.back();
    }
  };
  app.subscribe(() => {
    const { registration } = app.snapshot();
    if (registration !== heard) registration?.subscribe(follow);
    heard = registration;
    follow();
  });
  addEventListener("popstate", () => {
    const { linking } = app.snapshot();
    if (!goingBack && !hasEntry()) (linking?.leave ?? heard?.back)?.();
    goingBack = false; // else a button has gone back already, and this only takes its entry away
    follow();
  });
}
