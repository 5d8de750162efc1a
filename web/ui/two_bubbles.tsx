// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Wallpaper } from "../view-models/appearance";
import { wallpaperStyle } from "./wallpaper";
import styles from "./two_bubbles.module.css";

/** A picture of a conversation that lies on the wallpaper: one that came, and one of one's own. */
export const TwoBubbles = ({ wallpaper = "paper" }: { wallpaper?: Wallpaper }) => (
  <span className={styles.bubbles} style={wallpaperStyle(wallpaper)}>
    <i />
    <i />
  </span>
);
