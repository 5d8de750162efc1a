// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes the icons of the installed app from public/icon.svg: tools/make_screenshots --icons.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { launchBrowser } from "./support/browser";

const folder = fileURLToPath(new URL("../public", import.meta.url));
const svg = readFileSync(path.join(folder, "icon.svg"), "utf8");
// A mask may cut off a fifth at each side: there the colour goes to the edge, and the drawing is smaller.
const maskable = svg
  .replace('viewBox="0 0 64 64"', 'viewBox="-10 -10 84 84"')
  .replace('<rect width="64" height="64" rx="19"', '<rect x="-10" y="-10" width="84" height="84"');

const browser = await launchBrowser();
const page = await browser.newPage();
for (const [name, size, drawing] of [
  ["icon-192", 192, svg],
  ["icon-512", 512, svg],
  ["icon-maskable-512", 512, maskable],
] as const) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
  await page.screenshot({ path: path.join(folder, `${name}.png`), omitBackground: true });
}
await browser.close();
