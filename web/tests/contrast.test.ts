// SPDX-License-Identifier: AGPL-3.0-or-later

// The colours of every theme with every accent and wallpaper, as WCAG 2 measures them: text 4.5, icons and edges 3.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import postcss from "postcss";
import { describe, expect, it } from "vitest";

import { ACCENTS, WALLPAPERS } from "../view-models/appearance";

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8");

interface Block {
  attributes: { name: string; value: string | undefined; not: boolean }[];
  tokens: Map<string, string>;
}
/** What stands in the style sheets outside of media queries, in the order in which it counts. */
const blocks: Block[] = ["tokens", "accents"]
  .flatMap((name) => postcss.parse(read(`ui/styles/${name}.css`)).nodes)
  .flatMap((rule) =>
    rule.type !== "rule"
      ? []
      : rule.selectors.map((selector) => ({
          attributes: [...selector.matchAll(/(:not\()?\[data-([a-z]+)(?:="([^"]+)")?\]/g)].map(
            ([, not, name = "", value]) => ({ name, value, not: not !== undefined }),
          ),
          tokens: new Map(rule.nodes.flatMap((each) => (each.type === "decl" ? [[each.prop, each.value]] : []))),
        })),
  )
  .sort((one, other) => one.attributes.length - other.attributes.length);

type Look = Partial<Record<string, string>>;
const holds = ({ attributes }: Block, look: Look) =>
  attributes.every(({ name, value, not }) => {
    const is = value === undefined ? look[name] !== undefined : look[name] === value;
    return is !== not;
  });

function tokensOf(look: Look): (name: string) => string {
  const tokens = new Map<string, string>();
  for (const block of blocks) if (holds(block, look)) for (const [name, value] of block.tokens) tokens.set(name, value);
  const valueOf = (name: string): string => {
    const value = tokens.get(`--${name}`) ?? "";
    const other = /^var\(--([\w-]+)\)$/.exec(value)?.[1];
    return other === undefined ? value : valueOf(other);
  };
  return valueOf;
}

function luminance(color: string): number {
  if (!/^#[0-9a-f]{6}$/.test(color)) throw new Error(`no colour: ${color}`);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** What stands on what, and how much it takes. */
const TEXT: Record<string, readonly string[]> = {
  ink: ["paper", "surface", "raised", "sunk", "hover", "selected"],
  "ink-soft": ["paper", "surface", "raised", "sunk", "selected"],
  "ink-faint": ["paper", "surface", "raised", "sunk", "selected"],
  accent: ["surface", "raised", "selected"],
  "on-accent": ["accent", "accent-hover", "accent-press"],
  "on-accent-soft": ["accent-soft"],
  "own-ink": ["own", "own-fill"],
  "own-soft": ["own", "own-fill"],
  "own-read": ["own"],
  "in-ink": ["in", "in-fill"],
  "in-soft": ["in", "in-fill"],
  "on-apricot-soft": ["apricot-soft", "paper"],
  "on-danger": ["danger"],
  danger: ["surface", "raised"],
  positive: ["surface"],
};
const EDGES: Record<string, readonly string[]> = {
  "line-strong": ["paper", "surface", "raised"],
  focus: ["paper", "surface", "raised"],
  presence: ["surface"],
};

const LOOKS = ["light", "dark"].flatMap((theme) =>
  [undefined, "more"].flatMap((more) => ACCENTS.map((accent) => ({ theme, contrast: more, accent }) as const)),
);

describe.each(LOOKS)("with $theme, contrast $contrast and $accent", (look) => {
  const token = tokensOf(look);
  const tooLittle = (on: Record<string, readonly string[]>, least: number) =>
    Object.entries(on).flatMap(([name, grounds]) =>
      grounds
        .map((ground) => [name, ground, contrast(token(name), token(ground))] as const)
        .filter(([, , ratio]) => ratio < least),
    );

  it("text can be read, and what bounds a control can be seen", () => {
    expect(tooLittle(TEXT, look.contrast === "more" ? 7 : 4.5)).toEqual([]);
    expect(tooLittle(EDGES, 3)).toEqual([]);
  });

  it("one's own bubbles stand off from whatever they lie on, and so does what is written between bubbles", () => {
    for (const wallpaper of WALLPAPERS) {
      const ground = token(wallpaper === "paper" ? "paper" : `wall-${wallpaper}`);
      for (const name of ["ink-faint", "on-apricot-soft"])
        expect([wallpaper, name, contrast(token(name), ground)]).toEqual([
          wallpaper,
          name,
          expect.toSatisfy((ratio: number) => ratio >= 4.5),
        ]);
      const least = look.theme === "dark" ? (look.contrast === "more" ? 1.5 : 2.2) : 5.3;
      expect(contrast(token("own"), ground), wallpaper).toBeGreaterThan(least);
    }
  });
});

it("another accent is another colour in every theme", () => {
  for (const { theme, contrast: more } of LOOKS) {
    const accents = ACCENTS.map((accent) => tokensOf({ theme, contrast: more, accent })("accent"));
    expect(new Set(accents).size).toBe(ACCENTS.length);
  }
});

it("the bars of the browser have the colour of the page", () => {
  const bars = read("app/page_appearance.ts");
  for (const { theme, contrast: more } of LOOKS)
    expect(bars).toContain(`"${tokensOf({ theme, contrast: more })("surface")}"`);
  expect(read("index.html")).toContain(`content="${tokensOf({})("surface")}"`);
});
