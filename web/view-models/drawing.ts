// SPDX-License-Identifier: AGPL-3.0-or-later

// What is drawn on a photo before it is sent: lines in the picture's own coordinates, so that they stay where they are
// on it however it is turned and cut afterwards. The order is always the same:
//
//   picture as its file says ──► lines ──► turned ──► cut
//
// The same outline is shown by the page and burnt in by the workshop. Nothing is burnt in before the photo is sent:
// until then every line can be taken back.
import { getStroke } from "perfect-freehand";

export interface Stroke {
  /** Of CSS. */
  colour: string;
  /** In parts of the longer side of the picture. */
  width: number;
  /** In parts of its width and its height, from the left and from the top. */
  points: readonly (readonly [number, number])[];
}
/** All before "cleared" is not shown, and is again when that is taken back. */
export type Mark = Stroke | "cleared";

export const MARKS_MAX = 400;
export const POINTS_MAX = 2_000;
/** In parts of the longer side of what is shown when it is drawn. */
export const PEN_WIDTHS = { thin: 0.005, medium: 0.012, thick: 0.028 } as const;
export type PenWidth = keyof typeof PEN_WIDTHS;
export const PEN_COLOURS = {
  red: "#e5322d",
  orange: "#f58220",
  yellow: "#ffd400",
  green: "#2fae4e",
  blue: "#1f7ae0",
  violet: "#9b3fd1",
  black: "#000000",
  white: "#ffffff",
} as const;
export type PenColour = keyof typeof PEN_COLOURS;

/** What of it is seen. */
export function strokesOf(marks: readonly Mark[]): readonly Stroke[] {
  const seen = marks.slice(marks.lastIndexOf("cleared") + 1);
  return seen.filter((mark): mark is Stroke => mark !== "cleared");
}

/** The line's outline on a picture of that size in pixels, as the path of an SVG: "" for a line without points. */
export function pathOf({ points, width: part }: Stroke, width: number, height: number): string {
  const size = part * Math.max(width, height);
  const placed = points.map(([x, y]) => [x * width, y * height]);
  const options = { size, thinning: 0, smoothing: 0.6, streamline: 0.4, simulatePressure: false, last: true };
  const outline = getStroke(placed, options);
  const [first] = outline;
  if (first === undefined) return "";
  const say = (value: number) => value.toFixed(2);
  const middles = outline.map(([x = 0, y = 0], at) => {
    const [nextX = 0, nextY = 0] = outline[(at + 1) % outline.length] ?? first;
    return `${say(x)} ${say(y)} ${say((x + nextX) / 2)} ${say((y + nextY) / 2)}`;
  });
  return `M${say(first[0] ?? 0)} ${say(first[1] ?? 0)}Q${middles.join(" ")}Z`;
}

/** From the picture's own pixels to those of what is shown of it, as the transform of an SVG; and the size of that. */
export function frameOf(
  { width, height }: { width: number; height: number },
  { turn, cut }: { turn: number; cut: { x: number; y: number; width: number; height: number } | undefined },
): { transform: string; width: number; height: number } {
  const across = turn % 180 !== 0;
  const [wide, high] = across ? [height, width] : [width, height];
  const part = cut ?? { x: 0, y: 0, width: 1, height: 1 };
  const [x, y] = turn === 90 ? [wide, 0] : turn === 180 ? [wide, high] : turn === 270 ? [0, high] : [0, 0];
  return {
    transform: `translate(${x - part.x * wide} ${y - part.y * high}) rotate(${turn})`,
    width: part.width * wide,
    height: part.height * high,
  };
}
