// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { hasNewVersion, reloadOnce } from "./version";

const JAVASCRIPT = { "Content-Type": "text/javascript" };

beforeEach(() => {
  sessionStorage.clear();
  document.head.innerHTML = '<script type="module" src="/assets/index-abc.js"></script>';
});
afterEach(() => {
  document.head.innerHTML = "";
  vi.unstubAllGlobals();
});

describe("another version at the server", () => {
  it.each([
    ["is there when it has the page's script no more", 404, {}, true],
    ["is there when it answers with the page in its place", 200, { "Content-Type": "text/html" }, true],
    ["is not there while it has the script", 200, JAVASCRIPT, false],
    ["is not said to be there by a server in trouble", 503, {}, false],
  ])("%s", async (_, status, headers, expected) => {
    const asked = vi.fn(() => Promise.resolve(new Response(null, { status, headers })));
    vi.stubGlobal("fetch", asked);
    expect(await hasNewVersion()).toBe(expected);
    const [url, { method }] = asked.mock.calls[0] as unknown as [string, RequestInit];
    expect([new URL(url).pathname, method]).toEqual(["/assets/index-abc.js", "HEAD"]);
  });
});

it("the page begins anew by itself once in a minute", () => {
  const reload = vi.fn();
  expect([1_000_000, 1_059_000, 1_060_000].map((now) => reloadOnce(now, reload))).toEqual([true, false, true]);
  expect(reload).toHaveBeenCalledTimes(2);
});
