// SPDX-License-Identifier: AGPL-3.0-or-later

// People say something to messages with an emoji each: two of them, and three in a group.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import {
  bubble,
  composer,
  eventually,
  makeGroup,
  openConversation,
  registerThree,
  send,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001301";
const BEN = "+491700001302";
const CLARA = "+491700001303";
const GROUP = "Soup on Friday";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const reactions = (page: Page, text: string): Locator => bubble(page, text).locator("[data-part=reactions]");
const emoji = (page: Page, name: string) => page.getByRole("menuitemradio", { name });
const list = (page: Page) => page.getByRole("dialog", { name: "Reactions" });

/** What is said below a message, in words: "" for nothing. */
const says = (page: Page, text: string, words: string) =>
  eventually(`"${words}" below "${text}"`, async () => {
    const [shown = ""] = await reactions(page, text).locator("> span").allTextContents();
    return shown === words;
  });

const openMenu = (page: Page, text: string) =>
  bubble(page, text)
    .locator("[data-bubble]")
    .click({ button: "right", position: { x: 20, y: 12 } });

/** Who has said what, as the list has it. */
async function listed(page: Page, text: string): Promise<string[]> {
  await reactions(page, text).click();
  await list(page).getByRole("listitem").first().waitFor();
  let people: string[] = [];
  // A browser draws rows of a long list, and so has words for them, only when they are seen.
  await eventually("all rows are drawn", async () => {
    people = await list(page).getByRole("listitem").allInnerTexts();
    return people.every((each) => each !== "");
  });
  return people.map((each) => each.replace(/\s+/g, " "));
}

const rowHasFocus = (page: Page, text: string) =>
  eventually("the message has the focus", () =>
    bubble(page, text).evaluate((element) => element === document.activeElement),
  );

