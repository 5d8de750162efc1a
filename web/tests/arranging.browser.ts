// SPDX-License-Identifier: AGPL-3.0-or-later

// Pinning, muting and archiving, on a scripted core.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";

import { composer, eventually, openConversation, row } from "./support/actions";
import { within } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

describe("a conversation in the list", () => {
  const { open } = harnessSuite();
  const three = () =>
    open((core, { conversation, message, micros, NOON }) => {
      core.conversations = ["Ana", "Ben", "Cem"].map((title, at) =>
        conversation({
          id: String(at + 1).repeat(32),
          title,
          unread: 1,
          activityUs: micros(NOON - at),
          lastMessage: message({ text: "hello" }),
        }),
      );
      core.messages = [];
    });
  const titles = (page: Page) => page.locator("[data-pane=left] [data-part=title]").allInnerTexts();
  const isInOrder = (page: Page, ...order: string[]) =>
    eventually(order.join(), async () => String(await titles(page)) === String(order));
  const more = (page: Page, title: string) => page.getByRole("button", { name: `More about ${title}` });
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id ?? "");

  it("is pinned by its button, and the focus is at that afterwards", async () => {
    const page = await three();
    await row(page, "Cem").hover();
    await more(page, "Cem").click();
    await page.getByRole("menuitem", { name: "Pin", exact: true }).click();
    await isInOrder(page, "Cem", "Ana", "Ben");
    await row(page, "Cem").getByRole("img", { name: "Pinned" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "More about Cem");
  });

  it("beyond three is not pinned, and it is said why", async () => {
    const page = await three();
    await within(page, ({ core, testing }) => core.failing("setConversation", testing.TOO_MANY_PINNED));
    await row(page, "Ben").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Pin", exact: true }).click();
    await page.getByText("Three conversations are pinned already.", { exact: false }).waitFor();
    await isInOrder(page, "Ana", "Ben", "Cem");
  });

  it("is muted by the keyboard alone, counts no more, and the page's title says so", async () => {
    const page = await three();
    await eventually("three are unread", async () => (await page.title()) === "(3) Kith");
    await row(page, "Ben").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("menu", { name: "More about Ben" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const radio = (name: string) => page.getByRole("radio", { name });
    await radio("8 hours").waitFor();
    assert.equal(await radio("8 hours").evaluate((each) => each === document.activeElement), true);
    await page.keyboard.press("ArrowDown");
    assert.equal(await radio("1 week").isChecked(), true);
    await page.keyboard.press("Enter");
    await row(page, "Ben").getByRole("img", { name: "Muted" }).waitFor();
    assert.equal(await page.getByRole("dialog").count(), 0);
    await eventually("two count", async () => (await page.title()) === "(2) Kith");
    await eventually(
      "the focus is at the button again",
      async () => (await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) === "More about Ben",
    );
    const [asked] = await within(page, ({ core }) =>
      core.called("setConversation").map(({ mutedUntilUs }) => Number(mutedUntilUs)),
    );
    const week = 7 * 24 * 3_600_000;
    assert.ok(Math.abs((asked ?? 0) / 1000 - Date.now() - week) < 60_000);
  });

  it("is archived, found there and by the search, stays when a message comes, and can be taken out", async () => {
    const page = await three();
    await row(page, "Ana").focus();
    await row(page, "Ana").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await isInOrder(page, "Ben", "Cem");
    await eventually(
      "the row in its place has the focus",
      async () => (await focused(page)) === `row-${"2".repeat(32)}`,
    );
    await page.getByLabel("Search conversations and messages").fill("Ana");
    await row(page, "Ana").getByRole("img", { name: "Archived" }).waitFor();
    await page.getByRole("button", { name: "Clear the search" }).click();
    await within(page, ({ core }) => {
      const ana = core.conversations.find(({ title }) => title === "Ana")!;
      core.emit({ case: "conversationChanged", value: { ...ana, unread: 5, activityUs: ana.activityUs + 1_000_000n } });
    });
    await eventually("only the others count", async () => (await page.title()) === "(2) Kith");
    const archived = page.getByRole("button", { name: /^Archived/ });
    assert.equal(await archived.innerText().then((text) => text.replace(/\s+/g, " ")), "Archived 1");
    await archived.click();
    await page.getByRole("heading", { name: "Archived" }).waitFor();
    assert.equal(new URL(page.url()).hash, "#/archived");
    assert.deepEqual(await titles(page), ["Ana"]);
    await page.keyboard.press("Escape");
    await eventually("the focus is back", async () => (await focused(page)) === "open-archived");
    await archived.click();
    await openConversation(page, "Ana");
    await page.goBack();
    await page.getByRole("heading", { name: "Archived" }).waitFor();
    await row(page, "Ana").hover();
    await more(page, "Ana").click();
    await page.getByRole("menuitem", { name: "Unarchive" }).click();
    await page.getByText("Nothing is archived.").waitFor();
    await page.goBack();
    await isInOrder(page, "Ana", "Ben", "Cem");
    assert.equal(await archived.count(), 0);
  });

  it("that was archived by mistake is back with one click", async () => {
    const page = await three();
    await row(page, "Ben").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await isInOrder(page, "Ana", "Cem");
    await page.getByRole("button", { name: "Undo" }).click();
    await isInOrder(page, "Ana", "Ben", "Cem");
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
  });

  it("is arranged from its head, too, which says that it is muted", async () => {
    const page = await three();
    await openConversation(page, "Cem");
    const menu = page.locator("#open-chat-menu");
    await menu.click();
    await page.getByRole("menuitem", { name: "Pin", exact: true }).click();
    await isInOrder(page, "Cem", "Ana", "Ben");
    await menu.click();
    await page.getByRole("menuitem", { name: "Mute" }).click();
    await page.getByRole("radio", { name: "Always" }).check();
    await page.getByRole("button", { name: "Mute", exact: true }).click();
    await page.locator("[data-pane=conversation] header").getByRole("img", { name: "Muted" }).waitFor();
    await menu.click();
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await isInOrder(page, "Ana", "Ben");
    await composer(page).waitFor();
    await menu.click();
    await page.getByRole("menuitem", { name: "Unarchive" }).waitFor();
    assert.equal(await page.getByRole("menuitem", { name: "Pin", exact: true }).count(), 0);
  });
});
