// SPDX-License-Identifier: AGPL-3.0-or-later

// The gallery (tests/gallery) in a browser: every screen of the app on a scripted core, from the sources, without a
// server.
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";

/** What the gallery starts with: see STARTS there. */
export type Start = "chats" | "story" | "empty" | "offline" | "registration" | "ended" | "notice" | "arranged";

export class Gallery {
  private constructor(
    private readonly vite: ViteDevServer,
    private readonly url: string,
  ) {}

  static async open(): Promise<Gallery> {
    const vite = await createServer({
      root: fileURLToPath(new URL("../..", import.meta.url)),
      configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)),
      logLevel: "error",
      server: { host: "127.0.0.1", port: 0, hmr: false, watch: null, proxy: {} },
    });
    await vite.listen();
    const { port } = vite.httpServer?.address() as AddressInfo;
    return new Gallery(vite, `http://127.0.0.1:${port}/tests/gallery/index.html`);
  }

  async page(browser: Browser, start: Start, options: BrowserContextOptions = {}, dir = "ltr"): Promise<Page> {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    await page.goto(`${this.url}?start=${start}&dir=${dir}`);
    await page.locator("#root > *").first().waitFor({ timeout: 90_000 });
    return page;
  }

  async close(): Promise<void> {
    await this.vite.close();
  }
}