describe("reactions", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let anaPage: Page, benPage: Page, claraPage: Page;

  before(async () => {
    [anaPage, benPage, claraPage] = await registerThree(suite, [ANA, BEN, CLARA]);
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "There is soup on Friday");
    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "There is soup").waitFor();
  });

  it("one says something by the button beside a message, and the other sees it", async () => {
    await bubble(benPage, "There is soup").locator("[data-bubble]").hover();
    await bubble(benPage, "There is soup").getByRole("button", { name: "React", exact: true }).click();
    await emoji(benPage, "👍").click();
    await says(benPage, "There is soup", "Reactions: 👍 1; yours: 👍");
    await says(anaPage, "There is soup", "Reactions: 👍 1");
  });

  it("the other answers by the menu of the message", async () => {
    await openMenu(anaPage, "There is soup");
    await emoji(anaPage, "😂").click();
    await says(anaPage, "There is soup", "Reactions: 👍 1, 😂 1; yours: 😂");
    await says(benPage, "There is soup", "Reactions: 👍 1, 😂 1; yours: 👍");
    await openMenu(anaPage, "There is soup");
    assert.equal(await emoji(anaPage, "😂").getAttribute("aria-checked"), "true");
    assert.equal(await emoji(anaPage, "👍").getAttribute("aria-checked"), "false");
    await anaPage.keyboard.press("Escape");
    await anaPage.getByRole("menu").waitFor({ state: "detached" });
  });

  it("the list has both, oneself first", async () => {
    const people = await listed(benPage, "There is soup");
    assert.equal(people.length, 2);
    assert.match(people[0] ?? "", /^(BO )?You .*👍$/);
    assert.match(people[1] ?? "", /Ana Ferreira 😂$/);
    await list(benPage).getByRole("button", { name: "😂 1" }).click();
    await eventually("the others are left out", async () => (await list(benPage).getByRole("listitem").count()) === 1);
    await list(benPage).getByRole("button", { name: "Close" }).click();
  });

  it("another takes the place of the one that was said, from among all there are", async () => {
    await openMenu(benPage, "There is soup");
    await benPage.getByRole("menuitem", { name: "Another emoji" }).click();
    const picker = benPage.getByRole("dialog", { name: "Emoji" });
    await picker.getByRole("searchbox").fill("pizza");
    await picker.getByRole("button", { name: "pizza", exact: true }).click();
    await picker.waitFor({ state: "detached" });
    await says(benPage, "There is soup", "Reactions: 😂 1, 🍕 1; yours: 🍕");
    await says(anaPage, "There is soup", "Reactions: 😂 1, 🍕 1; yours: 😂");
  });

  it("they are still there after a reload, on both sides", async () => {
    await Promise.all([anaPage.reload(), benPage.reload()]);
    await says(anaPage, "There is soup", "Reactions: 😂 1, 🍕 1; yours: 😂");
    await says(benPage, "There is soup", "Reactions: 😂 1, 🍕 1; yours: 🍕");
  });

  it("are taken back where they are listed, and by choosing the same again", async () => {
    await listed(benPage, "There is soup");
    await list(benPage).getByRole("button", { name: /^You/ }).click();
    await says(anaPage, "There is soup", "Reactions: 😂 1; yours: 😂");
    await list(benPage).getByRole("button", { name: "Close" }).click();
    await openMenu(anaPage, "There is soup");
    await emoji(anaPage, "😂").click();
    await says(anaPage, "There is soup", "");
    await says(benPage, "There is soup", "");
  });

  it("the last one taken back closes the list, and the message has the focus", async () => {
    await send(benPage, "I bring bread");
    await openMenu(benPage, "I bring bread");
    await emoji(benPage, "🙏").click();
    await says(anaPage, "I bring bread", "Reactions: 🙏 1");
    await listed(benPage, "I bring bread");
    await list(benPage).getByRole("button", { name: /^You/ }).click();
    await list(benPage).waitFor({ state: "detached" });
    await rowHasFocus(benPage, "I bring bread");
    await says(anaPage, "I bring bread", "");
  });

  it("are said, looked at and taken back by keys alone", async () => {
    await composer(anaPage).focus();
    await anaPage.keyboard.press("Shift+ArrowUp");
    await rowHasFocus(anaPage, "I bring bread");
    await anaPage.keyboard.press("e");
    await eventually("the first emoji has the focus", () =>
      emoji(anaPage, "👍").evaluate((element) => element === document.activeElement),
    );
    await anaPage.keyboard.press("Escape");
    await anaPage.getByRole("menu").waitFor({ state: "detached" });
    await rowHasFocus(anaPage, "I bring bread");
    await anaPage.keyboard.press("e");
    await emoji(anaPage, "👍").waitFor();
    await anaPage.keyboard.press("ArrowRight");
    await anaPage.keyboard.press("Enter");
    await says(benPage, "I bring bread", "Reactions: ❤️ 1");
    await rowHasFocus(anaPage, "I bring bread");
    await anaPage.keyboard.press("ContextMenu");
    await emoji(anaPage, "❤️").waitFor();
    assert.equal(await emoji(anaPage, "❤️").getAttribute("aria-checked"), "true");
    await anaPage.keyboard.press("ArrowDown");
    await anaPage.keyboard.press("ArrowRight");
    await anaPage.keyboard.press("ArrowRight");
    await anaPage.keyboard.press("Enter");
    await says(benPage, "I bring bread", "Reactions: 😂 1");
    await rowHasFocus(anaPage, "I bring bread");
    await anaPage.keyboard.press("Tab");
    await anaPage.keyboard.press("Enter");
    await list(anaPage).getByRole("button", { name: /^You/ }).waitFor();
    await anaPage.keyboard.press("Shift+Tab");
    await anaPage.keyboard.press("Enter");
    await list(anaPage).waitFor({ state: "detached" });
    await rowHasFocus(anaPage, "I bring bread");
    await says(benPage, "I bring bread", "");
  });

  it("of three in a group are counted together", async () => {
    await makeGroup(anaPage, GROUP, [BEN, CLARA]);
    await send(anaPage, "Lentils or leek?");
    for (const page of [benPage, claraPage]) {
      await openConversation(page, GROUP);
      await bubble(page, "Lentils or leek?").waitFor();
      await openMenu(page, "Lentils or leek?");
      await emoji(page, "😮").click();
    }
    await says(anaPage, "Lentils or leek?", "Reactions: 😮 2");
    await openMenu(anaPage, "Lentils or leek?");
    await emoji(anaPage, "❤️").click();
    for (const page of [benPage, claraPage]) await says(page, "Lentils or leek?", "Reactions: 😮 2, ❤️ 1; yours: 😮");
    const people = (await listed(claraPage, "Lentils or leek?")).join();
    for (const name of ["You", "Ben Okafor", "Ana Ferreira"]) assert.ok(people.includes(name), `${name} in ${people}`);
    await list(claraPage).getByRole("button", { name: "Close" }).click();
  });

  it("are offered to nobody who has left the group, though what was said is still there", async () => {
    await button(claraPage, "Group info").first().click();
    await button(claraPage, "Leave group").click();
    await claraPage.getByRole("dialog").getByRole("button", { name: "Leave group" }).click();
    await claraPage.getByText("You are no longer a member of this group.").waitFor();
    await claraPage.keyboard.press("Escape");
    await openMenu(claraPage, "Lentils or leek?");
    await claraPage.getByRole("menuitem", { name: "Reply", exact: true }).waitFor();
    assert.equal(await claraPage.getByRole("menuitemradio").count(), 0);
    await claraPage.keyboard.press("Escape");
    assert.equal(await reactions(claraPage, "Lentils or leek?").count(), 1);
  });
});
