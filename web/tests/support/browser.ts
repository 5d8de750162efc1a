// SPDX-License-Identifier: AGPL-3.0-or-later

// Debian's Chromium, and devices in it: each a context of its own with one or more pages, watched for errors.
import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";

const LAUNCH = {
  executablePath: process.env.KITH_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
const CONTEXT = { viewport: { width: 1200, height: 780 }, locale: "en-GB", timezoneId: "Europe/Berlin" };

/** Its devices are private windows: what they store is in memory. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, ...more] });
}

/** For a page in which functions of a test run: what the tests' compiler leaves in them. */
export const NAMED = "globalThis.__name = (named) => named;";

declare global {
  interface Window {
    kithTest: { focused: boolean; violations: string[] };
  }
}

const devices = new Set<Device>();

/** Of a test that has failed, what is in its pages, and what went wrong there. Before they are closed. */
export async function tellOfFailure(test: object): Promise<void> {
  const { name, passed } = test as { name: string; passed: boolean }; // the package of types has no `passed` yet
  if (passed) return;
  for (const { context, problems } of devices) {
    for (const problem of problems) console.log(`${name}: ${problem}`);
    for (const page of context.pages()) {
      const shown = await page.locator("body").ariaSnapshot({ timeout: 5_000 }).catch(String);
      console.log(`${name}: ${page.url()}\n${shown}`);
    }
  }
}
afterEach((test) => tellOfFailure(test));

export class Device {
  readonly problems: string[] = [];
  /** The server is away on purpose: what the browser says about that is no problem. */
  serverAway = false;

  private constructor(
    readonly context: BrowserContext,
    private readonly server: string,
  ) {}

  static async open(browser: Browser, server: string, options: BrowserContextOptions = {}): Promise<Device> {
    return Device.watch(await browser.newContext({ ...CONTEXT, ...options }), server);
  }

  /** A browser of its own, which stores in a folder, as people's browsers do. */
  static async openWithStorage(folder: string, server: string): Promise<Device> {
    return Device.watch(await chromium.launchPersistentContext(folder, { ...LAUNCH, ...CONTEXT }), server);
  }

  private static async watch(context: BrowserContext, server: string): Promise<Device> {
    context.setDefaultTimeout(45_000);
    const device = new Device(context, server);
    devices.add(device);
    await context.addInitScript(NAMED);
    await context.addInitScript(() => {
      window.kithTest = { focused: true, violations: [] };
      Document.prototype.hasFocus = () => window.kithTest.focused;
      document.addEventListener("securitypolicyviolation", (event) =>
        window.kithTest.violations.push(`${event.violatedDirective}: ${event.blockedURI}`),
      );
    });
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "blob:" && protocol !== "data:" && origin !== new URL(server).origin)
        device.problems.push(`a request to ${request.url()}`);
    });
    return device;
  }

  async page(query = ""): Promise<Page> {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.problems.push(`an error: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      const text = `${message.text()} (${message.location().url})`;
      if (
        this.serverAway &&
        /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|FAILED)|WebSocket|Failed to load resource/.test(text)
      )
        return;
      this.problems.push(`console ${message.type()}: ${text}`);
    });
    page.on("websocket", (socket) => {
      if (new URL(socket.url()).host !== new URL(this.server).host) this.problems.push(`a socket to ${socket.url()}`);
    });
    await page.goto(`${this.server}/${query}`);
    return page;
  }

  /** Nothing went wrong meanwhile: no error, no violation of the policy, no request elsewhere. */
  async check(): Promise<void> {
    for (const page of this.context.pages()) {
      const violations = await page.evaluate(() => window.kithTest.violations);
      this.problems.push(...violations.map((each) => `policy violated: ${each}`));
    }
    assert.deepEqual(this.problems, []);
  }

  async close(): Promise<void> {
    devices.delete(this);
    await this.context.close();
  }
}

/** As when another window is clicked, or this one again. */
export async function setFocus(page: Page, focused: boolean): Promise<void> {
  await page.evaluate((now) => {
    window.kithTest.focused = now;
    window.dispatchEvent(new Event(now ? "focus" : "blur"));
  }, focused);
}
