// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { beforeEach, describe, expect, it } from "vitest";

import { pageLinking, takeOpenedLink } from "./kept_linking";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

describe("a page that a link has opened", () => {
  it("keeps the link, and has it in its address no more", () => {
    history.replaceState(null, "", "/link?profile=second#AY3f");
    const port = pageLinking("second");
    const { href } = location;
    takeOpenedLink(port);
    expect(port.load()).toEqual({ given: href });
    expect(location.pathname + location.search + location.hash).toBe("/?profile=second#/settings/link");
    expect(history.state).toBeNull();
  });

  it("of nothing but the path leads there without a link", () => {
    history.replaceState(null, "", "/link");
    const port = pageLinking("main");
    takeOpenedLink(port);
    expect(port.load()).toEqual({});
    expect(location.hash).toBe("#/settings/link");
  });

  it("of another path stays as it is", () => {
    history.replaceState(null, "", "/#/settings/devices");
    const port = pageLinking("main");
    takeOpenedLink(port);
    expect([port.load(), location.hash]).toEqual([{}, "#/settings/devices"]);
  });
});

describe("what is kept of linking", () => {
  it("is there for the page loaded anew, of the same profile, until it is over", () => {
    pageLinking("main").save({ joining: true });
    expect(pageLinking("main").load()).toEqual({ joining: true });
    expect(pageLinking("other").load()).toEqual({});
    pageLinking("main").save({});
    expect(pageLinking("main").load()).toEqual({});
  });

  it("that is not what it should be is nothing", () => {
    for (const value of ["{", "null", "7", '{"given":7,"joining":"yes"}']) {
      sessionStorage.setItem("kith-linking-main", value);
      expect(pageLinking("main").load(), value).toEqual({});
    }
  });
});
