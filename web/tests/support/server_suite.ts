// SPDX-License-Identifier: AGPL-3.0-or-later

// The setup of a suite of several people at a server of their own, each with a device in the same browser that lasts as
// long as the suite: called inside `describe`.
import { after, afterEach, before } from "node:test";
import type { Browser, Page } from "playwright-core";

import { Device, launchBrowser } from "./browser";
import { Kithd } from "./kithd";

export interface ServerSuite<Name extends string> {
  server(): Kithd;
  device(of: Name): Device;
  /** The app there, as it was opened first. */
  page(of: Name): Page;
  /** One more, for one test: whoever has it closes it. */
  another(): Promise<Device>;
}

interface Options {
  /** Of the server (docs/operating.md). */
  settings?: string;
  /** What the browser is started with besides. */
  flags?: readonly string[];
}

export function serverSuite<Name extends string>(
  names: readonly Name[],
  { settings = "", flags = [] }: Options = {},
): ServerSuite<Name> {
  let server: Kithd, browser: Browser;
  const opened = new Map<Name, { device: Device; page: Page }>();
  const of = (name: Name) => {
    const found = opened.get(name);
    if (found === undefined) throw new Error(`no device of ${name}: its suite has not begun`);
    return found;
  };
  const another = () => Device.open(browser, server.url);
  before(async () => {
    server = await Kithd.start(settings);
    browser = await launchBrowser(flags);
    for (const name of names) {
      const device = await another();
      opened.set(name, { device, page: await device.page() });
    }
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  afterEach(async () => {
    for (const { device } of opened.values()) await device.check();
  });
  return { server: () => server, device: (name) => of(name).device, page: (name) => of(name).page, another };
}
