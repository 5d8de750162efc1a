// SPDX-License-Identifier: AGPL-3.0-or-later

// How the app looks in this browser, and what Enter does while one writes: what was chosen, and what follows from that
// and from the device. It is kept beside the page, for every tab of the profile; no other device hears of it.
import { ViewModel } from "./view_model";

/** "contrast" is light or dark as the device is. */
export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];
export const ACCENTS = ["plum", "violet", "blue", "teal", "graphite"] as const;
export type Accent = (typeof ACCENTS)[number];
export const TEXT_SIZES = ["small", "standard", "large", "larger"] as const;
export type TextSize = (typeof TEXT_SIZES)[number];
/** What messages lie on: "paper" is that of the theme. */
export const WALLPAPERS = ["paper", "rose", "sage", "sky", "lilac"] as const;
export type Wallpaper = (typeof WALLPAPERS)[number];

export interface Appearance {
  theme: Theme;
  accent: Accent;
  textSize: TextSize;
  wallpaper: Wallpaper;
  /** By the ids of conversations that have one of their own. */
  wallpapers: Readonly<Record<string, Wallpaper>>;
  /** Enter sends, and else makes a line; undefined: as is usual for the device. */
  enterSends: boolean | undefined;
}

export const USUAL_APPEARANCE: Appearance = {
  theme: "system",
  accent: "plum",
  textSize: "standard",
  wallpaper: "paper",
  wallpapers: {},
  enterSends: undefined,
};

const oneOf = <Name extends string>(names: readonly Name[], name: unknown): Name | undefined =>
  names.find((each) => each === name);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Of what was kept, perhaps by another version of the app: what is not known is as usual. */
export function appearanceOf(kept: unknown): Appearance {
  const { theme, accent, textSize, wallpaper, wallpapers, enterSends } = isRecord(kept) ? kept : {};
  const own = Object.entries(isRecord(wallpapers) ? wallpapers : {}).flatMap(([id, name]) => {
    const known = oneOf(WALLPAPERS, name);
    return known === undefined ? [] : [[id, known] as const];
  });
  return {
    theme: oneOf(THEMES, theme) ?? USUAL_APPEARANCE.theme,
    accent: oneOf(ACCENTS, accent) ?? USUAL_APPEARANCE.accent,
    textSize: oneOf(TEXT_SIZES, textSize) ?? USUAL_APPEARANCE.textSize,
    wallpaper: oneOf(WALLPAPERS, wallpaper) ?? USUAL_APPEARANCE.wallpaper,
    wallpapers: Object.fromEntries(own),
    enterSends: typeof enterSends === "boolean" ? enterSends : undefined,
  };
}

export const wallpaperOf = ({ wallpapers, wallpaper }: Appearance, conversation: string): Wallpaper =>
  wallpapers[conversation] ?? wallpaper;

/** What the device says it wants, or is. */
export interface DeviceLook {
  dark: boolean;
  contrast: boolean;
  /** It is touched: its keyboard is on the screen, and has no Shift that one could hold. */
  touch: boolean;
}

/** What the page wears. */
export interface Worn {
  dark: boolean;
  contrast: boolean;
  accent: Accent;
  textSize: TextSize;
}

/** A device that wants high contrast has it in every theme. */
export function wornAs({ theme, accent, textSize }: Appearance, device: DeviceLook): Worn {
  const follows = theme === "system" || theme === "contrast";
  return {
    dark: follows ? device.dark : theme === "dark",
    contrast: theme === "contrast" || device.contrast,
    accent,
    textSize,
  };
}

/** The browser's side of it. */
export interface AppearancePort {
  load(): unknown;
  save(appearance: Appearance): void;
  device(): DeviceLook;
  /** Calls the listener when another tab has saved, or the device is another. The answer ends that. */
  subscribe(listener: () => void): () => void;
}

/** Where nothing is kept. */
export const unkeptAppearance: AppearancePort = {
  load: () => undefined,
  save: () => undefined,
  device: () => ({ dark: false, contrast: false, touch: false }),
  subscribe: () => () => undefined,
};

export interface AppearanceSnapshot extends Appearance {
  worn: Worn;
  /** What Enter does, chosen or not. */
  entersSend: boolean;
}

function shown(chosen: Appearance, device: DeviceLook): AppearanceSnapshot {
  return { ...chosen, worn: wornAs(chosen, device), entersSend: chosen.enterSends ?? !device.touch };
}

export class AppearanceViewModel extends ViewModel<AppearanceSnapshot> {
  constructor(private readonly port: AppearancePort = unkeptAppearance) {
    super(shown(appearanceOf(port.load()), port.device()));
    this.onDispose(port.subscribe(() => this.show(appearanceOf(port.load()))));
  }

  readonly setTheme = (theme: Theme): void => this.choose({ theme });
  readonly setAccent = (accent: Accent): void => this.choose({ accent });
  readonly setTextSize = (textSize: TextSize): void => this.choose({ textSize });
  readonly setWallpaper = (wallpaper: Wallpaper): void => this.choose({ wallpaper });
  readonly setEnterSends = (enterSends: boolean): void => this.choose({ enterSends });

  /** undefined: that of all conversations. */
  readonly setWallpaperOf = (conversation: string, wallpaper: Wallpaper | undefined): void => {
    const { [conversation]: _, ...others } = this.snapshot().wallpapers;
    this.choose({ wallpapers: wallpaper === undefined ? others : { ...others, [conversation]: wallpaper } });
  };

  readonly reset = (): void => this.choose(USUAL_APPEARANCE);

  /** The conversations of another account are none of the next one's. */
  readonly forgetConversations = (): void => {
    if (Object.keys(this.snapshot().wallpapers).length > 0) this.choose({ wallpapers: {} });
  };

  get isUsual(): boolean {
    const now = appearanceOf(this.snapshot());
    return JSON.stringify(now) === JSON.stringify(USUAL_APPEARANCE);
  }

  private choose(change: Partial<Appearance>): void {
    const chosen = appearanceOf({ ...this.snapshot(), ...change });
    this.port.save(chosen);
    this.show(chosen);
  }

  private show(chosen: Appearance): void {
    this.become(shown(chosen, this.port.device()));
  }
}
