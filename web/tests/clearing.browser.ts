// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations are cleared and deleted, on one side alone.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import {
  bubble,
  chooseOf,
  composer,
  eventually,
  messageTexts,
  openConversation,
  registerThree,
  row,
  send,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001601";
const BEN = "+491700001602";
const CLARA = "+491700001603";

const question = (page: Page) => page.getByRole("dialog");
const answer = (page: Page, name: string) => question(page).getByRole("button", { name, exact: true }).click();

/** From the menu in the head of the conversation. */
async function chooseOfChat(page: Page, item: string): Promise<void> {
  await page.locator("#open-chat-menu").click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}
/** From the menu of its row. */
async function chooseOfRow(page: Page, title: string, item: string): Promise<void> {
  await row(page, title).click({ button: "right" });
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

describe("a conversation that is cleared or deleted", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let anaPage: Page, benPage: Page;

  before(async () => {
    [anaPage, benPage] = await registerThree(suite, [ANA, BEN, CLARA]);
    await writeToNumber(anaPage, CLARA);
    await send(anaPage, "hello Clara");
    await writeToNumber(anaPage, BEN);
    for (const text of ["one", "two", "three"]) await send(anaPage, text);
    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "three").waitFor();
  });

  it("keeps what is starred if one wants that, and all of it on the other side", async () => {
    await chooseOf(bubble(anaPage, "two"), "Star");
    await bubble(anaPage, "two").getByRole("img", { name: "Starred" }).waitFor();
    await chooseOfChat(anaPage, "Clear chat …");
    await anaPage.getByText("Clear the chat “Ben Okafor”?").waitFor();
    await question(anaPage).getByRole("checkbox", { name: "Keep starred messages" }).check();
    await answer(anaPage, "Clear chat");
    await bubble(anaPage, "three").waitFor({ state: "detached" });
    assert.deepEqual(await messageTexts(anaPage), ["two"]);
    await anaPage.getByText("The chat is cleared.").waitFor();
    assert.deepEqual(await messageTexts(benPage), ["one", "two", "three"]);
  });

  it("is empty afterwards, also after a reload, and goes on", async () => {
    await chooseOfChat(anaPage, "Clear chat …");
    await answer(anaPage, "Clear chat");
    await bubble(anaPage, "two").waitFor({ state: "detached" });
    await anaPage.reload();
    await composer(anaPage).waitFor();
    assert.deepEqual(await messageTexts(anaPage), []);
    await row(anaPage, "Ben Okafor").waitFor();
    await send(benPage, "four");
    await bubble(anaPage, "four").waitFor();
  });

  it("is in the list no more when it is deleted, and is closed", async () => {
    await chooseOfChat(anaPage, "Delete chat …");
    await answer(anaPage, "Delete chat");
    await row(anaPage, "Ben Okafor").waitFor({ state: "detached" });
    await composer(anaPage).waitFor({ state: "detached" });
    await anaPage.getByText("The chat is deleted.").waitFor();
    await anaPage.reload();
    await row(anaPage, "Clara Lindqvist").waitFor();
    assert.equal(await row(anaPage, "Ben Okafor").count(), 0);
    assert.ok((await messageTexts(benPage)).includes("four"));
  });

  it("comes back with what is said next", async () => {
    await send(benPage, "are you there?");
    await row(anaPage, "Ben Okafor").waitFor();
    await openConversation(anaPage, "Ben Okafor");
    await bubble(anaPage, "are you there?").waitFor();
    assert.deepEqual(await messageTexts(anaPage), ["are you there?"]);
  });

  it("is deleted from its row by keys, and is there again for whoever writes", async () => {
    await row(anaPage, "Ben Okafor").focus();
    await anaPage.keyboard.press("ContextMenu");
    await anaPage.getByRole("menuitem", { name: "Delete chat …", exact: true }).waitFor();
    await anaPage.keyboard.press("End");
    await anaPage.keyboard.press("Enter");
    await question(anaPage).waitFor();
    await answer(anaPage, "Delete chat");
    await row(anaPage, "Ben Okafor").waitFor({ state: "detached" });
    await eventually("something has the focus", () =>
      anaPage.evaluate(() => document.activeElement !== null && document.activeElement !== document.body),
    );
    await writeToNumber(anaPage, BEN);
    await row(anaPage, "Ben Okafor").waitFor();
    assert.deepEqual(await messageTexts(anaPage), []);
  });

  it("of somebody else is asked about, and nothing happens when one thinks better of it", async () => {
    await chooseOfRow(anaPage, "Clara Lindqvist", "Delete chat …");
    await anaPage.getByText("Delete the chat “Clara Lindqvist”?").waitFor();
    await answer(anaPage, "Cancel");
    await question(anaPage).waitFor({ state: "detached" });
    await row(anaPage, "Clara Lindqvist").waitFor();
  });
});
