// SPDX-License-Identifier: AGPL-3.0-or-later

// The setup of a suite on the scripted core (harness.ts), in which each test has a device of its own: called inside
// `describe`.
import { after, afterEach, before, beforeEach } from "node:test";
import type { Browser, Page } from "playwright-core";

import { launchBrowser, tellOfFailure, type Device } from "./browser";
import { Harness, type Prepare } from "./harness";

export interface HarnessSuite {
  /** Where the app is. */
  url(): string;
  /** The app in the device of this test; what `prepare` does is in harness.ts. */
  open(prepare?: Prepare): Promise<Page>;
  /** Of this test. */
  device(): Device;
}

export function harnessSuite(permissions: readonly string[] = []): HarnessSuite {
  let harness: Harness, browser: Browser, device: Device;
  before(async () => {
    harness = await Harness.start();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });
  beforeEach(async () => {
    device = await harness.device(browser);
    device.context.setDefaultTimeout(15_000);
    await device.context.grantPermissions([...permissions]);
  });
  afterEach(async (test) => {
    await tellOfFailure(test);
    await device.check().finally(() => device.close());
  });
  return { url: () => harness.url, open: (prepare) => harness.page(device, prepare), device: () => device };
}
