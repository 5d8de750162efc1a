// SPDX-License-Identifier: AGPL-3.0-or-later

// Where one is in the app: the address, the back button, Escape, the focus, and the keys of input methods.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { bubble, composer, eventually, openConversation, row } from "./support/actions";
import { launchBrowser, type Device } from "./support/browser";
import { Harness } from "./support/harness";

const path = (page: Page) => new URL(page.url()).hash;
const settings = (page: Page) => page.getByRole("region", { name: "Settings" });
const details = (page: Page) => page.getByRole("complementary", { name: "Contact details" });
const list = (page: Page) => page.getByRole("navigation", { name: "Conversations" });
const hasFocus = (page: Page, selector: string) =>
  eventually(`${selector} has the focus`, () =>
    page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector),
  );

describe("finding one's way", () => {
  let harness: Harness, browser: Browser, device: Device, page: Page;

  before(async () => {
    harness = await Harness.start();
    browser = await launchBrowser();
    device = await harness.device(browser);
    device.context.setDefaultTimeout(15_000);
    page = await harness.page(device);
    await row(page, "Ben").waitFor();
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });
  afterEach(async () => device.check());

  const layersOnAScreen = async () => {
    await page.locator("#open-settings").click();
    await settings(page)
      .getByRole("button", { name: /Privacy/ })
      .click();
    await page.getByRole("switch", { name: /Read receipts/ }).waitFor();
    assert.equal(path(page), "#/settings/privacy");
    await page.goBack();
    await settings(page)
      .getByRole("button", { name: /Privacy/ })
      .waitFor();
    await page.goBack();
    await list(page).waitFor();
    assert.equal(path(page), "");

    await page.getByRole("button", { name: "New chat" }).first().click();
    assert.equal(path(page), "#/new-chat");
    await page.goBack();
    await row(page, "Ben").click();
    await composer(page).waitFor();
    await page.getByRole("button", { name: "Contact details" }).click();
    await details(page).waitFor();
    assert.match(path(page), /^#\/c\/[0-9a-f]{32}\/details$/);
    await page.goBack();
    await details(page).waitFor({ state: "detached" });
    await composer(page).waitFor();
    await page.goBack();
    await composer(page).waitFor({ state: "detached" });
    await list(page).waitFor();
    await page.goForward();
    await composer(page).waitFor();
    await page.goBack();
    await composer(page).waitFor({ state: "detached" });
  };

  it("the back button closes one layer after the other, and never leaves the app", layersOnAScreen);

  it("the back button of a phone does too", async () => {
    await page.setViewportSize({ width: 390, height: 780 });
    await layersOnAScreen();
    await page.setViewportSize({ width: 1200, height: 780 });
  });

  it("what a button closes takes its entry of the history with it: back does not open it again", async () => {
    const before = await page.evaluate(() => history.length);
    await row(page, "Ben").click();
    await page.getByRole("button", { name: "Contact details" }).click();
    await details(page).getByRole("button", { name: "Close" }).click();
    await details(page).waitFor({ state: "detached" });
    await eventually("the address follows", async () => /^#\/c\/[0-9a-f]{32}$/.test(path(page)));
    await page.goBack();
    await composer(page).waitFor({ state: "detached" });
    assert.ok((await page.evaluate(() => history.length)) <= before + 2);
  });

  it("an address opens what it names, also after a reload, and there is something to go back to", async () => {
    await row(page, "Ben").click();
    await page.getByRole("button", { name: "Contact details" }).click();
    await details(page).waitFor();
    const address = page.url();
    await page.reload();
    await details(page).waitFor();
    const other = await device.context.newPage();
    await other.goto(address);
    await details(other).waitFor();
    await other.goBack();
    await details(other).waitFor({ state: "detached" });
    await other.goBack();
    await composer(other).waitFor({ state: "detached" });
    await list(other).waitFor();
    await other.close();
    await page.keyboard.press("Escape");
    await details(page).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await composer(page).waitFor({ state: "detached" });
  });

  it("Escape closes the innermost thing only, and the focus returns to where it came from", async () => {
    await page.locator("#open-settings").focus();
    await page.keyboard.press("Enter");
    await settings(page)
      .getByRole("button", { name: /Security/ })
      .focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Set a PIN" }).click();
    await page.getByLabel("New PIN").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Set a PIN" }).waitFor();
    await eventually("its button has the focus", () =>
      page.getByRole("button", { name: "Set a PIN" }).evaluate((button) => button === document.activeElement),
    );
    await page.keyboard.press("Escape");
    await hasFocus(page, "#topic-security");
    await page.keyboard.press("Escape");
    await hasFocus(page, "#open-settings");

    await row(page, "Ben").focus();
    await page.keyboard.press("Enter");
    await hasFocus(page, "textarea");
    await page.getByRole("button", { name: "Emoji" }).click();
    await page.getByRole("dialog", { name: "Emoji" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Emoji" }).waitFor({ state: "detached" });
    await hasFocus(page, "textarea");

    await page.keyboard.press("ArrowUp");
    await hasFocus(page, "[data-message]");
    await page
      .locator("[data-message]")
      .last()
      .click({ button: "right", position: { x: 30, y: 12 } });
    await hasFocus(page, "[role=menu]");
    await page.keyboard.press("ArrowDown");
    await hasFocus(page, "[role=menuitemradio]");
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
    await hasFocus(page, "[data-message]");

    await page.getByRole("button", { name: "Contact details" }).focus();
    await page.keyboard.press("Enter");
    await details(page).getByRole("button", { name: "Block Ben" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await eventually("its button has the focus", () =>
      details(page)
        .getByRole("button", { name: "Block Ben" })
        .evaluate((button) => button === document.activeElement),
    );
    await page.keyboard.press("Escape");
    await details(page).waitFor({ state: "detached" });
    await hasFocus(page, "#open-details");
    await page.keyboard.press("Escape");
    await composer(page).waitFor({ state: "detached" });
    await hasFocus(page, "[data-row]");
  });

  const chatMenu = async () => {
    await page.locator("#open-chat-menu").click();
    await page.getByRole("menuitem", { name: "Search all chats" }).waitFor();
  };
  const menuIsGone = () => page.getByRole("menu").waitFor({ state: "detached" });

  it("however the menu of a conversation is closed, its button has the focus, or what was chosen", async () => {
    await openConversation(page, "Ben");
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => page.keyboard.press("Tab"),
      () => page.locator("[data-timeline]").dispatchEvent("wheel"),
      () => page.locator("[data-pane=conversation] header").click({ position: { x: 4, y: 4 } }),
    ]) {
      await chatMenu();
      await hasFocus(page, "[role=menu], [role=menuitem]");
      await close();
      await menuIsGone();
      await hasFocus(page, "#open-chat-menu");
    }
    await page.keyboard.press("Enter");
    await hasFocus(page, "[role=menuitem]");
    await page.keyboard.press("Enter");
    await menuIsGone();
    await hasFocus(page, "[aria-label='Search in this chat'] input");
    await page.keyboard.press("Escape");
    await hasFocus(page, "#open-chat-menu");
    await chatMenu();
    await page.getByRole("menuitem", { name: "Search all chats" }).click();
    await menuIsGone();
    await hasFocus(page, "#search-field");
  });

  it("the search of all chats is where it can be seen, on whatever screen it is asked for", async () => {
    for (const width of [390, 1000, 1280])
      for (const ask of [
        () => page.keyboard.press("Control+k"),
        async () => {
          await chatMenu();
          await page.getByRole("menuitem", { name: "Search all chats" }).click();
        },
      ]) {
        await openConversation(page, "Ben");
        await page.setViewportSize({ width, height: 780 });
        if (width > 390) {
          await page.getByRole("button", { name: "Contact details" }).click();
          await details(page).waitFor();
        }
        await ask();
        await page.keyboard.type("Be");
        const field = page.getByLabel("Search conversations and messages");
        assert.ok(await field.isVisible(), `${width} px`);
        assert.equal(await field.inputValue(), "Be");
        assert.equal(await composer(page).count(), width === 390 ? 0 : 1);
        assert.equal(await details(page).count(), width === 1280 ? 1 : 0);
        await page.getByRole("button", { name: "Clear the search" }).click();
        await page.keyboard.press("Escape");
        for (let left = 0; left < 2; ++left) await page.keyboard.press("Escape");
        await composer(page).waitFor({ state: "detached" });
        await page.setViewportSize({ width: 1200, height: 780 });
      }
  });

  it("keys of an input method are left alone: Escape or Enter that ends a composition does nothing here", async () => {
    await openConversation(page, "Ben");
    await composer(page).fill("half a w");
    const sent = await page.locator("[data-message]").count();
    const press = (key: string, how: { isComposing?: boolean; keyCode?: number }) =>
      composer(page).evaluate(
        (field, init) =>
          field.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true })),
        { key, ...how },
      );
    for (const key of ["Enter", "Escape"]) {
      assert.ok(await press(key, { isComposing: true }), "not prevented");
      assert.ok(await press(key, { keyCode: 229 }), "Safari's last key of a composition");
    }
    assert.equal(await composer(page).inputValue(), "half a w");
    assert.equal(await page.locator("[data-message]").count(), sent);
    await press("Enter", { keyCode: 13 });
    await bubble(page, "half a w").waitFor();
  });

  it("who is blocked is unblocked where one would write", async () => {
    await page.getByRole("button", { name: "Contact details" }).click();
    await page.getByRole("button", { name: "Block Ben" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await page.getByText("You blocked Ben.").waitFor();
    await page.locator("[data-part=blocked]").getByRole("button", { name: "Unblock" }).click();
    await composer(page).waitFor();
    await details(page).getByRole("button", { name: "Block Ben" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("the menu of a conversation leads to who the partner is, blocks, when one is sure, and unblocks", async () => {
    const choose = async (name: string) => {
      await chatMenu();
      await page.getByRole("menuitem", { name, exact: true }).click();
      await menuIsGone();
    };
    await openConversation(page, "Ben");
    await choose("Contact details");
    await details(page).getByRole("heading", { name: "Contact details" }).waitFor();
    await page.keyboard.press("Escape");
    await details(page).waitFor({ state: "detached" });
    await choose("Block");
    await page.getByRole("dialog", { name: "Block Ben?" }).getByRole("button", { name: "Cancel" }).click();
    await composer(page).waitFor();
    await choose("Block");
    await page.getByRole("dialog", { name: "Block Ben?" }).getByRole("button", { name: "Block" }).click();
    await page.getByText("You blocked Ben.").waitFor();
    await choose("Unblock");
    await composer(page).waitFor();
  });

  it("a PIN is typed twice, can be looked at, and says itself what is wrong with it", async () => {
    await page.locator("#open-settings").click();
    await settings(page)
      .getByRole("button", { name: /Security/ })
      .click();
    await page.getByRole("button", { name: "Set a PIN" }).click();
    const field = page.getByLabel("New PIN");
    await field.fill("12");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("4 to 64 characters").waitFor();
    assert.equal(await field.getAttribute("type"), "password");
    await page.getByRole("button", { name: "Show the PIN" }).click();
    assert.equal(await field.getAttribute("type"), "text");
    await field.fill("4711");
    await page.getByLabel("The same again").fill("4712");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("not the same").waitFor();
    await page.getByLabel("The same again").fill("4711");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Change the PIN" }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
  });
});
