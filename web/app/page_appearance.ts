// SPDX-License-Identifier: AGPL-3.0-or-later

// How the page looks: what is kept of it for a profile, what the device wants, and what the page wears of that.
import type { AppearancePort, AppearanceViewModel, DeviceLook, Worn } from "../view-models/appearance";
import { keptAs } from "./kept";

const QUERIES: Record<keyof DeviceLook, string> = {
  dark: "(prefers-color-scheme: dark)",
  contrast: "(prefers-contrast: more)",
  touch: "(pointer: coarse)",
};

/** Of the browser's bars: --surface in each theme (ui/styles/tokens.css). */
const SURFACE = { light: "#fbf8f5", dark: "#211a1f", contrast: "#ffffff", darkContrast: "#000000" };

export function pageAppearance(profile: string): AppearancePort {
  const key = `kith/${profile}/appearance`;
  return {
    ...keptAs(key),
    device: () => {
      const matches = (query: string) => matchMedia(query).matches;
      return { dark: matches(QUERIES.dark), contrast: matches(QUERIES.contrast), touch: matches(QUERIES.touch) };
    },
    subscribe: (listener) => {
      const inOtherTab = (event: StorageEvent) => (event.key === key || event.key === null) && listener();
      const lists = Object.values(QUERIES).map((query) => matchMedia(query));
      addEventListener("storage", inOtherTab);
      for (const list of lists) list.addEventListener("change", listener);
      return () => {
        removeEventListener("storage", inOtherTab);
        for (const list of lists) list.removeEventListener("change", listener);
      };
    },
  };
}

/** Attributes of the page, by which its style sheets go. */
export function wear({ dark, contrast, accent, textSize }: Worn): void {
  const { dataset } = document.documentElement;
  dataset.theme = dark ? "dark" : "light";
  dataset.accent = accent;
  dataset.text = textSize;
  if (contrast) dataset.contrast = "more";
  else delete dataset.contrast;
  const surface = contrast ? (dark ? SURFACE.darkContrast : SURFACE.contrast) : dark ? SURFACE.dark : SURFACE.light;
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", surface);
}

/** From now on the page wears what the model says. */
export function keepAppearance(model: AppearanceViewModel): void {
  const follow = () => wear(model.snapshot().worn);
  model.subscribe(follow);
  follow();
}
