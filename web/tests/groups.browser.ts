// SPDX-License-Identifier: AGPL-3.0-or-later

// A group of people, each with a device of their own in a browser: made, written in, joined by its link, left.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import {
  bubble,
  composer,
  eventually,
  openConversation,
  register,
  row,
  send,
  tick,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000801";
const BEN = "+491700000802";
const CLARA = "+491700000803";
const GROUP = "Saturday hike";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const details = (page: Page) => page.getByRole("complementary", { name: "Group info" });

/** Those who have read a message of one's own, in the words of its info. */
async function readersOf(page: Page, text: string): Promise<string> {
  await bubble(page, text).locator("[data-bubble]").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Info" }).click();
  const info = page.getByRole("dialog", { name: "Message info" });
  await info.getByRole("region").first().waitFor();
  const readers = await info.getByRole("region", { name: "Read by" }).allInnerTexts();
  await info.getByRole("button", { name: "Close" }).click();
  return readers.join();
}

async function openGroupInfo(page: Page): Promise<void> {
  await button(page, "Group info").first().click();
  await details(page).waitFor();
}

describe("a group in three browsers", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let anaPage: Page, benPage: Page, claraPage: Page, link: string;

  before(async () => {
    [anaPage, benPage, claraPage] = [suite.page("ana"), suite.page("ben"), suite.page("clara")];
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await register(claraPage, CLARA, "Clara Lindqvist");
  });

  it("is made with somebody by their number, and needs a name", async () => {
    await button(anaPage, "New chat").first().click();
    await button(anaPage, "New group").click();
    await anaPage.getByLabel("Name or number").fill(BEN);
    await anaPage.keyboard.press("Enter");
    await button(anaPage, "Take +49 170 000 0802 away").waitFor();
    await button(anaPage, "Continue").click();
    await button(anaPage, "Make the group").click();
    await anaPage.getByRole("alert").getByText("Type a name for the group.").waitFor();
    await anaPage.getByLabel("Group name").fill(GROUP);
    await button(anaPage, "Make the group").click();
    await composer(anaPage).waitFor();
    await anaPage.getByText(`You made the group “${GROUP}”`).first().waitFor();
    await row(benPage, GROUP).waitFor();
  });

  it("lets in who has its link, after showing what it is", async () => {
    await openGroupInfo(anaPage);
    await details(anaPage)
      .getByRole("button", { name: /^Invite link/ })
      .click();
    await details(anaPage).getByRole("button", { name: "Make a link" }).click();
    const words = details(anaPage).getByText(/\/join#/);
    await words.waitFor();
    link = (await words.innerText()).trim();
    const found = claraPage.getByRole("region", { name: GROUP });
    for (let looks = 0; looks < 2; ++looks) {
      await claraPage.goto(link);
      await found.getByText("2 members").waitFor(); // nobody is in it for having looked
    }
    await found.getByRole("button", { name: "Join", exact: true }).click();
    await composer(claraPage).waitFor();
    await anaPage.getByText("Clara Lindqvist joined by the invite link").first().waitFor();
    await send(claraPage, "I come too");
    await bubble(anaPage, "I come too").waitFor();
    await row(benPage, "I come too").waitFor();
  });

  it("[F8] carries a message to every member, with ticks that say how far it is with the last of them", async () => {
    const text = "Shall we meet at nine?";
    await send(anaPage, text);
    await bubble(claraPage, text).waitFor();
    await row(benPage, text).waitFor();
    await eventually("Clara has read it", async () => (await readersOf(anaPage, text)).includes("Clara Lindqvist"));
    await tick(anaPage, text, "Delivered").waitFor();
    assert.equal(await tick(anaPage, text, "Read").count(), 0, "Ben has not read it");
    await openConversation(benPage, GROUP);
    await bubble(benPage, text).waitFor();
    await tick(anaPage, text, "Read").waitFor();
    await send(benPage, "Nine is fine");
    await bubble(anaPage, "Nine is fine").waitFor();
    await bubble(claraPage, "Nine is fine").waitFor();
  });

  it("mentions a member by name", async () => {
    await composer(benPage).fill("");
    await composer(benPage).pressSequentially("Welcome @Cla");
    await benPage.getByRole("listbox", { name: "Members to mention" }).getByText("Clara Lindqvist").click();
    await composer(benPage).press("Enter");
    await bubble(claraPage, "@Clara Lindqvist").waitFor();
    await bubble(anaPage, "@Clara Lindqvist").getByRole("button", { name: "@Clara Lindqvist" }).waitFor();
  });

  it("[F20] has a message answered in private, whose quote leads back to the group", async () => {
    await bubble(benPage, "I come too").locator("[data-bubble]").click({ button: "right" });
    await benPage.getByRole("menuitem", { name: "Reply privately" }).click();
    await benPage.getByRole("textbox", { name: "Message to Clara Lindqvist" }).waitFor();
    await send(benPage, "Shall I pick you up?");
    await openConversation(claraPage, "Ben Okafor");
    const reply = bubble(claraPage, "Shall I pick you up?");
    await reply.locator("[data-part=quoted-group]", { hasText: GROUP }).waitFor();
    await reply.getByRole("button", { name: "I come too" }).click();
    await claraPage.getByRole("textbox", { name: `Message to ${GROUP}` }).waitFor();
    await bubble(claraPage, "I come too").waitFor();
    assert.equal(await anaPage.getByText("Shall I pick you up?").count(), 0, "in private");
    await openConversation(benPage, GROUP);
  });

  it("is still all there after a reload", async () => {
    await benPage.reload();
    await openConversation(benPage, GROUP);
    for (const text of ["Shall we meet at nine?", "Nine is fine", "I come too"]) await bubble(benPage, text).waitFor();
  });

  it("is left for good, and says so to who stays", async () => {
    await openGroupInfo(benPage);
    await button(benPage, "Leave group").click();
    await benPage.getByRole("dialog").getByRole("button", { name: "Leave group" }).click();
    await benPage.getByText("You are no longer a member of this group.").waitFor();
    assert.equal(await composer(benPage).count(), 0);
    await anaPage.getByText("Ben Okafor left").first().waitFor();
    await send(anaPage, "Only the two of us, then");
    await bubble(claraPage, "Only the two of us, then").waitFor();
    // What is sent to Ben after it is there: it has not only not come yet.
    await writeToNumber(anaPage, BEN);
    await anaPage.getByRole("textbox", { name: `Message to ${GROUP}` }).waitFor({ state: "hidden" });
    await send(anaPage, "See you another time");
    await row(benPage, "See you another time").waitFor();
    await bubble(benPage, "I come too").waitFor();
    assert.equal(await benPage.getByText("Only the two of us").count(), 0, "nothing of it reaches who left");
  });
});
