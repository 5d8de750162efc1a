// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { expect, it, vi } from "vitest";

vi.mock("../../build/wasm/kith_core.wasm?url", () => ({ default: "" }));
vi.mock("../../build/wasm/kith_media.wasm?url", () => ({ default: "" }));

const starting = vi.fn((): Promise<never> => new Promise(() => undefined));
vi.mock("../core-client/client", () => ({
  CoreClient: { start: () => starting() },
  CoreUnavailable: class extends Error {},
}));
vi.mock("./surroundings", async (original) => ({
  ...(await original<typeof import("./surroundings")>()),
  missing: () => undefined,
}));

it.each([
  ["/link#AY3f", "/#/settings/link"],
  ["/join#AY3f", "/#/join"],
])("a page that %s has opened has that in its address no more, however long the core takes", async (link, address) => {
  vi.resetModules();
  starting.mockClear();
  document.body.innerHTML = '<div id="root"></div>';
  history.replaceState(null, "", link);
  await import("./main");
  await vi.waitFor(() => expect(starting).toHaveBeenCalledOnce(), 10_000);
  expect(location.pathname + location.hash).toBe(address);
});
