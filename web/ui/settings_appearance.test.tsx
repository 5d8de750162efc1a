// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { AppearanceViewModel } from "../view-models/appearance";
import { BEN, state } from "../view-models/testing/fake_core";
import { AppearanceContext } from "./appearance_context";
import { AppearancePage } from "./settings_appearance";
import { DevicePage } from "./settings_pages";
import { WallpaperPage } from "./wallpaper_page";

let model: AppearanceViewModel;
beforeEach(() => {
  model = new AppearanceViewModel();
});
afterEach(cleanup);
const show = (page: React.ReactNode) => render(<AppearanceContext value={model}>{page}</AppearanceContext>);
const choice = (group: string, name: string) =>
  within(screen.getByRole("radiogroup", { name: group })).getByRole<HTMLInputElement>("radio", { name });
const now = () => model.snapshot();

describe("the page on appearance", () => {
  beforeEach(() => void show(<AppearancePage />));

  it.each([
    ["Theme", "As the device", "Dark", () => now().theme === "dark"],
    ["Theme", "As the device", "High contrast", () => now().theme === "contrast"],
    ["Accent colour", "Plum", "Teal", () => now().accent === "teal"],
    ["Wallpaper of chats", "Paper", "Sage", () => now().wallpaper === "sage"],
  ])("chooses %s: in place of %s, %s", (group, before, after, isChosen) => {
    expect(choice(group, before).checked).toBe(true);
    fireEvent.click(choice(group, after));
    expect([choice(group, before).checked, choice(group, after).checked]).toEqual([false, true]);
    expect(isChosen()).toBe(true);
  });

  it("chooses the size of the text, and says its name", () => {
    const slider = screen.getByRole<HTMLInputElement>("slider", { name: "Text size" });
    expect(slider.getAttribute("aria-valuetext")).toBe("Standard");
    fireEvent.change(slider, { target: { value: "3" } });
    expect(now().textSize).toBe("larger");
    expect(slider.getAttribute("aria-valuetext")).toBe("Very large");
  });

  it("says what Enter does", () => {
    const enter = screen.getByRole("switch", { name: "Enter sends" });
    const hint = () => document.getElementById(enter.getAttribute("aria-describedby") ?? "")?.textContent;
    expect(hint()).toContain("Shift+Enter makes a new line");
    fireEvent.click(enter);
    expect(now().entersSend).toBe(false);
    expect(hint()).toContain("Ctrl+Enter or ⌘+Enter sends");
  });

  it("is as usual again when it is reset", () => {
    fireEvent.click(choice("Theme", "Dark"));
    const reset = screen.getByRole("button", { name: "Reset appearance" });
    expect(reset.getAttribute("aria-disabled")).toBe("false");
    fireEvent.click(reset);
    expect(choice("Theme", "As the device").checked).toBe(true);
    expect(reset.getAttribute("aria-disabled")).toBe("true");
  });

  it("shows what another tab has chosen", () => {
    act(() => model.setAccent("blue"));
    expect(choice("Accent colour", "Blue").checked).toBe(true);
  });
});

it("one conversation has a wallpaper of its own, or that of all", () => {
  show(<WallpaperPage conversation={BEN} />);
  expect(choice("Wallpaper of this chat", "As all chats").checked).toBe(true);
  fireEvent.click(choice("Wallpaper of this chat", "Rose"));
  expect(now().wallpapers).toEqual({ [BEN]: "rose" });
  fireEvent.click(choice("Wallpaper of this chat", "As all chats"));
  expect(now().wallpapers).toEqual({});
});

it("the list of keys says what Enter does", () => {
  show(<DevicePage state={state()} profile="" />);
  const keys = () => screen.getByText("Send; new line").nextElementSibling?.textContent;
  expect(keys()).toBe("Enter; Shift Enter");
  act(() => model.setEnterSends(false));
  expect(keys()).toBe("Ctrl Enter; Enter");
});
