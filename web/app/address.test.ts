// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { GroupPreviewSchema } from "../core-client/schema";
import { AppViewModel } from "../view-models/app";
import { BEN, FakeAttention, noNotifications, state, type FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { keepAddress, keepRegistrationStep, openedRoute } from "./address";
import { takeGroupLink } from "./group_link";

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

async function start(hash = "", groupLink = ""): Promise<void> {
  if (hash !== "") history.replaceState(null, "", hash);
  const options = {
    server: "",
    deviceName: "Web",
    attention: new FakeAttention(),
    notifications: noNotifications,
    groupLink,
  };
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

describe("the link of a group", () => {
  const preview = { title: "Kitchen", members: 3 };

  it("with which the page was opened is looked at where one joins, and back leads to the list", async () => {
    core.on("openGroupLink", () => create(GroupPreviewSchema, preview));
    history.replaceState(null, "", "/join?profile=x#AY3f");
    const link = takeGroupLink();
    expect(link).toBe(`${location.origin}/join#AY3f`);
    expect(location.href).toBe(`${location.origin}/?profile=x#/join`);
    await start("", link);
    await vi.waitFor(() => expect(app.join.snapshot().preview?.title).toBe("Kitchen"));
    expect(core.called("openGroupLink")).toEqual([{ link }]);
    await isAt("#/join");
    await back();
    await isAt("#/new-chat");
    expect(app.join.snapshot().link).toBe("");
  });

  it("waits until there is an account whom it could let in", async () => {
    core.on("getState", () => state({ registered: false, name: "" }));
    await start("", "https://kith.example/join#AY3f");
    expect(app.snapshot().phase).toBe("registration");
    expect(core.called("openGroupLink")).toEqual([]);
    core.on("getState", () => state());
    core.emit({ case: "stateChanged", value: state() });
    await vi.waitFor(() => expect(core.called("openGroupLink")).toHaveLength(1));
    expect(app.route.panel).toBe("join");
  });

  it("that has nothing in it is none", () => {
    history.replaceState(null, "", "/join");
    expect([takeGroupLink(), location.pathname + location.hash]).toEqual(["", "/#/join"]);
  });
});
