// SPDX-License-Identifier: AGPL-3.0-or-later

// Filters of the conversations, and lists that a person makes of them: on a scripted core, and with a real server.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import { composer, eventually, openConversation, registerThree, row, send, writeToNumber } from "./support/actions";
import { within } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001901";
const BEN = "+491700001902";
const CLARA = "+491700001903";

const filters = (page: Page) => page.getByRole("toolbar", { name: "Which chats are shown" });
const chip = (page: Page, name: string) => filters(page).getByRole("button", { name, exact: true });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const sheet = (page: Page, name: string) => page.getByRole("dialog", { name, exact: true });
const titles = (page: Page) => page.locator("[data-pane=left] [data-part=title]").allInnerTexts();
const shows = (page: Page, ...wanted: string[]) =>
  eventually(`the list shows ${wanted.join()}`, async () => String(await titles(page)) === String(wanted));
const isPressed = (page: Page, name: string) =>
  eventually(`${name} is chosen`, async () => {
    const pressed = filters(page).locator("[aria-pressed=true]");
    return (await pressed.count()) === 1 && (await pressed.getByText(name, { exact: true }).count()) === 1;
  });
const hasFocus = (page: Page, name: string) =>
  eventually(`the focus is at ${name}`, () =>
    page.evaluate((wanted) => {
      const focused = document.activeElement;
      return focused?.getAttribute("aria-label") === wanted || focused?.textContent.trim() === wanted;
    }, name),
  );

