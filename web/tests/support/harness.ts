// SPDX-License-Identifier: AGPL-3.0-or-later

// The app on a scripted core (tests/harness), from its sources: what views do can be tried without a server and in
// seconds.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { fileURLToPath } from "node:url";

import type { FakeCore } from "../../view-models/testing/fake_core";
import type * as Testing from "../../view-models/testing/fake_core";
import type { Kith } from "../harness/harness";
import { Device } from "./browser";

export type Prepare = (core: FakeCore, testing: typeof Testing) => void;

export class Harness {
  private constructor(
    private readonly vite: ViteDevServer,
    readonly url: string,
  ) {}

  static async start(): Promise<Harness> {
    const vite = await createServer({
      root: fileURLToPath(new URL("../..", import.meta.url)),
      configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)),
      server: { port: 0, host: "127.0.0.1", hmr: false, watch: null, proxy: {} },
      logLevel: "error",
    });
    await vite.listen();
    const address = vite.httpServer?.address();
    if (address === null || typeof address !== "object") throw new Error("the server of the sources does not listen");
    return new Harness(vite, `http://127.0.0.1:${address.port}`);
  }

  device(browser: Browser, options: BrowserContextOptions = {}): Promise<Device> {
    return Device.open(browser, this.url, options);
  }

  /** `prepare` runs in the page, before the app starts: it knows only what it is given. */
  async page(device: Device, prepare?: Prepare): Promise<Page> {
    if (prepare !== undefined) await device.context.addInitScript(`window.prepare = ${prepare.toString()};`);
    const page = await device.page("tests/harness/index.html");
    await page.waitForFunction(() => "kith" in window);
    return page;
  }

  async stop(): Promise<void> {
    await this.vite.close();
  }
}

/** Does something with the scripted core or the app in the page. */
export function within<Result>(page: Page, act: (kith: Kith) => Result): Promise<Result> {
  return page.evaluate(`(${act.toString()})(window.kith)`) as Promise<Result>;
}
