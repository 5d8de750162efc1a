// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { EmojiPanel } from "./emoji_panel";

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
});
afterEach(cleanup);

async function panel() {
  const onPick = vi.fn();
  render(<EmojiPanel onPick={onPick} />);
  await screen.findByRole("region", { name: "Faces and hearts" }, { timeout: 15_000 });
  return onPick;
}

it("finds an emoji by a word, and Enter takes the first", { timeout: 30_000 }, async () => {
  const onPick = await panel();
  const field = screen.getByRole("searchbox", { name: "Search emoji" });
  fireEvent.change(field, { target: { value: "pizza" } });
  expect(screen.getByRole("button", { name: "pizza" })).toBeTruthy();
  fireEvent.keyDown(field, { key: "Enter" });
  expect(onPick).toHaveBeenCalledWith("🍕");
  fireEvent.change(field, { target: { value: "zzzz" } });
  expect(screen.getByText("Nothing found.")).toBeTruthy();
});

it("gives the tone that was chosen, and shows what was taken last the next time", { timeout: 30_000 }, async () => {
  const onPick = await panel();
  fireEvent.click(screen.getByRole("button", { name: /^Skin tone: No/ }));
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "waving hand" } });
  fireEvent.click(screen.getByRole("button", { name: "waving hand" }));
  expect(onPick).toHaveBeenCalledWith("👋🏻");
  cleanup();
  await panel();
  expect(screen.getByRole("region", { name: "Last used" }).textContent).toContain("👋🏻");
});
