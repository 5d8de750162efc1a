// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render, screen } from "@testing-library/react";
import { StrictMode, useCallback } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useMade } from "./use_made";

let alive: string[];
let made: number;
beforeEach(() => {
  alive = [];
  made = 0;
});
afterEach(cleanup);

const modelOf = (name: string) => {
  ++made;
  alive.push(name);
  return { name, dispose: vi.fn(() => void alive.splice(alive.indexOf(name), 1)) };
};
const seen: string[] = [];
function View({ name }: { name: string }) {
  const model = useMade(useCallback(() => modelOf(name), [name]));
  seen.push(`${name}: ${model?.name ?? "none"}`);
  return <p>{model === undefined ? "none yet" : `of ${model.name}`}</p>;
}

it("a model is made once for a component, and gone with it", () => {
  const { rerender, unmount } = render(<View name="Ben" />);
  screen.getByText("of Ben");
  rerender(<View name="Ben" />);
  expect([alive, made]).toEqual([["Ben"], 1]);
  unmount();
  expect(alive).toEqual([]);
});

it("of something else another one is made, and the first is never shown as that", () => {
  const { rerender } = render(<View name="Ben" />);
  seen.length = 0;
  rerender(<View name="Kitchen" />);
  screen.getByText("of Kitchen");
  expect(alive).toEqual(["Kitchen"]);
  expect(seen).toEqual(["Kitchen: none", "Kitchen: Kitchen"]);
});

it("none is left behind by a component that is shown twice at its beginning", () => {
  const { unmount } = render(
    <StrictMode>
      <View name="Ben" />
    </StrictMode>,
  );
  screen.getByText("of Ben");
  expect(alive).toEqual(["Ben"]);
  unmount();
  expect(alive).toEqual([]);
});
