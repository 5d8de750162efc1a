// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { usePreview } from "./use_preview";

afterEach(cleanup);

it("a picture is there as long as what shows it, and is forgotten also when it comes later", async () => {
  let come = (_address: string): void => undefined;
  const later = new Promise<string>((resolve) => (come = resolve));
  const make = (id: string) => (id === "1" ? Promise.resolve("blob:1") : later);
  const forget = vi.fn();
  const { result, rerender, unmount } = renderHook(({ id }) => usePreview(make, id, forget), {
    initialProps: { id: "1" },
  });
  expect(result.current).toBe("");
  await act(async () => undefined);
  expect(result.current).toBe("blob:1");
  expect(forget).not.toHaveBeenCalled();
  rerender({ id: "2" });
  expect(forget).toHaveBeenLastCalledWith("blob:1");
  unmount();
  await act(async () => come("blob:2"));
  expect(forget).toHaveBeenLastCalledWith("blob:2");
});
