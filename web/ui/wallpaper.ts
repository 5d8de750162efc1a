// SPDX-License-Identifier: AGPL-3.0-or-later

import type { CSSProperties } from "react";

import type { Wallpaper } from "../view-models/appearance";

/** What is in the element lies on this. */
export const wallpaperStyle = (wallpaper: Wallpaper): CSSProperties | undefined =>
  wallpaper === "paper" ? undefined : ({ "--paper": `var(--wall-${wallpaper})` } as CSSProperties);
