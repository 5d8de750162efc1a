// SPDX-License-Identifier: AGPL-3.0-or-later

import { WALLPAPERS, type Wallpaper } from "../view-models/appearance";
import { say, type TextId } from "../view-models/say";
import type { Tile } from "./choice_tiles";
import { TwoBubbles } from "./two_bubbles";
import styles from "./wallpaper_tiles.module.css";

const NAMES: Record<Wallpaper, TextId> = {
  paper: "wallpaper.paper",
  rose: "wallpaper.rose",
  sage: "wallpaper.sage",
  sky: "wallpaper.sky",
  lilac: "wallpaper.lilac",
};

/** A conversation that lies on it. */
export const WallpaperPicture = ({ wallpaper }: { wallpaper: Wallpaper }) => (
  <span className={styles.picture}>
    <TwoBubbles wallpaper={wallpaper} />
  </span>
);

export const wallpaperTiles = (): Tile<Wallpaper>[] =>
  WALLPAPERS.map((wallpaper) => ({
    value: wallpaper,
    label: say(NAMES[wallpaper]),
    picture: <WallpaperPicture wallpaper={wallpaper} />,
  }));
