// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { beforeEach, describe, expect, it, vi } from "vitest";

import { USUAL_APPEARANCE, wornAs } from "../view-models/appearance";
import { pageAppearance, wear } from "./page_appearance";

const DEVICE = { dark: false, contrast: false, touch: false };
const root = document.documentElement;

beforeEach(() => {
  localStorage.clear();
  for (const name of ["theme", "contrast", "accent", "text"]) delete root.dataset[name];
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: query.includes("dark"),
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
});

describe("what the page wears", () => {
  it("is in its attributes, and in the browser's bars", () => {
    document.head.innerHTML = '<meta name="theme-color" content="#fbf8f5">';
    wear(wornAs({ ...USUAL_APPEARANCE, theme: "dark", accent: "teal", textSize: "large" }, DEVICE));
    expect({ ...root.dataset }).toEqual({ theme: "dark", accent: "teal", text: "large" });
    expect(document.querySelector("meta")?.content).toBe("#211a1f");
    wear(wornAs({ ...USUAL_APPEARANCE, theme: "contrast" }, DEVICE));
    expect({ ...root.dataset }).toEqual({ theme: "light", accent: "plum", text: "standard", contrast: "more" });
    wear(wornAs(USUAL_APPEARANCE, DEVICE));
    expect(root.dataset.contrast).toBeUndefined();
  });

  it("is there before the page is painted, as it was chosen for its profile", async () => {
    pageAppearance("main").save({ ...USUAL_APPEARANCE, accent: "blue" });
    pageAppearance("second").save({ ...USUAL_APPEARANCE, theme: "light", textSize: "larger" });
    history.replaceState(null, "", "/?profile=second");
    await import("./first_paint");
    expect({ ...root.dataset }).toEqual({ theme: "light", accent: "plum", text: "larger" });
    history.replaceState(null, "", "/");
    vi.resetModules();
    await import("./first_paint");
    expect({ ...root.dataset }).toEqual({ theme: "dark", accent: "blue", text: "standard" });
  });

  it("is as usual where what is kept is nothing that can be read", async () => {
    localStorage.setItem("kith/main/appearance", "{theme");
    vi.resetModules();
    await import("./first_paint");
    expect(root.dataset.accent).toBe("plum");
  });
});

it("another tab that has chosen is heard, of this profile only", () => {
  const heard = vi.fn();
  const end = pageAppearance("main").subscribe(heard);
  dispatchEvent(new StorageEvent("storage", { key: "kith/second/appearance" }));
  expect(heard).not.toHaveBeenCalled();
  dispatchEvent(new StorageEvent("storage", { key: "kith/main/appearance" }));
  dispatchEvent(new StorageEvent("storage", { key: null }));
  expect(heard).toHaveBeenCalledTimes(2);
  end();
  dispatchEvent(new StorageEvent("storage", { key: "kith/main/appearance" }));
  expect(heard).toHaveBeenCalledTimes(2);
});
