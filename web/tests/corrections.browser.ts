// SPDX-License-Identifier: AGPL-3.0-or-later

// People edit, delete and star messages, one or several: two of them, and three in a group, whose admin is one.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import {
  bubble,
  chooseOf,
  composer,
  eventually,
  makeGroup,
  openConversation,
  registerThree,
  row,
  send,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001401";
const BEN = "+491700001402";
const CLARA = "+491700001403";
const GROUP = "Soup on Friday";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const dialog = (page: Page) => page.getByRole("dialog");
const answer = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true }).click();
const editing = (page: Page) => page.getByRole("textbox", { name: "Edit message" });
const bar = (page: Page) => page.getByRole("toolbar", { name: "Chosen messages" });
/** A message that says something in the place of its words, as that it was deleted. */
const note = (page: Page, words: string): Locator => page.locator("[data-message]", { hasText: words });

const isFocused = (what: Locator) => what.evaluate((element) => element === document.activeElement);

async function edit(page: Page, from: string, to: string): Promise<void> {
  await chooseOf(bubble(page, from), "Edit");
  await eventually("the text is there to be edited", async () => (await editing(page).inputValue()) === from);
  await editing(page).fill(to);
  await editing(page).press("Enter");
  await bubble(page, to).waitFor();
}

/** Deletes a message for oneself, and waits until nobody can take that back. */
async function deleteForMe(page: Page, of: Locator): Promise<void> {
  await chooseOf(of, "Delete");
  await answer(page, "Delete for me");
  await button(page, "Undo").waitFor();
  await button(page, "Undo").waitFor({ state: "detached" });
}

