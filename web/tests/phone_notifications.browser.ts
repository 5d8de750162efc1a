// SPDX-License-Identifier: AGPL-3.0-or-later

// Notifications where no page may show one, as on telephones: the service worker does, and hears of the click.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { bubble, composer, eventually, register, row } from "./support/actions";
import { Device, launchBrowser, setFocus } from "./support/browser";
import { Kithd, wasmFile } from "./support/kithd";

const ANA = "+491700000401";
const BEN = "+491700000402";

/** What of the worker's own scope is used in it below. */
interface WorkerScope {
  registration: ServiceWorkerRegistration;
  dispatchEvent(event: Event): void;
}

/** In the page: what the promises of `showNotification` came to. */
declare global {
  interface Window {
    toldByWorker: number;
  }
}

describe("a telephone's notifications", () => {
  let server: Kithd, browser: Browser, device: Device, page: Page, ben: NodeClient;

  before(async () => {
    server = await Kithd.start();
    browser = await launchBrowser();
    device = await Device.open(browser, server.url);
    await device.context.grantPermissions(["notifications"]);
    await device.context.addInitScript(
      "window.Notification = class { static permission = 'granted'; " +
        "constructor() { throw new TypeError('Illegal constructor'); } };",
    );
    // The browser may not be asked what is shown while something is on its way to the screen: it forgets that.
    await device.context.addInitScript(() => {
      window.toldByWorker = 0;
      const show = ServiceWorkerRegistration.prototype.showNotification;
      ServiceWorkerRegistration.prototype.showNotification = async function (...what) {
        await show.apply(this, what);
        window.toldByWorker++;
      };
    });
    page = await device.page();
    await register(page, ANA, "Ana");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    ben = await NodeClient.start({ wasm: wasmFile });
    const { code } = await ben.call("requestCode", { server: server.url, handle: BEN });
    await ben.call("register", { server: server.url, handle: BEN, code, name: "Ben", deviceName: "Test" });
    await ben.call("connect");
  });
  after(async () => {
    ben?.close();
    await browser?.close();
    await server?.stop();
  });

  it("a message that nobody looks at is told by the service worker, and a click opens its conversation", async () => {
    await setFocus(page, false);
    await ben.call("sendMessage", { handle: ANA, text: "are you there?" });
    await row(page, "Ben").waitFor();
    const shown = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }));
      });
    await page.waitForFunction(() => window.toldByWorker === 1);
    assert.deepEqual(await shown(), [{ title: "Ben", body: "are you there?" }]);

    const worker = device.context.serviceWorkers()[0] ?? (await device.context.waitForEvent("serviceworker"));
    await worker.evaluate(async () => {
      const scope = self as unknown as WorkerScope;
      const [notification] = await scope.registration.getNotifications();
      const made = (globalThis as unknown as { NotificationEvent: new (type: string, init: object) => Event })
        .NotificationEvent;
      scope.dispatchEvent(new made("notificationclick", { notification }));
    });
    await composer(page).waitFor();
    await bubble(page, "are you there?").waitFor();
    await setFocus(page, true);
    await eventually("it is taken away", async () => (await shown()).length === 0, 10_000);
    await device.check();
  });
});
