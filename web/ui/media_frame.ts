// SPDX-License-Identifier: AGPL-3.0-or-later

// The room that a picture takes in a bubble: known before the picture is, so that nothing moves when it comes.
import type { CSSProperties } from "react";

import type { Media } from "../view-models/core";

/** Of the text's size. */
const WIDTH_MAX = 20;
const HEIGHT_MAX = 21;
const WIDTH_MIN = 12;
/** Width by height: what is longer or narrower is cut off in a bubble. */
const WIDEST = 2.4;
const NARROWEST = 0.45;
const UNKNOWN = 4 / 3;

/** As large as fits, in the shape that the picture has. */
export function frameOf({ width, height }: Pick<Media, "width" | "height">): { rem: number; ratio: number } {
  const shape = width > 0 && height > 0 ? width / height : UNKNOWN;
  const ratio = Math.min(WIDEST, Math.max(NARROWEST, shape));
  return { rem: Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, HEIGHT_MAX * ratio)), ratio };
}

/** Of the grid that several are shown in (album_body.module.css). */
const ALBUM_WIDTH = 21;
const ALBUM_SHAPES = { 2: 3 / 2, 3: 16 / 18, 4: 1 };

export const albumStyle = (count: number): CSSProperties => ({
  width: `${ALBUM_WIDTH}rem`,
  aspectRatio: String(ALBUM_SHAPES[Math.min(4, Math.max(2, count)) as 2 | 3 | 4]),
});

export function frameStyle(media: Pick<Media, "width" | "height">): CSSProperties {
  const { rem, ratio } = frameOf(media);
  return { width: `${rem}rem`, aspectRatio: String(ratio) };
}