describe("corrections", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let anaPage: Page, benPage: Page, claraPage: Page;

  before(async () => {
    [anaPage, benPage, claraPage] = await registerThree(suite, [ANA, BEN, CLARA]);
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "There is soop on Friday");
    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "There is soop").waitFor();
  });

  it("one edits what one has written, and the other sees it", async () => {
    await composer(anaPage).fill("a draft");
    await edit(anaPage, "There is soop on Friday", "There is soup on Friday");
    assert.equal(await composer(anaPage).inputValue(), "a draft");
    await composer(anaPage).fill("");
    for (const page of [anaPage, benPage]) {
      await bubble(page, "There is soup").getByRole("button", { name: "Edited" }).waitFor();
      assert.equal(await bubble(page, "There is soop").count(), 0);
    }
    await row(benPage, "Ana Ferreira").getByText("There is soup on Friday").waitFor();
  });

  it("who sees it looks at what it said before", async () => {
    await bubble(benPage, "There is soup").getByRole("button", { name: "Edited" }).click();
    const versions = benPage.getByRole("dialog", { name: "Edit history" }).getByRole("listitem");
    await eventually("both are there", async () => (await versions.count()) === 2);
    const texts = await versions.allInnerTexts();
    assert.match(texts[0] ?? "", /^There is soup on Friday/);
    assert.match(texts[1] ?? "", /^There is soop on Friday/);
    await answer(benPage, "Close");
    await chooseOf(bubble(benPage, "There is soup"), "Edit history");
    await answer(benPage, "Close");
  });

  it("it is edited by keys alone, and left as it is with Escape", async () => {
    await composer(anaPage).focus();
    await anaPage.keyboard.press("ArrowUp");
    await eventually("the text is there", async () =>
      (await editing(anaPage).inputValue()).startsWith("There is soup"),
    );
    await eventually("the cursor is at its end", () =>
      editing(anaPage).evaluate((area: HTMLTextAreaElement) => area.selectionStart === area.value.length),
    );
    await anaPage.keyboard.type(", at six");
    await anaPage.keyboard.press("Escape");
    await composer(anaPage).waitFor();
    assert.equal(await composer(anaPage).inputValue(), "");
    assert.ok(await isFocused(composer(anaPage)));
    await anaPage.keyboard.press("ArrowUp");
    await editing(anaPage).waitFor();
    await eventually("the cursor is at its end", () =>
      editing(anaPage).evaluate((area: HTMLTextAreaElement) => area.selectionStart === area.value.length),
    );
    await anaPage.keyboard.type(", at seven");
    await anaPage.keyboard.press("Enter");
    await bubble(benPage, "There is soup on Friday, at seven").waitFor();
    assert.equal(await bubble(benPage, "at six").count(), 0);
  });

  it("what was edited is so after a reload, on both sides", async () => {
    await Promise.all([anaPage.reload(), benPage.reload()]);
    for (const page of [anaPage, benPage])
      await bubble(page, "There is soup on Friday, at seven").getByRole("button", { name: "Edited" }).waitFor();
  });

  it("what is deleted for oneself is taken back, or gone, and the other keeps it", async () => {
    await send(benPage, "I bring bread");
    await bubble(anaPage, "I bring bread").waitFor();
    await chooseOf(bubble(anaPage, "I bring bread"), "Delete");
    assert.equal(await dialog(anaPage).getByRole("button", { name: "Delete for everyone" }).count(), 0);
    await answer(anaPage, "Delete for me");
    await bubble(anaPage, "I bring bread").waitFor({ state: "detached" });
    await button(anaPage, "Undo").click();
    await bubble(anaPage, "I bring bread").waitFor();
    await deleteForMe(anaPage, bubble(anaPage, "I bring bread"));
    await anaPage.reload();
    await bubble(anaPage, "There is soup").waitFor();
    assert.equal(await bubble(anaPage, "I bring bread").count(), 0);
    assert.equal(await bubble(benPage, "I bring bread").count(), 1);
  });

  it("what is deleted for oneself is gone when the conversation is left at once", async () => {
    await send(benPage, "or a cake");
    await bubble(anaPage, "or a cake").waitFor();
    await chooseOf(bubble(anaPage, "or a cake"), "Delete");
    await answer(anaPage, "Delete for me");
    await bubble(anaPage, "or a cake").waitFor({ state: "detached" });
    await composer(anaPage).press("Escape");
    await composer(anaPage).waitFor({ state: "detached" });
    await openConversation(anaPage, "Ben Okafor");
    await bubble(anaPage, "There is soup").waitFor();
    assert.equal(await bubble(anaPage, "or a cake").count(), 0);
  });

  it("what is deleted for everyone leaves a note on both sides, in the list and where it is quoted", async () => {
    await send(anaPage, "wrong chat");
    await bubble(benPage, "wrong chat").waitFor();
    await chooseOf(bubble(benPage, "wrong chat"), "Reply");
    await send(benPage, "what was that?");
    await bubble(anaPage, "what was that?").waitFor();
    await chooseOf(bubble(anaPage, "wrong chat").first(), "Delete");
    await answer(anaPage, "Delete for everyone");
    await note(anaPage, "You deleted this message").waitFor();
    await note(benPage, "This message was deleted").waitFor();
    for (const page of [anaPage, benPage]) {
      const quote = bubble(page, "what was that?").locator("[data-part=quote]");
      await quote.getByText("Deleted message").waitFor();
      assert.equal(await page.getByText("wrong chat").count(), 0);
    }
    await Promise.all([anaPage.reload(), benPage.reload()]);
    await note(anaPage, "You deleted this message").waitFor();
    await note(benPage, "This message was deleted").waitFor();
  });

  it("a note offers little, and is deleted for oneself", async () => {
    const deleted = note(benPage, "This message was deleted");
    await deleted.locator("[data-bubble]").click({ button: "right", position: { x: 20, y: 12 } });
    await benPage.getByRole("menuitem").first().waitFor();
    assert.deepEqual(await benPage.getByRole("menuitem").allInnerTexts(), ["Select", "Delete"]);
    await benPage.keyboard.press("Escape");
    await deleteForMe(benPage, deleted);
    assert.equal(await deleted.count(), 0);
    await note(anaPage, "You deleted this message").waitFor();
  });

  it("the last message that is deleted is what the list says", async () => {
    await send(anaPage, "one more");
    await bubble(benPage, "one more").waitFor();
    await chooseOf(bubble(anaPage, "one more"), "Delete");
    await answer(anaPage, "Delete for everyone");
    await row(anaPage, "Ben Okafor").getByText("You deleted this message").waitFor();
    await row(benPage, "Ana Ferreira").getByText("This message was deleted").waitFor();
  });

  it("what one stars is found again, in the chat and in all, and nobody else knows", async () => {
    await chooseOf(bubble(benPage, "There is soup"), "Star");
    await bubble(benPage, "There is soup").getByRole("img", { name: "Starred" }).waitFor();
    assert.equal(await anaPage.getByRole("img", { name: "Starred" }).count(), 0);
    for (let at = 0; at < 30; ++at) await send(benPage, `line ${at}`);
    await button(benPage, "Contact details").click();
    await benPage.getByRole("button", { name: /^Starred messages/ }).click();
    const listed = benPage.locator("[data-part=starred] [data-row]");
    await listed.getByText("There is soup on Friday, at seven").click();
    await eventually("it is in view", () =>
      bubble(benPage, "There is soup").evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        const frame = document.querySelector("[data-timeline]")?.getBoundingClientRect() as DOMRect;
        return top >= frame.top && bottom <= frame.bottom;
      }),
    );
    await benPage.keyboard.press("Escape");
    await button(benPage, "Settings").click();
    const settings = benPage.getByRole("region", { name: "Settings" });
    await settings.getByRole("button", { name: /^Starred messages/ }).click();
    const inAll = settings.locator("[data-part=starred] [data-row]");
    await inAll.first().waitFor();
    assert.equal(await inAll.count(), 1);
    await settings.getByRole("button", { name: "Unstar", exact: true }).click();
    await settings.getByText("Nothing is starred yet.").waitFor();
    await settings.getByRole("button", { name: "Back", exact: true }).click();
    await settings.getByRole("button", { name: "Back", exact: true }).click();
    await eventually(
      "the star is gone",
      async () => (await benPage.getByRole("img", { name: "Starred" }).count()) === 0,
    );
  });

  it("several are chosen by keys and clicks, and starred, copied and deleted together", async () => {
    await chooseOf(bubble(benPage, "line 29"), "Select");
    await bar(benPage).getByText("1 chosen").waitFor();
    await eventually("the message has the focus", () => isFocused(bubble(benPage, "line 29")));
    await benPage.keyboard.press("ArrowUp");
    await benPage.keyboard.press("Space");
    await bar(benPage).getByText("2 chosen").waitFor();
    await bubble(benPage, "line 25")
      .getByRole("checkbox")
      .click({ modifiers: ["Shift"] });
    await bar(benPage).getByText("5 chosen").waitFor();
    await bar(benPage).getByRole("button", { name: "Star", exact: true }).click();
    await eventually(
      "five have a star",
      async () => (await benPage.getByRole("img", { name: "Starred" }).count()) === 5,
    );
    await composer(benPage).waitFor();

    await chooseOf(bubble(benPage, "line 28"), "Select");
    await bubble(benPage, "line 29").locator("[data-bubble]").click({ force: true });
    await bar(benPage).getByText("2 chosen").waitFor();
    await bar(benPage).getByRole("button", { name: "Delete", exact: true }).click();
    await dialog(benPage).getByRole("heading", { name: "Delete 2 messages?" }).waitFor();
    await answer(benPage, "Delete for everyone");
    for (const text of ["line 28", "line 29"]) await bubble(anaPage, text).waitFor({ state: "detached" });
    assert.equal(await note(anaPage, "This message was deleted").count(), 2);
    assert.equal(await bubble(anaPage, "line 27").count(), 1);
    await composer(benPage).waitFor();
    await chooseOf(bubble(benPage, "line 27"), "Select");
    await benPage.keyboard.press("Escape");
    await bar(benPage).waitFor({ state: "detached" });
    await composer(benPage).waitFor();
  });

  it("in a group its admin deletes for everyone what others wrote; who is none, only their own", async () => {
    await makeGroup(anaPage, GROUP, [BEN, CLARA]);
    for (const page of [benPage, claraPage]) await openConversation(page, GROUP);
    await send(benPage, "Lentils or leek?");
    await send(claraPage, "Neither");
    for (const page of [anaPage, claraPage]) await bubble(page, "Lentils or leek?").waitFor();
    await bubble(benPage, "Neither").waitFor();

    await chooseOf(bubble(claraPage, "Lentils or leek?"), "Delete");
    assert.equal(await dialog(claraPage).getByRole("button", { name: "Delete for everyone" }).count(), 0);
    await answer(claraPage, "Cancel");

    await bubble(anaPage, "Neither").waitFor();
    await chooseOf(bubble(anaPage, "Neither"), "Delete");
    await answer(anaPage, "Delete for everyone");
    await note(anaPage, "You deleted this message").waitFor();
    for (const page of [benPage, claraPage]) await note(page, "Deleted by admin Ana Ferreira").waitFor();

    await edit(benPage, "Lentils or leek?", "Lentils it is");
    for (const page of [anaPage, claraPage]) await bubble(page, "Lentils it is").waitFor();
    await chooseOf(bubble(benPage, "Lentils it is"), "Delete");
    await answer(benPage, "Delete for everyone");
    await note(benPage, "You deleted this message").waitFor();
    for (const page of [anaPage, claraPage]) await note(page, "This message was deleted").waitFor();
  });

  it("nothing is edited or deleted for everyone by who has left the group", async () => {
    await send(claraPage, "Bye then");
    await button(claraPage, "Group info").first().click();
    await button(claraPage, "Leave group").click();
    await dialog(claraPage).getByRole("button", { name: "Leave group" }).click();
    await claraPage.getByText("You are no longer a member of this group.").waitFor();
    await claraPage.keyboard.press("Escape");
    await bubble(claraPage, "Bye then")
      .locator("[data-bubble]")
      .click({ button: "right", position: { x: 20, y: 12 } });
    await claraPage.getByRole("menuitem", { name: "Delete", exact: true }).waitFor();
    assert.equal(await claraPage.getByRole("menuitem", { name: "Edit", exact: true }).count(), 0);
    await claraPage.getByRole("menuitem", { name: "Delete", exact: true }).click();
    await dialog(claraPage).getByRole("button", { name: "Delete for me" }).waitFor();
    assert.equal(await dialog(claraPage).getByRole("button", { name: "Delete for everyone" }).count(), 0);
    await answer(claraPage, "Cancel");
  });
});
