// SPDX-License-Identifier: AGPL-3.0-or-later

// core-client ← view-models ← ui, media ← app: a folder imports only from those at its left, and from packages.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const web = fileURLToPath(new URL("..", import.meta.url));
const MAY_USE: Record<string, readonly string[]> = {
  "core-client": [],
  "view-models": ["core-client"],
  ui: ["view-models"],
  media: ["view-models", "core-client"],
  app: ["ui", "media", "view-models", "core-client"],
};
const PACKAGES: Record<string, RegExp> = {
  "core-client": /^(@bufbuild\/protobuf.*|ws|node:.*)$/,
  "view-models": /^(linkify-it|perfect-freehand|intl-messageformat|@formatjs\/icu-messageformat-parser)$/,
  ui: new RegExp(
    "^(react|react-dom|uqr|qr/decode\\.js|@ariakit/react/.*|react-easy-crop(/react-easy-crop\\.css)?|" +
      "emojibase-data/.*|@fontsource-variable/.*)$",
  ),
  media: /^(thumbhash|htmlparser2|heic-to\/csp|mediabunny|@ffmpeg\/core|pdfjs-dist\/legacy\/build\/.*)$/,
  app: /^react-dom\/client$/,
};
const isTest = (name: string) => /\.test\.tsx?$/.test(name) || name.includes("testing/") || name.includes("generated/");

function wrongImports(folder: string): string[] {
  const files = (readdirSync(path.join(web, folder), { recursive: true }) as string[]).filter(
    (name) => /\.tsx?$/.test(name) && !isTest(name),
  );
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((name) => {
    const file = path.join(web, folder, name);
    const imported = [
      ...readFileSync(file, "utf8").matchAll(/^(?:import|export)\b(?:[^;"]*?\bfrom)? "([^"]+)";/gm),
    ].map((match) => match[1] as string);
    return imported
      .filter((from) => {
        if (!from.startsWith(".")) return !PACKAGES[folder]?.test(from);
        const target = path.relative(web, path.resolve(path.dirname(file), from)).split(path.sep)[0] ?? "";
        return target !== folder && target !== ".." && !MAY_USE[folder]?.includes(target);
      })
      .map((from) => `${folder}/${name} imports ${from}`);
  });
}

it.each(Object.keys(MAY_USE))("%s imports only what it may", (folder) => {
  expect(wrongImports(folder)).toEqual([]);
});
