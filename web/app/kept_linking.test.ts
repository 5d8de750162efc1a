// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { beforeEach, describe, expect, it } from "vitest";

import { pageLinking, takeOpenedLink } from "./kept_linking";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

describe("a page that a link has opened", () => {
  const secrets = () =>
    [location.href, JSON.stringify({ ...sessionStorage }), JSON.stringify({ ...localStorage })].join();

  it("has the link in its memory, and nowhere else from the first moment on", () => {
    history.replaceState(null, "", "/link?profile=second#AY3f");
    const { href } = location;
    const before = history.length;
    const link = takeOpenedLink();
    expect(link).toBe(href);
    expect(location.pathname + location.search + location.hash).toBe("/?profile=second#/settings/link");
    expect([history.state, history.length]).toEqual([null, before]);
    const port = pageLinking("second", link);
    expect(port.load()).toEqual({ given: href });
    port.save({ given: href });
    port.save({ ...port.load(), comparing: true });
    expect(secrets()).not.toContain("AY3f");
    expect(port.load()).toEqual({ given: href, comparing: true });
    expect(pageLinking("second").load()).toEqual({ comparing: true });
  });

  it("is about that link, whatever was begun before", () => {
    pageLinking("main").save({ joining: true });
    expect(pageLinking("main", "https://kith.example/link#a").load()).toEqual({ given: "https://kith.example/link#a" });
  });

  it("of nothing but the path leads there without a link", () => {
    history.replaceState(null, "", "/link");
    expect(takeOpenedLink()).toBe("");
    expect(location.hash).toBe("#/settings/link");
  });

  it("of another path stays as it is", () => {
    history.replaceState(null, "", "/#/settings/devices");
    expect([takeOpenedLink(), location.hash]).toEqual(["", "#/settings/devices"]);
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
