// SPDX-License-Identifier: AGPL-3.0-or-later

// What the page tells somebody who looks elsewhere; and what counts as seen. On a scripted core.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { bubble, composer, eventually, row } from "./support/actions";
import { launchBrowser, setFocus, type Device } from "./support/browser";
import { Harness, within } from "./support/harness";

declare global {
  interface Window {
    told: { title: string; body: string; tag: string; closed: boolean; click: () => void }[];
  }
}

/** A message of Ben's comes, as the core tells it. */
const receive = (page: Page) =>
  within(page, ({ core, testing }) => {
    const added = testing.message({ text: `news ${core.messages.length}`, atMs: Date.now() });
    const before = core.conversations[0];
    const changed = testing.conversation({ unread: (before?.unread ?? 0) + 1, lastMessage: added });
    core.conversations = [changed];
    core.messages.push(added);
    core.emit({ case: "messageAdded", value: added }, { case: "conversationChanged", value: changed });
    return added.id;
  });
const marked = (page: Page) =>
  within(page, ({ core }) => core.called("markRead").map(({ upToMessageId }) => String(upToMessageId)));
const told = (page: Page) =>
  page.evaluate(() => window.told.map(({ title, body, closed }) => ({ title, body, closed })));

describe("somebody who looks elsewhere", () => {
  let harness: Harness, browser: Browser, device: Device, page: Page;

  before(async () => {
    harness = await Harness.start();
    browser = await launchBrowser();
    device = await harness.device(browser, { timezoneId: undefined }); // it travels below
    device.context.setDefaultTimeout(15_000);
    await device.context.addInitScript(() => {
      window.told = [];
      class FakeNotification {
        static permission = "default";
        static requestPermission = async () => (FakeNotification.permission = "granted");
        onclick = () => undefined;
        private readonly entry;
        constructor(title: string, { body, tag }: { body: string; tag: string }) {
          this.entry = { title, body, tag, closed: false, click: () => this.onclick() };
          window.told.push(this.entry);
        }
        close() {
          this.entry.closed = true;
        }
      }
      Object.defineProperty(window, "Notification", { value: FakeNotification });
    });
    page = await harness.page(device, (core, testing) => {
      for (let at = 0; at < 60; ++at)
        core.messages.push(testing.message({ text: `old ${at}`, atMs: testing.NOON + at * 60_000 }));
      core.on("markRead", ({ upToMessageId }) => {
        const later = core.messages.length - 1 - core.messages.findIndex((each) => each.id === upToMessageId);
        const read = testing.conversation({ unread: Math.min(core.conversations[0]?.unread ?? 0, later) });
        core.conversations = [read];
        core.emit({ case: "conversationChanged", value: read });
      });
    });
    await row(page, "Ben").waitFor();
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });

  it("is asked once whether to be told, and not again", async () => {
    await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Turn on" }).click();
    await page.getByRole("region", { name: "Notifications" }).waitFor({ state: "detached" });
  });

  it("is told, sees it in the title, comes to the conversation by a click, and then is told of no more", async () => {
    await setFocus(page, false);
    await receive(page);
    await eventually("it is told", async () => (await told(page)).length === 1);
    assert.match(await page.title(), /^\(1\)/);
    assert.deepEqual(await told(page), [{ title: "Ben", body: "news 61", closed: false }]);
    await page.evaluate(() => window.told[0]?.click());
    await composer(page).waitFor();
    assert.deepEqual(await marked(page), [], "nobody looked yet");
    await setFocus(page, true);
    await eventually("it is read", async () => (await marked(page)).length === 1);
    await eventually("the title is plain", async () => (await page.title()) === "Kith");
    await eventually("it is taken away", async () => (await told(page)).every(({ closed }) => closed));
  });

  it("finds in the settings that there are neither name nor text in it, when that is wanted", async () => {
    await page.locator("#open-settings").click();
    await page.getByRole("button", { name: /Notifications/ }).click();
    await page.getByRole("switch", { name: /With name and text/ }).click();
    await setFocus(page, false);
    await receive(page);
    await eventually("it is told", async () => (await told(page)).length === 2);
    assert.doesNotMatch(JSON.stringify((await told(page))[1]), /Ben|news/);
    await setFocus(page, true);
    await page.goBack();
    await page.goBack();
  });

  it("[F12] has read nothing that was not on the screen: further up, or below a phone's contact details", async () => {
    await eventually("all is read", async () => within(page, ({ core }) => core.conversations[0]?.unread === 0));
    const scroll = (top: number) => page.locator("[data-timeline]").evaluate((frame, to) => frame.scrollTo(0, to), top);
    await scroll(0);
    await page.getByRole("button", { name: "To the newest message" }).waitFor();
    const before = (await marked(page)).length;
    const ids = [await receive(page), await receive(page), await receive(page)];
    await page.getByRole("button", { name: "3 new messages" }).waitFor();
    await page.getByText("3 unread messages").waitFor({ state: "attached" });
    await page.waitForTimeout(700);
    assert.equal((await marked(page)).filter((id) => ids.includes(id)).length, 0);
    await page.getByRole("button", { name: "3 new messages" }).click();
    await eventually("they are read", async () => (await marked(page)).at(-1) === ids[2]);
    assert.ok((await marked(page)).length > before);

    await page.setViewportSize({ width: 390, height: 780 });
    await page.getByRole("button", { name: "Contact details" }).click();
    await page.getByRole("complementary", { name: "Contact details" }).waitFor();
    const covered = await receive(page);
    await page.waitForTimeout(700);
    assert.ok(!(await marked(page)).includes(covered));
    await page.goBack();
    await eventually("it is read", async () => (await marked(page)).includes(covered));
    await page.setViewportSize({ width: 1200, height: 780 });
  });

  it("comes to the end by writing, from wherever", async () => {
    await page.locator("[data-timeline]").evaluate((frame) => frame.scrollTo(0, 0));
    await composer(page).fill("my own words");
    await composer(page).press("Enter");
    await bubble(page, "my own words").waitFor();
    await eventually("it is in view", () =>
      bubble(page, "my own words").evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight),
    );
  });

  it("sees the times of the place in which the device is by now", async () => {
    const session = await device.context.newCDPSession(page);
    const first = page.locator("[data-message] time").first();
    await page.locator("[data-timeline]").evaluate((frame) => frame.scrollTo(0, 0));
    const before = await first.getAttribute("title");
    await session.send("Emulation.setTimezoneOverride", { timezoneId: "Pacific/Auckland" });
    await setFocus(page, false);
    await setFocus(page, true);
    await eventually("the time is another", async () => (await first.getAttribute("title")) !== before);
    await device.check();
  });
});
