// SPDX-License-Identifier: AGPL-3.0-or-later

// Linking a device: what the camera reads, on a scripted core, and the whole way between two browsers.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";

import { openSettings, register } from "./support/actions";
import { launchBrowser, type Device } from "./support/browser";
import { writeCameraPicture } from "./support/camera_picture";
import { Harness, within } from "./support/harness";
import { serverSuite } from "./support/server_suite";

const LINK = "kith-link:1:kith.example:Zm9yIHRlc3RzIG9ubHksIG5vIGtleQ:c2xvdCBvZiBhIG1haWxib3g";

describe("the camera", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-camera-"));
  let harness: Harness, browser: Browser, device: Device, page: Page;

  before(async () => {
    const picture = path.join(folder, "code.y4m");
    writeCameraPicture(picture, LINK);
    harness = await Harness.start();
    browser = await launchBrowser([
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${picture}`,
    ]);
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await device.check();
    await device.close();
  });
  const open = async (permissions: string[]) => {
    device = await harness.device(browser);
    await device.context.grantPermissions(permissions);
    page = await harness.page(device);
    await page.evaluate(() => (location.hash = "#/settings/link"));
  };

  it("reads the code that the new device shows, and is off then", async () => {
    await open(["camera"]);
    await page.getByText("123 456").waitFor();
    assert.deepEqual(await within(page, ({ core }) => core.called("openLink")), [{ link: LINK }]);
    assert.equal(await page.locator("video").count(), 0);
  });

  it("that may not be used leaves the field, in which one can write", async () => {
    await open([]);
    await page.getByText("This browser doesn't let Kith use the camera.").waitFor();
    await page.getByLabel("Link", { exact: true }).fill(LINK);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Does Firefox on Windows show this number?" }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("button", { name: "Link a device" }).waitFor();
    assert.equal((await within(page, ({ core }) => core.called("cancelLinking"))).length, 1);
  });
});

describe("a second device", () => {
  const suite = serverSuite(["first", "second"]);
  let firstPage: Page, secondPage: Page;

  before(() => {
    firstPage = suite.page("first");
    secondPage = suite.page("second");
  });
  const devices = (page: Page) => page.getByRole("list", { name: "Your devices" }).getByRole("listitem");

  it("is linked by its link and a number that both show, and has the account's name", async () => {
    await register(firstPage, "+491700000701", "Ana Ferreira");
    await secondPage.getByRole("button", { name: /Link this one$/ }).click();
    const link = await secondPage.getByLabel("No camera there? Take the link over").inputValue();
    await openSettings(firstPage, /^Linked devices/);
    await firstPage.getByRole("button", { name: "Link a device" }).click();
    await firstPage.getByLabel("Link", { exact: true }).fill(link);
    await firstPage.keyboard.press("Enter");
    await firstPage.getByRole("heading", { name: /^Does Chrome on Linux show this number/ }).waitFor();
    await secondPage.getByRole("heading", { name: "Compare this number" }).waitFor();
    const shown = (page: Page) => page.getByText(/^\d{3} \d{3}$/).textContent();
    assert.equal(await shown(firstPage), await shown(secondPage));
    await firstPage.getByRole("button", { name: "Yes, link it" }).click();
    await firstPage.getByText("Chrome on Linux is linked.").waitFor();
    assert.equal(await devices(firstPage).count(), 2);
    await secondPage.getByRole("button", { name: "New chat" }).first().waitFor();
    await openSettings(secondPage, /^Linked devices/);
    await secondPage.getByText("Devices are linked, renamed and removed at the first one", { exact: false }).waitFor();
    assert.equal(await devices(secondPage).count(), 2);
  });

  it("is called otherwise at the first one, and says there when it was last active", async () => {
    await devices(firstPage).nth(1).getByText("Active now").waitFor();
    await firstPage.getByRole("button", { name: "More about Chrome on Linux" }).last().click();
    await firstPage.getByRole("menuitem", { name: "Rename" }).click();
    await firstPage.getByLabel("Name of Chrome on Linux").fill("Kitchen");
    await firstPage.keyboard.press("Enter");
    await devices(firstPage).nth(1).getByText("Kitchen", { exact: true }).waitFor();
    await devices(secondPage).nth(1).getByText("Kitchen", { exact: true }).waitFor();
    await secondPage.getByText("at the first one, Chrome on Linux").waitFor();
  });

  it("is told of a third one, until somebody has looked at the devices there", async () => {
    const third = await suite.another();
    const thirdPage = await third.page();
    await thirdPage.getByRole("button", { name: /Link this one$/ }).click();
    await thirdPage.reload();
    await thirdPage.getByText("The page was loaded anew.", { exact: false }).waitFor();
    const link = await thirdPage.getByLabel("No camera there? Take the link over").inputValue();
    await secondPage.getByRole("button", { name: "Back" }).click();
    await secondPage.getByRole("button", { name: "Back" }).click();
    // As a telephone's camera does.
    await firstPage.goto(link);
    await firstPage.getByText(link).waitFor();
    assert.equal(new URL(firstPage.url()).pathname, "/");
    await firstPage.getByRole("button", { name: "Continue" }).click();
    await firstPage.getByRole("button", { name: "Yes, link it" }).click();
    await firstPage.getByText("Chrome on Linux is linked.").waitFor();
    await secondPage.getByText("was linked to your account today", { exact: false }).waitFor();
    assert.equal(await firstPage.getByText("was linked to your account").count(), 0);
    await secondPage.reload();
    await secondPage.getByRole("button", { name: "Look at your devices" }).click();
    await secondPage.getByText("was linked to your account today", { exact: false }).waitFor();
    assert.equal(await devices(secondPage).count(), 3);
    await secondPage.getByRole("button", { name: "Back" }).click();
    await secondPage.getByRole("button", { name: "Back" }).click();
    assert.equal(await secondPage.getByText("was linked to your account").count(), 0);
    await firstPage.getByRole("button", { name: "More about Chrome on Linux" }).last().click();
    await firstPage.getByRole("menuitem", { name: "Remove" }).click();
    await firstPage.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    await firstPage.getByText("Chrome on Linux is removed.").waitFor();
    assert.equal(await devices(firstPage).count(), 2);
    await thirdPage.getByText("This device was removed").waitFor();
    await third.check();
    await third.close();
  });

  it("that is logged out with all others begins anew, and says why", async () => {
    await firstPage.getByRole("button", { name: "Log out all other devices" }).click();
    await firstPage.getByRole("dialog").getByRole("button", { name: "Log out all" }).click();
    await firstPage.getByText("All other devices are logged out.").waitFor();
    assert.equal(await devices(firstPage).count(), 1);
    await secondPage.getByText("This device was removed").waitFor();
    await secondPage.getByLabel("Phone number").waitFor();
  });

  it("whose link is read where there is no account is told what to do", async () => {
    await secondPage.getByRole("button", { name: /Link this one$/ }).click();
    const link = await secondPage.getByLabel("No camera there? Take the link over").inputValue();
    const other = await suite.another();
    const otherPage = await other.page();
    await otherPage.goto(link);
    await otherPage.getByRole("heading", { name: "This code is for another device" }).waitFor();
    await otherPage.getByRole("button", { name: "Use Kith here" }).click();
    await otherPage.getByLabel("Phone number").waitFor();
    await other.check();
    await other.close();
  });
});