describe("the filters of the conversations", () => {
  const { open, device } = harnessSuite();
  const four = () =>
    open((core, { conversation, groupConversation, list, message, micros, NOON }) => {
      core.conversations = ["Ana", "Ben", "Cem"].map((title, at) =>
        conversation({
          id: String(at + 1).repeat(32),
          title,
          unread: at === 1 ? 0 : at + 1,
          activityUs: micros(NOON - at),
          lastMessage: message({ text: "hello" }),
          lists: at === 1 ? ["1".repeat(32)] : [],
        }),
      );
      core.conversations.push(groupConversation({ activityUs: micros(NOON - 9), lastMessage: message() }));
      core.lists = [list({ name: "Choir" })];
      core.messages = [];
    });

  it("are chosen by clicks, say how many are unread, and are none after a reload", async () => {
    const page = await four();
    await shows(page, "Ana", "Ben", "Cem", "Kitchen");
    assert.deepEqual(await filters(page).getByRole("button").allInnerTexts(), [
      "All",
      "Unread\n2",
      "People",
      "Groups",
      "Choir",
      "",
    ]);
    await chip(page, "Unread 2").click();
    await shows(page, "Ana", "Cem");
    await chip(page, "Groups").click();
    await shows(page, "Kitchen");
    await chip(page, "People").click();
    await shows(page, "Ana", "Ben", "Cem");
    await chip(page, "Choir").click();
    await shows(page, "Ben");
    await isPressed(page, "Choir");
    await page.reload();
    await shows(page, "Ana", "Ben", "Cem", "Kitchen");
    await isPressed(page, "All");
  });

  it("keep what is open under Unread until it is left, and offer all when nothing is found", async () => {
    const page = await four();
    await chip(page, "Unread 2").click();
    await openConversation(page, "Cem");
    const read = (title: string) =>
      `((core) => {
        const one = core.conversations.find((each) => each.title === "${title}");
        core.emit({ case: "conversationChanged", value: { ...one, unread: 0 } });
      })(window.kith.core)`;
    await page.evaluate(read("Cem"));
    await chip(page, "Unread 1").waitFor();
    await shows(page, "Ana", "Cem");
    await openConversation(page, "Ana");
    await shows(page, "Ana");
    await page.evaluate(read("Ana"));
    await chip(page, "Unread").waitFor();
    await shows(page, "Ana");
    await composer(page).press("Escape");
    await page.getByText("Nothing is unread.").waitFor();
    await button(page, "Show all chats").click();
    await shows(page, "Ana", "Ben", "Cem", "Kitchen");
  });

  it("do not matter to the search, and Escape in the list takes them back", async () => {
    const page = await four();
    await chip(page, "Groups").click();
    const field = page.getByLabel("Search conversations and messages");
    await field.fill("Ben");
    await shows(page, "Ben");
    assert.equal(await filters(page).count(), 0);
    await field.press("Escape");
    await shows(page, "Kitchen");
    await row(page, "Kitchen").focus();
    await page.keyboard.press("Escape");
    await shows(page, "Ana", "Ben", "Cem", "Kitchen");
    await eventually("the row has the focus still", () =>
      row(page, "Kitchen").evaluate((each) => each === document.activeElement),
    );
  });

  it("are one stop of the keyboard, with arrows between them", async () => {
    const page = await four();
    await page.getByLabel("Search conversations and messages").focus();
    await page.keyboard.press("Tab");
    await hasFocus(page, "All");
    for (const name of ["Unread 2", "People", "Groups"]) {
      await page.keyboard.press("ArrowRight");
      await hasFocus(page, name);
    }
    await isPressed(page, "All");
    await page.keyboard.press("Enter");
    await isPressed(page, "Groups");
    await page.keyboard.press("End");
    await hasFocus(page, "New list");
    await page.keyboard.press("Home");
    await hasFocus(page, "All");
    await page.keyboard.press("Tab");
    await eventually("the focus is at the row", () =>
      row(page, "Kitchen").evaluate((each) => each === document.activeElement),
    );
    await page.keyboard.press("Shift+Tab");
    await hasFocus(page, "Groups");
  });

  it("go the other way in a page from right to left", async () => {
    const page = await four();
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
    await chip(page, "All").focus();
    await page.keyboard.press("ArrowLeft");
    await hasFocus(page, "Unread 2");
    await page.keyboard.press("ArrowRight");
    await hasFocus(page, "All");
    const [first, second] = [await chip(page, "All").boundingBox(), await chip(page, "People").boundingBox()];
    assert.ok((first?.x ?? 0) > (second?.x ?? 0));
  });

  it("scroll sideways on a phone, where the chosen one is seen, and the page does not", async () => {
    const page = await four();
    await page.setViewportSize({ width: 360, height: 740 });
    await within(page, ({ core, testing }) => {
      core.lists = Array.from({ length: 20 }, (_, at) =>
        testing.list({ id: (at + 10).toString(16).padStart(32, "0"), name: `A list with a long name, number ${at}` }),
      );
      core.emit({ case: "listsChanged", value: {} });
    });
    const last = chip(page, "A list with a long name, number 19");
    await last.waitFor();
    const isSeen = async (name: string) => {
      const box = await chip(page, name).boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 360;
    };
    assert.equal(await isSeen("A list with a long name, number 19"), false);
    await last.evaluate((each: HTMLElement) => each.click());
    await eventually("the last one is seen", () => isSeen("A list with a long name, number 19"));
    await eventually("and what changes it", () => isSeen("Edit the list “A list with a long name, number 19”"));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await row(page, "Ana").waitFor({ state: "detached" });
    await button(page, "Show all chats").click();
    await eventually("the first one is seen", () => isSeen("All"));
  });

  it("have nothing of a list that another device has deleted, and names that it has given", async () => {
    const page = await four();
    await chip(page, "Choir").click();
    await shows(page, "Ben");
    await within(page, ({ core, testing }) => {
      core.lists = [testing.list({ name: "Old choir" })];
      core.emit({ case: "listsChanged", value: {} });
    });
    await isPressed(page, "Old choir");
    await chip(page, "Old choir").focus();
    await within(page, ({ core }) => {
      core.lists = [];
      core.emit({ case: "listsChanged", value: {} });
    });
    await shows(page, "Ana", "Ben", "Cem", "Kitchen");
    await isPressed(page, "All");
    await hasFocus(page, "All");
  });

  describe("a list", () => {
    it("is made with its conversations by the keyboard alone, and shown", async () => {
      const page = await four();
      await chip(page, "New list").focus();
      await page.keyboard.press("Enter");
      await sheet(page, "New list").waitFor();
      await page.keyboard.type("Work");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Kit");
      await page.keyboard.press("Enter");
      await sheet(page, "New list").getByText("1 chosen").waitFor();
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Enter");
      await sheet(page, "New list").waitFor({ state: "detached" });
      await isPressed(page, "Work");
      await shows(page, "Kitchen");
      await hasFocus(page, "New list");
    });

    it("is all of a phone's screen while it is made, and can be left", async () => {
      const page = await four();
      await page.setViewportSize({ width: 360, height: 740 });
      await chip(page, "New list").click();
      const box = await sheet(page, "New list").boundingBox();
      assert.deepEqual([box?.width, box?.height], [360, 740]);
      assert.equal(await sheet(page, "New list").getByRole("button", { name: "Save" }).isDisabled(), true);
      await page.keyboard.press("Escape");
      await sheet(page, "New list").waitFor({ state: "detached" });
      assert.equal(await within(page, ({ core }) => core.called("setList").length), 0);
    });

    it("beyond twenty is not made, and it is said why", async () => {
      const page = await four();
      await within(page, ({ core, testing }) => core.failing("setList", testing.TOO_MANY_LISTS));
      await chip(page, "New list").click();
      await page.getByLabel("Name of the list").fill("Work");
      await page.keyboard.press("Enter");
      await sheet(page, "New list").getByRole("alert").getByText("There are 20 lists already.").waitFor();
    });

    it("is changed from its menu, or by the button beside it", async () => {
      const page = await four();
      await chip(page, "Choir").click({ button: "right" });
      await page.getByRole("menuitem", { name: "Edit list …" }).click();
      await page.getByLabel("Name of the list").fill("Old choir");
      await sheet(page, "Edit list").getByRole("checkbox", { name: /Cem/ }).click();
      await sheet(page, "Edit list").getByRole("button", { name: "Save" }).click();
      await chip(page, "Old choir").click();
      await shows(page, "Ben", "Cem");
      await page.keyboard.press("ArrowRight");
      await hasFocus(page, "Edit the list “Old choir”");
      await page.keyboard.press("Enter");
      await sheet(page, "Edit list").getByRole("button", { name: "Take Ben away" }).click();
      await sheet(page, "Edit list").getByRole("button", { name: "Save" }).click();
      await shows(page, "Cem");
      await hasFocus(page, "Edit the list “Old choir”");
    });

    it("is deleted after a question, by keys, and its conversations stay", async () => {
      const page = await four();
      await chip(page, "Choir").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("ContextMenu");
      await page.getByRole("menuitem", { name: "Delete list …" }).waitFor();
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      const question = page.getByRole("dialog", { name: "Delete the list “Choir”?" });
      await question.getByText("The chats in it stay").waitFor();
      await question.getByRole("button", { name: "Cancel" }).click();
      await hasFocus(page, "Choir");
      await button(page, "Edit the list “Choir”").click();
      await button(page, "Delete list").click();
      await question.getByRole("button", { name: "Delete list" }).click();
      await page.getByText("The list is deleted. Its chats stay.").waitFor();
      await shows(page, "Ana", "Ben", "Cem", "Kitchen");
      await hasFocus(page, "All");
    });

    it("has what is ticked in the menu of a conversation, in the list and in its head", async () => {
      const page = await four();
      await row(page, "Ana").click({ button: "right" });
      await page.getByRole("menuitem", { name: "Lists …" }).click();
      const lists = (title: string) => page.getByRole("dialog", { name: `Lists of “${title}”` });
      await lists("Ana").getByRole("checkbox", { name: "Choir" }).check();
      await lists("Ana").getByRole("button", { name: "Done" }).click();
      await chip(page, "Choir").click();
      await shows(page, "Ana", "Ben");
      await openConversation(page, "Ben");
      await page.locator("#open-chat-menu").click();
      await page.getByRole("menuitem", { name: "Lists …" }).click();
      await lists("Ben").getByRole("checkbox", { name: "Choir" }).uncheck();
      await shows(page, "Ana");
      await lists("Ben").getByRole("button", { name: "New list" }).click();
      await page.getByLabel("Name of the list").fill("Work");
      await page.keyboard.press("Enter");
      await eventually("it is in the new one", () => lists("Ben").getByRole("checkbox", { name: "Work" }).isChecked());
      await page.keyboard.press("Escape");
      await chip(page, "Work").click();
      await shows(page, "Ben");
    });

    it("has its menu after a long press", async () => {
      const page = await four();
      const session = await device().context.newCDPSession(page);
      const box = await chip(page, "Choir").boundingBox();
      const [x, y] = [(box?.x ?? 0) + 10, (box?.y ?? 0) + 10];
      await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
      await page.getByRole("menuitem", { name: "Edit list …" }).waitFor();
      await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await page.getByRole("menuitem", { name: "Delete list …" }).waitFor();
      await isPressed(page, "All");
    });
  });
});

