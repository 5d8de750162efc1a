// SPDX-License-Identifier: AGPL-3.0-or-later

// Parts of the page that can't be fetched when they are first shown, on a scripted core.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { openConversation, openSettings, row } from "./support/actions";
import { launchBrowser, type Device } from "./support/browser";
import { Harness, within } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

/** What the server says when it is asked for the script that the page began with: here one of Vite's. */
const answerForOwnScript = (device: Device, status: () => number): Promise<unknown> =>
  device.context.route("**/@vite/client*", (route) =>
    route.request().method() === "HEAD"
      ? route.fulfill({ status: status(), headers: { "Content-Type": "text/javascript" } })
      : route.fallback(),
  );

describe("a part of the page that can't be fetched", () => {
  const suite = harnessSuite();
  let device: Device, page: Page;
  let ownScript = 200;

  beforeEach(async () => {
    device = suite.device();
    device.serverAway = true; // what the browser says of it is no problem
    ownScript = 200;
    await answerForOwnScript(device, () => ownScript);
    page = await suite.open();
    await row(page, "Ben").waitFor();
  });

  it("says so in its place, leaves the rest, and is there when it can be had", async () => {
    await page.route("**/ui/settings_pane.tsx*", (route) => route.abort());
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("alert").getByText("A part of Kith could not be loaded.").waitFor();
    await openConversationBeside();
    await page.unroute("**/ui/settings_pane.tsx*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });
  /** The rest of the page does what it did. */
  const openConversationBeside = async () => {
    await page.getByRole("button", { name: "Chats" }).click();
    await openConversation(page, "Ben");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("alert").waitFor();
  };

  it("and is a menu asks what to do, and can be left", async () => {
    await page.route("**/ui/conversation_menu.tsx*", (route) => route.abort());
    await row(page, "Ben").click({ button: "right" });
    const dialog = page.getByRole("dialog", { name: "Something is missing" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await openConversation(page, "Ben");
  });

  it("because the server has another version makes the page begin anew, at the same place", async () => {
    await page.route("**/ui/settings_link.tsx*", (route) => route.abort());
    ownScript = 404;
    await openSettings(page, /^Linked devices/);
    const anew = page.waitForEvent("framenavigated");
    await page.evaluate(() => sessionStorage.removeItem("kith-reloaded"));
    await page.getByRole("button", { name: "Link a device" }).click();
    await anew;
    await page.getByText("There is a new version of Kith.", { exact: false }).waitFor();
    assert.equal(new URL(page.url()).hash, "#/settings/link");
    await page.unroute("**/ui/settings_link.tsx*");
    await page.getByRole("button", { name: "Load it now" }).click();
    await page.getByLabel("Link", { exact: true }).waitFor();
  });
});

describe("what is done with files, when it can't be fetched", () => {
  const suite = harnessSuite();
  let device: Device, page: Page;
  const words = "A part of Kith could not be loaded.";

  beforeEach(async () => {
    device = suite.device();
    device.serverAway = true; // what the browser says of it is no problem
    await answerForOwnScript(device, () => 200);
    page = await suite.open((core, { message, NOON }) => {
      const canvas = document.createElement("canvas");
      canvas.width = 40;
      canvas.height = 30;
      const bytes = atob(canvas.toDataURL("image/png").replace(/^.*,/, ""));
      const photo = { kind: 1, state: 2, mimeType: "image/png", width: 40, height: 30 };
      const sent = message({ atMs: NOON + 1000, body: { case: "media", value: photo } } as never);
      core.messages.push(sent);
      core.files.keep(
        sent.id,
        Uint8Array.from(bytes, (each) => each.charCodeAt(0)),
      );
    });
    await row(page, "Ben").waitFor();
  });
  const without = (file: string) => page.route(`**/${file}*`, (route) => route.abort());
  const withAll = () => page.unrouteAll();
  const picture = () => page.locator("[data-message] [data-part=picture] img").first();

  it("a message that has one says so in its place, and shows it when it can be had", async () => {
    await without("view-models/media_tools.ts");
    await openConversation(page, "Ben");
    const said = page.locator("[data-message]").getByRole("alert");
    await said.getByText(words).waitFor();
    await page.getByText("hello from Ben").last().waitFor();
    await withAll();
    await said.getByRole("button", { name: "Try again" }).click();
    await picture().waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });

  it("a picture that is to be looked at alone asks what to do, and can be left", async () => {
    await openConversation(page, "Ben");
    await without("ui/viewer.tsx");
    await page.locator("[data-message] [data-part=open]").click();
    const dialog = page.getByRole("dialog", { name: "Something is missing" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await withAll();
    await page.locator("[data-message] [data-part=open]").click();
    await page.locator("dialog[data-part=viewer] img").first().waitFor();
  });

  it("whoever attaches a file, or records, reads it where one writes", async () => {
    await within(page, ({ core }) => void core.messages.pop());
    await openConversation(page, "Ben");
    await without("view-models/media_tools.ts");
    const said = page.getByRole("alert").getByText(words);
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await said.waitFor();
    await withAll();
    await without("view-models/attachments.ts");
    const file = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("notes") };
    await page.locator("[data-choose=documents]").setInputFiles([file]);
    await said.waitFor();
    await withAll();
    await page.locator("[data-choose=documents]").setInputFiles([file]);
    await page.locator("dialog[data-part=attach]").waitFor();
  });
});

describe("the focus among one's devices", () => {
  let harness: Harness, browser: Browser, device: Device, page: Page;

  before(async () => {
    harness = await Harness.start();
    browser = await launchBrowser();
    device = await harness.device(browser);
    page = await harness.page(device);
    await row(page, "Ben").waitFor();
    await openSettings(page, /^Linked devices/);
    await page.getByRole("list", { name: "Your devices" }).waitFor();
  });
  after(async () => {
    await device.check();
    await browser?.close();
    await harness?.stop();
  });
  const isAt = (name: string) =>
    page.waitForFunction((wanted) => {
      const { activeElement: at } = document;
      return (at?.getAttribute("aria-label") ?? at?.textContent) === wanted;
    }, name);
  const more = async (device: string, item: string) => {
    await page.getByRole("button", { name: `More about ${device}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };

  it("goes from the page that links back to the button that leads there", async () => {
    await page.getByRole("button", { name: "Link a device" }).click();
    await page.getByLabel("Link", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await isAt("Link a device");
  });

  it("is at the beginning of that page again when the numbers are others", async () => {
    await page.getByRole("button", { name: "Link a device" }).click();
    await page.getByLabel("Link", { exact: true }).fill("kith-link:a");
    await page.keyboard.press("Enter");
    await isAt("Does Firefox on Windows show this number?");
    await page.getByRole("button", { name: "It shows another" }).click();
    await isAt("Link a device");
    await page.getByRole("button", { name: "Back" }).click();
  });

  it("is at the button of a device that was renamed, or was not removed", async () => {
    await more("Terminal", "Rename");
    await page.getByLabel("Name of Terminal").fill("Server");
    await page.keyboard.press("Enter");
    await isAt("More about Server");
    await more("Server", "Remove");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await isAt("More about Server");
  });

  it("is at the list when the device that had it is gone", async () => {
    await more("Server", "Remove");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Server is removed.").waitFor();
    await isAt("Your devices");
  });
});
