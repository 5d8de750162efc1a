// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes the pictures of the README from the app on a scripted core (tests/gallery).
//   tools/make_screenshots [FOLDER]
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";

import { openConversation } from "./support/actions";
import { launchBrowser } from "./support/browser";
import { Gallery, type Start } from "./support/gallery";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(root, "docs/images"));
const DESK: BrowserContextOptions = { deviceScaleFactor: 1.5, viewport: { width: 1240, height: 800 } };
const PHONE: BrowserContextOptions = { deviceScaleFactor: 1.5, viewport: { width: 390, height: 780 } };
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();

interface Picture {
  start?: Start;
  options?: BrowserContextOptions;
  go?: (page: Page) => Promise<void>;
}

const open = (page: Page) => openConversation(page, "Mireille");
const PICTURES: Record<string, Picture> = {
  registration: { start: "registration" },
  "conversation-light": { go: open },
  "conversation-dark": { options: { ...DESK, colorScheme: "dark" }, go: open },
  "safety-number": {
    go: async (page) => {
      await open(page);
      await press(page, "Contact details");
      await page.getByRole("group", { name: "Safety number" }).scrollIntoViewIfNeeded();
    },
  },
  settings: { go: (page) => press(page, "Settings") },
  "phone-conversation": { options: PHONE, go: open },
  "phone-list": { options: PHONE },
};

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const gallery = await Gallery.open();
  const browser = await launchBrowser();
  try {
    for (const [name, { start = "story", options = DESK, go }] of Object.entries(PICTURES)) {
      const page = await gallery.page(browser, start, { reducedMotion: "reduce", ...options });
      await go?.(page);
      await page.mouse.move(0, 0);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.waitForTimeout(600);
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
      await page.context().close();
    }
  } finally {
    await browser.close();
    await gallery.close();
  }
}

await main();
