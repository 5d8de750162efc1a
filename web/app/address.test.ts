// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AppViewModel } from "../view-models/app";
import { BEN, FakeAttention, noNotifications, state, type FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { keepAddress, keepRegistrationStep, openedRoute } from "./address";

let core: FakeCore;
let app: AppViewModel;
const listening: [string, EventListenerOrEventListenerObject][] = [];

beforeEach(() => {
  const { addEventListener } = window;
  vi.spyOn(window, "addEventListener").mockImplementation((name: string, listener) => {
    listening.push([name, listener as EventListener]);
    addEventListener.call(window, name, listener as EventListener);
  });
  history.pushState(null, "", "/");
  core = settledCore();
});
afterEach(() => {
  app.dispose();
  for (const [name, listener] of listening.splice(0)) window.removeEventListener(name, listener);
  vi.restoreAllMocks();
});

async function start(hash = ""): Promise<void> {
  if (hash !== "") history.replaceState(null, "", hash);
  const options = { server: "", deviceName: "Web", attention: new FakeAttention(), notifications: noNotifications };
  app = new AppViewModel(core, options);
  keepAddress(app);
  keepRegistrationStep(app);
  await app.start(openedRoute());
}
async function back(): Promise<void> {
  const popped = new Promise((resolve) => window.addEventListener("popstate", resolve, { once: true }));
  history.back();
  await popped;
  await new Promise((resolve) => setTimeout(resolve));
}
const isAt = (hash: string) => vi.waitFor(() => expect(location.hash).toBe(hash));

describe("the back button", () => {
  it("leads from where a device is linked to the list, by every page between", async () => {
    await start("#/settings/link");
    await isAt("#/settings/link");
    for (const hash of ["#/settings/devices", "#/settings", ""]) {
      await back();
      await isAt(hash);
      expect(app.route).toEqual(openedRoute());
    }
  });

  it("and going back in the app come to the same", async () => {
    await start(`#/settings/devices/c/${BEN}`);
    await isAt(`#/settings/devices/c/${BEN}`);
    for (const hash of [`#/settings/c/${BEN}`, `#/c/${BEN}`, ""]) {
      app.goBack();
      await isAt(hash);
    }
    expect((history.state as { made: number }).made).toBe(0);
  });

  it("leads from linking this device to the registration, and the link is given up", async () => {
    core.on("getState", () => state({ registered: false, name: "" }));
    await start();
    app.snapshot().registration?.link();
    await vi.waitFor(() => expect(app.snapshot().phase).toBe("linking"));
    await back();
    expect(app.snapshot()).toMatchObject({ phase: "registration", linking: undefined });
    expect(core.called("cancelLinking")).toHaveLength(1);
  });
});
