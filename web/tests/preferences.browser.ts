// SPDX-License-Identifier: AGPL-3.0-or-later

// How the app looks as it was chosen in this browser, and what Enter does: from the first paint on, and in every tab.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";

import { bubble, composer, eventually, openConversation } from "./support/actions";
import { harnessSuite } from "./support/harness_suite";

const root = (page: Page) =>
  page.evaluate(() => {
    const { theme, contrast, accent, text } = document.documentElement.dataset;
    return { theme, contrast, accent, text };
  });
const groundOf = (page: Page) =>
  page.locator("[data-timeline]").evaluate((element) => {
    const frame = element.parentElement as Element;
    return getComputedStyle(frame).backgroundColor;
  });
const openAppearance = async (page: Page) => {
  await page.locator("#open-settings").click();
  await page.getByRole("button", { name: /^Appearance/ }).click();
  await page.getByRole("slider", { name: "Text size" }).waitFor();
};

const openBen = async (page: Page) => {
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("button", { name: /^Chats/ })
    .click();
  await openConversation(page, "Ben");
};

describe("what was chosen for this browser", () => {
  const suite = harnessSuite();

  it("is worn at once, in every tab, and before the app is there when the page is loaded", async () => {
    const page = await suite.open();
    const other = await suite.open();
    await openAppearance(page);
    assert.deepEqual(await root(page), { theme: "light", contrast: undefined, accent: "plum", text: "standard" });
    await page.getByRole("radio", { name: "As the device" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("radio", { name: "Teal" }).check();
    await page.getByRole("slider", { name: "Text size" }).press("ArrowRight");
    const chosen = { theme: "dark", contrast: undefined, accent: "teal", text: "large" };
    assert.deepEqual(await root(page), chosen);
    await eventually("the other tab follows", async () => (await root(other)).theme === "dark");
    assert.deepEqual(await root(other), chosen);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(33, 26, 31)");

    await other.route(/harness\.tsx/, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
    await other.reload();
    assert.deepEqual(await root(other), chosen, "no script but that of the head has run");
    await other.close();

    await page.getByRole("button", { name: "Reset appearance" }).click();
    assert.deepEqual(await root(page), { theme: "light", contrast: undefined, accent: "plum", text: "standard" });
  });

  it("follows the device where that was chosen, high contrast too", async () => {
    const page = await suite.open();
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually("it is dark", async () => (await root(page)).theme === "dark");
    await openAppearance(page);
    await page.getByRole("radio", { name: "High contrast" }).check();
    assert.deepEqual(await root(page), { theme: "dark", contrast: "more", accent: "plum", text: "standard" });
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(0, 0, 0)");
    await page.getByRole("radio", { name: "Light" }).check();
    await page.emulateMedia({ colorScheme: "dark", contrast: "more" });
    await eventually("who needs contrast has it", async () => (await root(page)).contrast === "more");
    assert.equal((await root(page)).theme, "light");
  });

  it("has a wallpaper for all conversations, and another for one", async () => {
    const page = await suite.open();
    await openAppearance(page);
    await page.getByRole("radio", { name: "Sky" }).check();
    await openBen(page);
    assert.equal(await groundOf(page), "rgb(213, 232, 247)");
    await page.getByRole("button", { name: "Contact details" }).click();
    await page.getByRole("button", { name: /^Wallpaper/ }).click();
    await page.getByRole("radio", { name: "Rose" }).check();
    assert.equal(await groundOf(page), "rgb(249, 223, 228)");
    await page.getByRole("radio", { name: "As all chats" }).check();
    assert.equal(await groundOf(page), "rgb(213, 232, 247)");
  });

  it("says what Enter does, also where a message is edited", async () => {
    const page = await suite.open();
    await openAppearance(page);
    await page.getByRole("switch", { name: "Enter sends" }).click();
    await openBen(page);
    await composer(page).fill("one");
    await composer(page).press("Enter");
    await composer(page).pressSequentially("two");
    assert.equal(await composer(page).inputValue(), "one\ntwo");
    await composer(page).press("Control+Enter");
    await bubble(page, "two").waitFor();
    await eventually("the field is empty", async () => (await composer(page).inputValue()) === "");

    await composer(page).press("ArrowUp");
    await page.locator("[data-part=composer-edit]").waitFor();
    const edited = page.locator("[data-composer] textarea");
    await edited.press("Enter");
    await edited.pressSequentially("three");
    await edited.press("Control+Enter");
    await bubble(page, "three").waitFor();
    await page.locator("[data-part=composer-edit]").waitFor({ state: "detached" });
  });

  it("may be very large text: nothing goes out of the page, and the conversation keeps room", async () => {
    const page = await suite.open();
    await openAppearance(page);
    await page.getByRole("slider", { name: "Text size" }).press("End");
    for (const width of [320, 800, 1000, 1200, 1400]) {
      await page.setViewportSize({ width, height: 780 });
      if (width === 320) {
        const [wide = 0, inner = 0] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= inner, `${wide} px in ${inner}`);
        continue;
      }
      await openBen(page);
      await page.getByRole("button", { name: "Contact details" }).click();
      const panes = page.locator("[data-pane]:visible");
      const ends = await panes.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().right));
      assert.ok(Math.max(...ends) <= width + 1, `${ends} in ${width}`);
      const room = await page
        .locator("[data-pane=conversation]")
        .evaluate((element) => element.getBoundingClientRect().width);
      assert.ok(room >= 280, `${room} px of ${width} for the conversation`);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
    }
  });
});
