// SPDX-License-Identifier: AGPL-3.0-or-later

// Reading a conversation: its beginning, and what was looked for in it. On a scripted core.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { bubble, eventually, openConversation } from "./support/actions";
import { launchBrowser, type Device } from "./support/browser";
import { Harness, type Prepare } from "./support/harness";

describe("reading", () => {
  let harness: Harness, browser: Browser, device: Device, page: Page;

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
  });
  afterEach(async () => {
    await device.check();
    await device.close();
  });

  const details = () => page.getByRole("complementary", { name: "Contact details" });

  it("a conversation begins with who this is, who can read it, and the way to be sure", async () => {
    page = await harness.page(device, (core, testing) => {
      core.conversations = [testing.conversation({ direct: { about: "Slow cook, fast eater", verified: false } })];
    });
    await openConversation(page, "Ben");
    const beginning = page.getByRole("log").locator("[data-key=beginning]");
    for (const words of ["Ben", "+49 170 000 0002", "Slow cook, fast eater", "only you and Ben can read them"])
      await beginning.getByText(words, { exact: words === "Ben" }).waitFor();
    await beginning.getByRole("button", { name: "compare the safety number" }).click();
    await details().getByRole("group", { name: "Safety number" }).waitFor();
  });

  it("one with somebody whose safety number was compared says so", async () => {
    page = await harness.page(device, (core, testing) => {
      core.conversations = [testing.conversation({ direct: { verified: true } })];
    });
    await openConversation(page, "Ben");
    await page.getByText("You have compared the safety number.").waitFor();
    assert.equal(await page.getByRole("button", { name: "compare the safety number" }).count(), 0);
  });

  it("somebody whose name is not known is called by the number, in its groups", async () => {
    page = await harness.page(device, (core, testing) => {
      core.conversations = [testing.conversation({ title: "+491700000002" })];
    });
    await openConversation(page, "+49 170 000 0002");
    await page.getByRole("main", { name: "Conversation with +49 170 000 0002" }).waitFor();
    assert.equal(await page.getByText("+491700000002").count(), 0);
  });

  const longText: Prepare = (core, testing) => {
    const before = "The path goes along the shore and up to the old mill. ".repeat(60);
    const long = testing.message({
      text: `${before}There is the Walnuss tree. ${before}`,
      atMs: testing.NOON - 60_000,
    });
    core.messages.unshift(long);
    core.on("search", () => ({
      messages: [long],
      excerpts: [
        {
          pieces: [
            { text: "… the ", matched: false },
            { text: "Walnuss", matched: true },
          ],
        },
      ],
    }));
  };

  it("what was found where a long text is folded away is unfolded, marked, and in view", async () => {
    page = await harness.page(device, longText);
    await openConversation(page, "Ben");
    await page.getByRole("button", { name: "Read on" }).waitFor();
    assert.equal(await bubble(page, "Walnuss").count(), 0);
    await page.getByLabel("Search conversations and messages").fill("walnuss");
    await page.locator("section[aria-label=Messages] [data-row]").click();
    await bubble(page, "Walnuss").waitFor();
    const marked = () =>
      page.evaluate(() =>
        [...(CSS.highlights.get("found") ?? [])].map((range) => {
          const { top, bottom } = (range as Range).getBoundingClientRect();
          const frame = document.querySelector("[data-timeline]")?.getBoundingClientRect() as DOMRect;
          return { text: (range as Range).toString(), inView: top >= frame.top && bottom <= frame.bottom };
        }),
      );
    await eventually("it is marked", async () => (await marked()).length === 1);
    assert.deepEqual(await marked(), [{ text: "Walnuss", inView: true }]);
    assert.equal(await page.getByRole("button", { name: "Read on" }).count(), 0);
  });

  it("a message that was not sent is sent again in its place, or deleted", async () => {
    page = await harness.page(device, (core, testing) => {
      const failed = testing.message({ outgoing: true, text: "at six", tick: 5, atMs: testing.NOON - 60_000 });
      core.messages.unshift(failed);
      core.on("retryMessage", () => core.emit({ case: "messageChanged", value: { ...failed, tick: 1 } }));
      core.on("deleteMessage", ({ id }) =>
        core.emit({ case: "messageRemoved", value: { conversation: failed.conversation, id: id ?? "" } }),
      );
    });
    await openConversation(page, "Ben");
    await bubble(page, "at six").getByRole("button", { name: "Send again" }).click();
    await bubble(page, "at six").getByRole("img", { name: "Waiting to be sent" }).waitFor();
    assert.equal(await page.locator("[data-message]").count(), 2);
    await page.reload();
    await openConversation(page, "Ben");
    await bubble(page, "at six").getByRole("button", { name: "Delete" }).click();
    await bubble(page, "at six").waitFor({ state: "detached" });
    assert.equal(await page.locator("[data-message]").count(), 1);
  });
});