describe("a list at a real server", () => {
  const suite = serverSuite(["ana", "ben", "clara"]);
  let page: Page;

  before(async () => {
    [page] = await registerThree(suite, [ANA, BEN, CLARA]);
    for (const phone of [BEN, CLARA]) {
      await writeToNumber(page, phone);
      await send(page, "hello");
    }
  });

  it("is there after a reload, with its conversations, until it is deleted", async () => {
    await shows(page, "Clara Lindqvist", "Ben Okafor");
    await chip(page, "New list").click();
    await page.getByLabel("Name of the list").fill("Choir");
    await sheet(page, "New list").getByRole("checkbox", { name: /Ben/ }).click();
    await sheet(page, "New list").getByRole("button", { name: "Save" }).click();
    await isPressed(page, "Choir");
    await shows(page, "Ben Okafor");
    await page.reload();
    await shows(page, "Clara Lindqvist", "Ben Okafor");
    await chip(page, "Choir").click();
    await shows(page, "Ben Okafor");
    await row(page, "Ben Okafor").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Lists …" }).click();
    await page.getByRole("dialog").getByRole("checkbox", { name: "Choir" }).click(); // the core answers first
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
    await page.getByText("No chats here.").waitFor();
    await button(page, "Edit the list “Choir”").click();
    await button(page, "Delete list").click();
    await page
      .getByRole("dialog", { name: "Delete the list “Choir”?" })
      .getByRole("button", { name: "Delete list" })
      .click();
    await shows(page, "Clara Lindqvist", "Ben Okafor");
    await page.reload();
    await shows(page, "Clara Lindqvist", "Ben Okafor");
    assert.equal(await chip(page, "Choir").count(), 0);
  });
});
