// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it } from "vitest";

import { AppViewModel } from "./app";
import {
  appearanceOf,
  AppearanceViewModel,
  USUAL_APPEARANCE,
  wallpaperOf,
  wornAs,
  type Appearance,
  type AppearancePort,
  type DeviceLook,
} from "./appearance";
import { BEN, CEM, FakeAttention, FakeCore, noNotifications, state } from "./testing/fake_core";

/** What tabs of one browser have in common. */
class FakeBrowser {
  kept: unknown;
  look: DeviceLook = { dark: false, contrast: false, touch: false };
  private readonly tabs = new Set<() => void>();

  port(): AppearancePort {
    let own: (() => void) | undefined;
    return {
      load: () => this.kept,
      save: (appearance) => {
        this.kept = JSON.parse(JSON.stringify(appearance));
        for (const tab of this.tabs) if (tab !== own) tab();
      },
      device: () => this.look,
      subscribe: (listener) => {
        own = listener;
        this.tabs.add(listener);
        return () => this.tabs.delete(listener);
      },
    };
  }
  become(look: Partial<DeviceLook>): void {
    this.look = { ...this.look, ...look };
    for (const tab of this.tabs) tab();
  }
}

let browser: FakeBrowser;
const open = () => new AppearanceViewModel(browser.port());
beforeEach(() => {
  browser = new FakeBrowser();
});

describe("how the app looks", () => {
  it("is as usual where nothing was chosen", () => {
    expect(appearanceOf(undefined)).toEqual(USUAL_APPEARANCE);
    expect(open().isUsual).toBe(true);
  });

  it("is as usual in what is not known, and as chosen in all else", () => {
    const kept = {
      theme: "neon",
      accent: "teal",
      textSize: 3,
      wallpaper: "lilac",
      wallpapers: { [BEN]: "sage", [CEM]: "sea" },
      enterSends: "yes",
      more: true,
    };
    expect(appearanceOf(kept)).toEqual({
      ...USUAL_APPEARANCE,
      accent: "teal",
      wallpaper: "lilac",
      wallpapers: { [BEN]: "sage" },
    });
    for (const broken of [null, "dark", 7, []]) expect(appearanceOf(broken)).toEqual(USUAL_APPEARANCE);
  });

  it("is there again when the page is loaded anew", () => {
    const model = open();
    model.setTheme("dark");
    model.setAccent("blue");
    model.setTextSize("large");
    model.setWallpaper("sky");
    model.setEnterSends(false);
    model.setWallpaperOf(BEN, "rose");
    model.dispose();
    const { theme, accent, textSize, wallpaper, wallpapers, enterSends } = open().snapshot();
    expect({ theme, accent, textSize, wallpaper, wallpapers, enterSends }).toEqual({
      theme: "dark",
      accent: "blue",
      textSize: "large",
      wallpaper: "sky",
      wallpapers: { [BEN]: "rose" },
      enterSends: false,
    } satisfies Appearance);
  });

  it("is followed by other tabs, until they end", () => {
    const [one, other] = [open(), open()];
    one.setTheme("dark");
    expect(other.snapshot().worn.dark).toBe(true);
    other.dispose();
    one.setTheme("light");
    expect(other.snapshot().worn.dark).toBe(true);
  });

  it("can be as usual again, with the wallpapers of conversations", () => {
    const model = open();
    model.setTheme("dark");
    model.setWallpaperOf(BEN, "rose");
    expect(model.isUsual).toBe(false);
    model.reset();
    expect(model.isUsual).toBe(true);
    expect(appearanceOf(browser.kept)).toEqual(USUAL_APPEARANCE);
  });
});

describe("the theme", () => {
  const wears = (theme: Appearance["theme"], look: Partial<DeviceLook>) => {
    const { dark, contrast } = wornAs({ ...USUAL_APPEARANCE, theme }, { ...browser.look, ...look });
    return `${dark ? "dark" : "light"}${contrast ? ", contrast" : ""}`;
  };

  it.each([
    ["system", "light", "dark", "light, contrast"],
    ["light", "light", "light", "light, contrast"],
    ["dark", "dark", "dark", "dark, contrast"],
    ["contrast", "light, contrast", "dark, contrast", "light, contrast"],
  ] as const)("%s on a light device, on a dark one, and on one that wants contrast", (theme, ...expected) => {
    expect([wears(theme, {}), wears(theme, { dark: true }), wears(theme, { contrast: true })]).toEqual(expected);
  });

  it("changes with the device that it follows", () => {
    const model = open();
    browser.become({ dark: true });
    expect(model.snapshot().worn.dark).toBe(true);
    model.setTheme("light");
    expect(model.snapshot().worn.dark).toBe(false);
  });
});

describe("what a conversation lies on", () => {
  it("is its own, else that of all", () => {
    const model = open();
    model.setWallpaper("sky");
    model.setWallpaperOf(BEN, "rose");
    expect([wallpaperOf(model.snapshot(), BEN), wallpaperOf(model.snapshot(), CEM)]).toEqual(["rose", "sky"]);
    model.setWallpaperOf(BEN, undefined);
    expect(wallpaperOf(model.snapshot(), BEN)).toBe("sky");
  });

  it("is forgotten with the account, and nothing else is", async () => {
    const appearance = open();
    appearance.setWallpaper("sky");
    appearance.setWallpaperOf(BEN, "rose");
    const core = new FakeCore();
    const around = { server: "", deviceName: "Web", attention: new FakeAttention(), notifications: noNotifications };
    const app = new AppViewModel(core, { ...around, appearance });
    await app.start();
    core.emit({ case: "stateChanged", value: state({ registered: false, removed: true, name: "", handles: [] }) });
    expect(appearanceOf(browser.kept)).toEqual({ ...USUAL_APPEARANCE, wallpaper: "sky" });
  });
});

describe("Enter", () => {
  it("sends, but not on a device that is touched, until somebody chooses", () => {
    const model = open();
    expect(model.snapshot().entersSend).toBe(true);
    browser.become({ touch: true });
    expect(model.snapshot().entersSend).toBe(false);
    model.setEnterSends(true);
    expect(model.snapshot().entersSend).toBe(true);
    browser.become({ touch: false });
    model.setEnterSends(false);
    expect(open().snapshot().entersSend).toBe(false);
  });
});
