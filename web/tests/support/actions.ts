// SPDX-License-Identifier: AGPL-3.0-or-later

// What people do in the app, by what they see.
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

export type TickWord = "Waiting to be sent" | "Sent" | "Delivered" | "Read" | "Not sent";

export async function register(page: Page, phone: string, name: string): Promise<void> {
  await page.getByLabel("Phone number").fill(phone);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("This is a development server").waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("navigation", { name: "Conversations" }).waitFor();
}

/** Ana, Ben and Clara of a suite, by their numbers. The answer: their pages. */
export async function registerThree(
  suite: { page(of: "ana" | "ben" | "clara"): Page },
  phones: readonly [string, string, string],
): Promise<[Page, Page, Page]> {
  const pages: [Page, Page, Page] = [suite.page("ana"), suite.page("ben"), suite.page("clara")];
  await register(pages[0], phones[0], "Ana Ferreira");
  await register(pages[1], phones[1], "Ben Okafor");
  await register(pages[2], phones[2], "Clara Lindqvist");
  return pages;
}

/** Opens a page of the settings. */
export async function openSettings(page: Page, topic: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("region", { name: "Settings" }).getByRole("button", { name: topic }).click();
}

/** From a page of the settings to the list. */
export async function closeSettings(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.getByRole("button", { name: "Back" }).click();
}

export async function writeToNumber(page: Page, phone: string): Promise<void> {
  await page.getByRole("button", { name: "New chat" }).first().click();
  await page.getByLabel("Name, number, e-mail or @username").fill(phone);
  await page.keyboard.press("Enter");
  await composer(page).waitFor();
}

export const composer = (page: Page): Locator => page.getByRole("textbox", { name: /^Message to/ });
export const row = (page: Page, title: string): Locator =>
  page.locator("[data-pane=left] [data-row]", { hasText: title });
export const bubble = (page: Page, text: string): Locator =>
  page.locator("[data-message]", { has: page.locator("[data-words]", { hasText: text }) });
export const tick = (page: Page, text: string, word: TickWord): Locator =>
  bubble(page, text).last().getByRole("img", { name: word, exact: true });

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await bubble(page, text).last().waitFor();
}

export async function openConversation(page: Page, title: string): Promise<void> {
  // By what it is called: a group may show the name of who has written there last.
  const named = page.locator("[data-part=title]", { hasText: title });
  await page.locator("[data-pane=left] [data-row]").filter({ has: named }).first().click();
  await composer(page).waitFor();
}

/** Chooses something from the menu of a message. */
export async function chooseOf(of: Locator, item: string): Promise<void> {
  await of.locator("[data-bubble]").click({ button: "right", position: { x: 20, y: 12 } });
  await of.page().getByRole("menuitem", { name: item, exact: true }).click();
}

/** Makes a group of people by their numbers; it is open then. */
export async function makeGroup(page: Page, title: string, phones: readonly string[]): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await button("New chat").first().click();
  await button("New group").click();
  for (const phone of phones) {
    await page.getByLabel("Name or number").fill(phone);
    await page.keyboard.press("Enter");
  }
  await button("Continue").click();
  await page.getByLabel("Group name").fill(title);
  await button("Make the group").click();
  await page.getByRole("textbox", { name: `Message to ${title}` }).waitFor();
}

/** The texts of the messages on the page, in their order. */
export async function messageTexts(page: Page): Promise<string[]> {
  return page.locator("[data-message] [data-words]").allInnerTexts();
}

/** Waits until something is so. */
export async function eventually(what: string, is: () => Promise<boolean>, timeoutMs = 45_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not so within ${timeoutMs / 1000} s: ${what}`);
}

/**
 * A finger that stays for a second and leaves, as the browser tells of it: with the mouse events that it makes of a
 * touch.
 */
export async function longPress(page: Page, target: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error("what is to be pressed is not shown");
  const session = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await page.waitForTimeout(1000);
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(300);
  await session.detach();
}
