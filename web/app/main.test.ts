// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { expect, it, vi } from "vitest";

vi.mock("../../build/wasm/kith_core.wasm?url", () => ({ default: "" }));

const starting = vi.fn((): Promise<never> => new Promise(() => undefined));
vi.mock("../core-client/client", () => ({
  CoreClient: { start: () => starting() },
  CoreUnavailable: class extends Error {},
}));
vi.mock("./surroundings", async (original) => ({
  ...(await original<typeof import("./surroundings")>()),
  missing: () => undefined,
}));

it("a page that a link has opened has it in its address no more, however long the core takes to start", async () => {
  document.body.innerHTML = '<div id="root"></div>';
  history.replaceState(null, "", "/link#AY3f");
  await import("./main");
  expect(starting).toHaveBeenCalledOnce();
  expect(location.pathname + location.hash).toBe("/#/settings/link");
});
