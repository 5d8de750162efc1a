// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { pageNotifications } from "./page_notifications";

/** A service worker's registration whose notifications come to the screen when the test lets them. */
class Registration {
  readonly screen = new Map<string, { close: () => void }>();
  readonly onTheWay: (() => void)[] = [];
  asked = 0;

  showNotification(_title: string, { tag }: { tag: string }): Promise<void> {
    return new Promise((resolve) =>
      this.onTheWay.push(() => {
        this.screen.set(tag, { close: () => this.screen.delete(tag) });
        resolve();
      }),
    );
  }
  async getNotifications({ tag }: { tag: string }): Promise<{ close: () => void }[]> {
    this.asked++;
    const notification = this.screen.get(tag);
    return notification === undefined ? [] : [notification];
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const told = (tag: string) => ({ tag, title: "Ben", body: "hello" });

describe("where only a service worker may show notifications", () => {
  let registration: Registration;

  beforeEach(() => {
    registration = new Registration();
    vi.stubGlobal(
      "Notification",
      class {
        static permission = "granted";
        constructor() {
          throw new TypeError("Illegal constructor");
        }
      },
    );
    Object.defineProperty(navigator, "serviceWorker", {
      configurable: true,
      value: { ready: Promise.resolve(registration) },
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(navigator, "serviceWorker");
  });

  it("one that is read before it is on the screen does not stay there", async () => {
    const notifications = pageNotifications("ana");
    notifications.show(told("ben"), () => undefined);
    notifications.close("ben");
    await settled();
    registration.onTheWay.shift()?.();
    await settled();
    expect(registration.screen.size).toBe(0);
  });

  it("nothing is asked while one is on its way to the screen", async () => {
    const notifications = pageNotifications("ana");
    notifications.show(told("ben"), () => undefined);
    await settled();
    registration.onTheWay.shift()?.();
    notifications.show(told("cleo"), () => undefined);
    notifications.close("ben");
    await settled();
    expect(registration.asked).toBe(0);
    registration.onTheWay.shift()?.();
    await settled();
    expect(registration.asked).toBe(1);
    expect([...registration.screen.keys()]).toEqual(["cleo"]);
  });

  it("what the browser refuses does not stop what comes after it", async () => {
    const notifications = pageNotifications("ana");
    vi.spyOn(registration, "showNotification").mockRejectedValueOnce(new TypeError("no permission"));
    notifications.show(told("ben"), () => undefined);
    notifications.show(told("cleo"), () => undefined);
    await settled();
    registration.onTheWay.shift()?.();
    await settled();
    expect([...registration.screen.keys()]).toEqual(["cleo"]);
  });
});
