// SPDX-License-Identifier: AGPL-3.0-or-later

// People send messages on to others, pin them, and mark conversations as unread.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import {
  bubble,
  chooseOf,
  composer,
  eventually,
  openConversation,
  registerThree,
  row,
  send,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001501";
const BEN = "+491700001502";
const CLARA = "+491700001503";

const sheet = (page: Page): Locator => page.locator("dialog[data-part=forward]");
const forwarded = (of: Locator): Locator => of.locator("[data-part=forwarded]");

async function sendTo(page: Page, ...titles: string[]): Promise<void> {
  for (const title of titles)
    await sheet(page)
      .getByRole("checkbox", { name: new RegExp(title) })
      .click();
  await sheet(page)
    .getByRole("button", { name: /^Send to/ })
    .click();
  await sheet(page).waitFor({ state: "detached" });
}
const isAt = (page: Page, name: string): Promise<boolean> =>
  page.getByRole("textbox", { name: `Message to ${name}` }).isVisible();

describe("forwarding", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let anaPage: Page, benPage: Page, claraPage: Page;

  before(async () => {
    [anaPage, benPage, claraPage] = await registerThree(suite, [ANA, BEN, CLARA]);
    await writeToNumber(benPage, CLARA);
    await send(benPage, "Hello Clara");
    await openConversation(claraPage, "Ben Okafor");
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "The boat leaves at six");
    await openConversation(benPage, "Ana Ferreira");
  });

  it("a text goes on to another, who sees that it was forwarded, and not from whom", async () => {
    await chooseOf(bubble(benPage, "The boat leaves"), "Forward");
    await sendTo(benPage, "Clara Lindqvist");
    await eventually("where it went is open", () => isAt(benPage, "Clara Lindqvist"));
    for (const page of [benPage, claraPage]) {
      await forwarded(bubble(page, "The boat leaves")).waitFor();
      assert.equal(await forwarded(bubble(page, "The boat leaves")).innerText(), "Forwarded");
    }
    assert.equal(await claraPage.getByText("Ana Ferreira").count(), 0);
    await forwarded(bubble(claraPage, "Hello Clara")).waitFor({ state: "detached" });
  });

  it("a photo goes on, and stays when who sent it first deletes it", async () => {
    const picture = await anaPage.evaluate(async () => {
      const canvas = new OffscreenCanvas(320, 200);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.fillStyle = "#48a";
      context.fillRect(0, 0, 320, 200);
      const blob = await canvas.convertToBlob({ type: "image/jpeg" });
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await anaPage
      .locator("[data-choose=pictures]")
      .setInputFiles([{ name: "boat.jpg", mimeType: "image/jpeg", buffer: Buffer.from(picture) }]);
    const attach = anaPage.locator("dialog[data-part=attach]");
    const sending = attach.getByRole("button", { name: "Send", exact: true });
    await eventually("it can be sent", () => sending.isEnabled());
    await attach.getByRole("textbox", { name: "Add a caption" }).fill("our boat");
    await sending.click();
    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "our boat").waitFor();
    await chooseOf(bubble(benPage, "our boat"), "Forward");
    await sendTo(benPage, "Clara Lindqvist");
    await bubble(anaPage, "our boat")
      .getByRole("img", { name: /^(Delivered|Read)$/ })
      .waitFor();
    await chooseOf(bubble(anaPage, "our boat"), "Delete");
    await anaPage.getByRole("dialog").getByRole("button", { name: "Delete for everyone", exact: true }).click();
    await openConversation(benPage, "Ana Ferreira");
    await benPage.locator("[data-message]", { hasText: "This message was deleted" }).waitFor();
    const theirs = bubble(claraPage, "our boat");
    await forwarded(theirs).waitFor();
    await eventually("it is drawn", () =>
      theirs.locator("[data-part=photo] img").evaluateAll((images) => {
        const last = images.at(-1) as HTMLImageElement | undefined;
        return last !== undefined && last.src.startsWith("blob:") && last.complete && last.naturalWidth > 0;
      }),
    );
  });

  it("several go to several, in the order in which they stand, by keys alone as well", async () => {
    await send(benPage, "first");
    await send(benPage, "second");
    await chooseOf(bubble(benPage, "second"), "Select");
    await bubble(benPage, "first").click();
    const bar = benPage.getByRole("toolbar", { name: "Chosen messages" });
    await bar.getByRole("button", { name: "Forward", exact: true }).press("Enter");
    await sheet(benPage).getByRole("textbox", { name: "Search chats" }).waitFor();
    await benPage.keyboard.type("clara");
    await benPage.keyboard.press("Enter");
    await benPage.keyboard.type("ana");
    await benPage.keyboard.press("Enter");
    await sheet(benPage).getByRole("button", { name: "Send to 2 chats", exact: true }).press("Enter");
    await benPage.getByText("Forwarded to 2 chats.").waitFor();
    await composer(benPage).waitFor();
    for (const page of [anaPage, claraPage]) {
      await forwarded(bubble(page, "second").last()).waitFor();
      const texts = await page.locator("[data-message] [data-words]").allInnerTexts();
      assert.deepEqual(texts.slice(-2), ["first", "second"]);
    }
  });

  it("what has come far says so, and goes to one at a time", async () => {
    for (const [from, to, page] of [
      ["Clara Lindqvist", "Ben Okafor", claraPage],
      ["Ben Okafor", "Clara Lindqvist", benPage],
      ["Clara Lindqvist", "Ben Okafor", claraPage],
      ["Ben Okafor", "Clara Lindqvist", benPage],
    ] as const) {
      await openConversation(page, to);
      const before = await bubble(page, "The boat leaves").count();
      await chooseOf(bubble(page, "The boat leaves").last(), "Forward");
      await sendTo(page, to);
      await eventually(`${from} has sent it`, async () => (await bubble(page, "The boat leaves").count()) > before);
      const other = page === benPage ? claraPage : benPage;
      await openConversation(other, from);
      await eventually("it has come", async () => (await bubble(other, "The boat leaves").count()) > before);
    }
    await eventually("it says so", async () =>
      (await forwarded(bubble(claraPage, "The boat leaves").last()).innerText()).startsWith("Forwarded many times"),
    );
    await chooseOf(bubble(claraPage, "The boat leaves").last(), "Forward");
    await sheet(claraPage).getByText("it goes to one chat at a time").waitFor();
    await sheet(claraPage).getByRole("button", { name: "Cancel" }).click();
  });

  it("what is pinned stands at the top for both until either takes it back", async () => {
    await openConversation(benPage, "Ana Ferreira");
    await openConversation(anaPage, "Ben Okafor");
    for (let line = 0; line < 30; ++line) await send(anaPage, `line ${line}`);
    await chooseOf(bubble(benPage, "line 29"), "Reply");
    await benPage.keyboard.press("Escape");
    const top = (page: Page): Locator => page.locator("[data-part=pinned]");
    await bubble(benPage, "line 28").last().waitFor();
    await chooseOf(bubble(benPage, "line 20"), "Pin …");
    await benPage.getByRole("dialog").getByLabel("30 days").check();
    await benPage.keyboard.press("Enter");
    for (const page of [benPage, anaPage]) await top(page).getByText("line 20").waitFor();
    await chooseOf(bubble(anaPage, "line 3").first(), "Pin …");
    await anaPage.getByRole("dialog").getByRole("button", { name: "Pin", exact: true }).click();
    for (const page of [benPage, anaPage]) await top(page).getByText("Pinned message 1 of 2").waitFor();
    await top(benPage).click();
    await eventually("it is in view", () =>
      bubble(benPage, "line 3")
        .first()
        .evaluate((element) => {
          const { top: above, bottom } = element.getBoundingClientRect();
          return above >= 0 && bottom <= innerHeight;
        }),
    );
    await top(benPage).getByText("line 20").waitFor();
    await anaPage.reload();
    await top(anaPage).waitFor();
    await bubble(anaPage, "line 20").getByRole("img", { name: "Pinned" }).waitFor();
    await chooseOf(bubble(anaPage, "line 20"), "Unpin");
    for (const page of [benPage, anaPage]) await top(page).getByText("line 3").waitFor();
    await bubble(benPage, "line 20").getByRole("img", { name: "Pinned" }).waitFor({ state: "detached" });
  });

  it("a conversation is marked as unread until it is opened", async () => {
    await openConversation(benPage, "Clara Lindqvist");
    await row(benPage, "Ana Ferreira").click({ button: "right" });
    await benPage.getByRole("menuitem", { name: "Mark as unread" }).click();
    const mark = row(benPage, "Ana Ferreira").getByLabel("Marked as unread");
    await mark.waitFor();
    await benPage.reload();
    await mark.waitFor();
    await openConversation(benPage, "Ana Ferreira");
    await mark.waitFor({ state: "detached" });
  });
});
