// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { addressOf, backFrom, HOME, layersOf, routeOf, SETTINGS_SECTIONS, stepTo, type Route } from "./route";
import { ANA, BEN } from "./testing/fake_core";

const ROUTES: readonly [string, Route][] = [
  ["", HOME],
  ["#/new-chat", { ...HOME, panel: "new-chat" }],
  ["#/settings", { ...HOME, panel: "settings" }],
  ["#/settings/privacy", { ...HOME, panel: "settings", section: "privacy" }],
  ["#/settings/link", { ...HOME, panel: "settings", section: "link" }],
  [`#/c/${BEN}`, { ...HOME, conversation: BEN }],
  [`#/c/${BEN}/details`, { ...HOME, conversation: BEN, details: true }],
  [`#/c/${BEN}/details/link`, { ...HOME, conversation: BEN, details: true, topic: "link" }],
  [`#/c/${BEN}/view/${ANA}`, { ...HOME, conversation: BEN, viewing: ANA }],
  [`#/c/${BEN}/details/link/view/${ANA}`, { ...HOME, conversation: BEN, details: true, topic: "link", viewing: ANA }],
  ["#/new-group", { ...HOME, panel: "new-group" }],
  ["#/join", { ...HOME, panel: "join" }],
  [
    `#/settings/about/c/${BEN}/details`,
    { ...HOME, panel: "settings", section: "about", conversation: BEN, details: true },
  ],
];

describe("the address", () => {
  it.each(ROUTES)("%s says what is open, and is what is open", (address, route) => {
    expect(addressOf(route)).toBe(address);
    expect(routeOf(address)).toEqual(route);
  });

  it.each(["#", "#/", "#/elsewhere", "#/c/123", "#c=x", `#/c/${BEN}/more`, "#/settings/c", "#/details"])(
    "%s that can't be is the list",
    (address) => {
      expect(routeOf(address)).toMatchObject({ conversation: "", details: false, section: "" });
    },
  );

  it("of a page of details that is not there leads to the first one", () => {
    expect(routeOf(`#/c/${BEN}/details/constructor`)).toEqual({ ...HOME, conversation: BEN, details: true });
  });

  it("of a page that is not there leads to its panel", () => {
    expect(routeOf("#/settings/constructor")).toEqual({ ...HOME, panel: "settings" });
    expect(routeOf(`#/settings/no-such/c/${BEN}`)).toEqual(HOME);
    expect(routeOf(`#/new-chat/devices/c/${BEN}`)).toEqual({ ...HOME, panel: "new-chat", conversation: BEN });
    expect(routeOf("#/constructor")).toEqual(HOME);
  });
});

describe("back", () => {
  const backToHome = (route: Route): string[] =>
    addressOf(route) === "" ? [] : [addressOf(backFrom(route)), ...backToHome(backFrom(route))];

  it.each(SETTINGS_SECTIONS)("from %s leads to the list, by what it is a page of", (section) => {
    const way = section === "link" ? ["#/settings/devices", "#/settings", ""] : ["#/settings", ""];
    expect(backToHome({ ...HOME, panel: "settings", section })).toEqual(way);
  });

  it("leads from a page of the details to the first one, and from a new group to a new chat", () => {
    const page: Route = { ...HOME, conversation: BEN, details: true, topic: "requests" };
    expect(backToHome(page)).toEqual([`#/c/${BEN}/details`, `#/c/${BEN}`, ""]);
    expect(layersOf(page).map(addressOf)).toEqual([`#/c/${BEN}`, `#/c/${BEN}/details`, addressOf(page)]);
    for (const panel of ["new-group", "join"] as const)
      expect(backToHome({ ...HOME, panel })).toEqual(["#/new-chat", ""]);
  });

  it("closes a picture first that is shown alone", () => {
    const viewing: Route = { ...HOME, conversation: BEN, details: true, viewing: ANA };
    expect(backToHome(viewing)).toEqual([`#/c/${BEN}/details`, `#/c/${BEN}`, ""]);
  });

  it("closes details first, then what is at the left, then the conversation", () => {
    const all: Route = { ...HOME, panel: "settings", section: "link", conversation: BEN, details: true };
    expect(backToHome(all)).toEqual([
      `#/settings/link/c/${BEN}`,
      `#/settings/devices/c/${BEN}`,
      `#/settings/c/${BEN}`,
      `#/c/${BEN}`,
      "",
    ]);
    expect(backFrom(HOME)).toEqual(HOME);
  });

  it("by the browser leads the same way, when nothing is beside it", () => {
    for (const section of SETTINGS_SECTIONS) {
      const route: Route = { ...HOME, panel: "settings", section };
      const layers = layersOf(route).map(addressOf).reverse();
      expect([...layers.slice(1), ""]).toEqual(backToHome(route));
    }
  });
});

describe("the history", () => {
  /**
   * Follows the app through what is opened and closed, as app/address.ts does, and says what the back button passes
   * through.
   */
  function entriesAfter(...routes: Route[]): string[] {
    let entries = [""];
    for (const route of routes) {
      for (;;) {
        const step = stepTo(entries.length - 1, entries.at(-1) ?? "", route);
        if (step.kind === "none") break;
        if (step.kind === "back") entries = entries.slice(0, -step.by);
        else if (step.kind === "push") entries = [...entries, addressOf(route)];
        else entries = [...entries.slice(0, -1), addressOf(route)];
      }
    }
    return entries;
  }
  const ben = { ...HOME, conversation: BEN };
  const details = { ...ben, details: true };
  const settings: Route = { ...HOME, panel: "settings" };

  it("has one entry for each open layer", () => {
    expect(entriesAfter(ben, details)).toEqual(["", addressOf(ben), addressOf(details)]);
    expect(layersOf({ ...details, panel: "settings", section: "privacy" })).toHaveLength(4);
  });

  it("loses the entry of what is closed by a button or a key", () => {
    expect(entriesAfter(ben, details, ben)).toEqual(["", addressOf(ben)]);
    expect(entriesAfter(settings, { ...settings, section: "privacy" }, HOME)).toEqual([""]);
  });

  it("does not grow while somebody goes from conversation to conversation, nor from a new chat into it", () => {
    const ana = { ...HOME, conversation: ANA };
    expect(entriesAfter(ben, ana, ben, ana)).toEqual(["", addressOf(ana)]);
    expect(entriesAfter(ben, details, ana)).toEqual(["", addressOf(ana)]);
    expect(entriesAfter({ ...HOME, panel: "new-chat" }, ben)).toEqual(["", addressOf(ben)]);
  });

  it("of the settings beside a conversation leads to the conversation, whichever was first", () => {
    expect(entriesAfter(settings, { ...settings, conversation: BEN }, ben)).toEqual(["", addressOf(ben)]);
  });
});
