// SPDX-License-Identifier: AGPL-3.0-or-later

// Two people write with marks: what is bold, quoted, listed and code on both sides, and what the keys of the field do.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import { bubble, composer, eventually, openConversation, register, row, send, writeToNumber } from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700001401";
const BEN = "+491700001402";

/** What stands in the last message that has the text: its elements, without what only styles need. */
async function shown(page: Page, text: string): Promise<string> {
  const words = bubble(page, text).last().locator("[data-words]");
  return (await words.innerHTML()).replace(/ (class|dir|target|rel)="[^"]*"/g, "");
}

/** Writes over lines, and sends. */
async function sendLines(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

describe("formatted messages", () => {
  const suite = serverSuite(["ana", "ben"]);
  let anaPage: Page, benPage: Page;

  before(async () => {
    [anaPage, benPage] = [suite.page("ana"), suite.page("ben")];
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "There is soup on Friday");
    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "There is soup").waitFor();
  });

  it("are the same on both sides, in the list without marks too", async () => {
    const html = "<strong>hot</strong> <em>soup</em> <s>bread</s> <code>2*3</code> snake_case_names";
    await sendLines(anaPage, "*hot* _soup_ ~bread~ `2*3` snake_case_names");
    for (const page of [anaPage, benPage]) {
      await bubble(page, "hot soup bread").last().waitFor();
      assert.equal(await shown(page, "hot soup bread"), html);
    }
    const line = row(benPage, "Ana Ferreira");
    await line.locator("strong", { hasText: "hot" }).waitFor();
    assert.match(await line.innerText(), /hot soup bread 2\*3 snake_case_names/);
  });

  it("have quotes, lists and code over lines; the bar and the numbers are at the side that is read from", async () => {
    await sendLines(benPage, "> מתי יש מרק\n1. onions\n2. *carrots*\n```\nif (soup)\n  eat();\n```");
    await bubble(anaPage, "onions").waitFor();
    assert.equal(
      await shown(anaPage, "onions"),
      '<blockquote>מתי יש מרק</blockquote><ol><li value="1">onions</li>' +
        '<li value="2"><strong>carrots</strong></li></ol>' +
        "<pre><code>if (soup)\n  eat();</code></pre>",
    );
    const bars = await bubble(anaPage, "onions")
      .locator("blockquote")
      .evaluate((quote) => {
        const { borderRightWidth, borderLeftWidth } = getComputedStyle(quote);
        return [borderLeftWidth, borderRightWidth];
      });
    assert.deepEqual(bars, ["0px", "3px"]);
  });

  it("are written with the keys of the field, which take back what they did", async () => {
    const field = composer(anaPage);
    await field.pressSequentially("very");
    await field.press("Control+a");
    await field.press("Control+b");
    assert.equal(await field.inputValue(), "*very*");
    await field.press("Control+i");
    assert.equal(await field.inputValue(), "*_very_*");
    await field.press("Control+Shift+x");
    assert.equal(await field.inputValue(), "*_~very~_*");
    await field.press("Control+z");
    assert.equal(await field.inputValue(), "*_very_*");
    await field.press("Control+z");
    await field.press("Control+z");
    assert.equal(await field.inputValue(), "very");
    await field.press("Control+a");
    await field.press("Control+Shift+m");
    await field.press("Enter");
    await bubble(benPage, "very").last().locator("code").waitFor();
  });

  it("keep their marks when they are copied", async () => {
    await anaPage.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await bubble(anaPage, "hot soup bread").last().focus();
    await anaPage.keyboard.press("c");
    const text = "*hot* _soup_ ~bread~ `2*3` snake_case_names";
    await eventually(
      "it is copied",
      async () => (await anaPage.evaluate(() => navigator.clipboard.readText())) === text,
    );
  });

  it("get rich text as plain text", async () => {
    const field = composer(anaPage);
    await field.focus();
    await anaPage.evaluate(() =>
      navigator.clipboard.write([
        new ClipboardItem({
          "text/plain": new Blob(["plain"], { type: "text/plain" }),
          "text/html": new Blob(["<b>rich</b>"], { type: "text/html" }),
        }),
      ]),
    );
    await field.press("Control+v");
    assert.equal(await field.inputValue(), "plain");
    await field.fill("");
  });

  it("names of emoji are completed by the keys, and are them when they are whole", async () => {
    const field = composer(anaPage);
    const list = anaPage.getByRole("listbox", { name: "Emoji with this name" });
    await field.pressSequentially("I bring :pizz");
    await list.waitFor();
    await field.press("Enter");
    assert.equal(await field.inputValue(), "I bring 🍕");
    await list.waitFor({ state: "detached" });
    await field.pressSequentially(" :tada:");
    await eventually("the name is the emoji", async () => (await field.inputValue()) === "I bring 🍕 🎉");
    await field.press("Control+z");
    assert.equal(await field.inputValue(), "I bring 🍕 :tada:");
    await field.press("Enter");
    await bubble(benPage, "I bring 🍕 :tada:").waitFor();
  });

  it("the list of emoji is in a narrow window, too", async () => {
    const before = anaPage.viewportSize();
    await anaPage.setViewportSize({ width: 320, height: 640 });
    await composer(anaPage).pressSequentially(":heart");
    const box = await anaPage.getByRole("listbox", { name: "Emoji with this name" }).boundingBox();
    assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
    await composer(anaPage).press("Escape");
    await composer(anaPage).fill("");
    if (before !== null) await anaPage.setViewportSize(before);
  });
});
