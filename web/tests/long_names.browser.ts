// SPDX-License-Identifier: AGPL-3.0-or-later

// Names as long as they may be, of one word and from right to left, on a scripted core: nothing reaches beyond
// its place, on wide and narrow screens.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";

import { eventually } from "./support/actions";
import { within } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

const WIDTHS = [1280, 390];

/** Elements that are wider than the place they have, of what the selector finds. */
const tooWide = (page: Page, selector: string) =>
  page
    .locator(selector)
    .evaluateAll((found) =>
      found.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.outerHTML.slice(0, 200)),
    );

describe("a long name", () => {
  const { open } = harnessSuite();
  const groups = () =>
    open((core, { ANA, BEN, groupConversation, conversation, message, KITCHEN }) => {
      const word = "Donaudampfschifffahrtsgesellschaft".repeat(3).slice(0, 100);
      const arabic = "\u0645\u062c\u0645\u0648\u0639\u0629 ".repeat(16).trim();
      const firstMembers = [
        { accountId: BEN, name: word },
        { accountId: "c".repeat(32), name: arabic },
      ];
      core.conversations = [
        groupConversation({ title: word, group: { firstMembers, description: word } }),
        groupConversation({ id: "8".repeat(32), title: arabic, group: { firstMembers } }),
        conversation({ title: word }),
      ];
      const quote = (title: string) => ({
        messageId: "1".repeat(32),
        author: { accountId: ANA, name: "Ana" },
        excerpt: word,
        group: { conversation: KITCHEN, title },
      });
      core.messages = [message({ quote: quote(word) }), message({ quote: quote(arabic) })];
    });

  it("keeps to its place at the beginning of a conversation, in its head and in a quote", async () => {
    const page = await groups();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      for (const at of [0, 1, 2]) {
        const id = await within(page, ({ core }) => core.conversations.map((each) => each.id)).then((ids) => ids[at]);
        await page.evaluate(`window.kith.app.openConversation("${id}")`);
        await page.locator("[data-key=beginning]").waitFor();
        await eventually("it fits", async () => (await tooWide(page, "[data-timeline]")).length === 0);
        assert.deepEqual(await tooWide(page, "[data-key=beginning], [data-pane=conversation] > header"), []);
        assert.deepEqual(await tooWide(page, "[data-part=quote]"), []);
      }
    }
  });

  it("from right to left is cut at its end, and not at its beginning", async () => {
    const page = await groups();
    await page.evaluate(`window.kith.app.openConversation("${"b".repeat(32)}")`);
    const cut = page.locator("[data-part=quoted-group] bdi").last();
    await cut.waitFor();
    const shown = await cut.evaluate((element) => {
      const range = document.createRange();
      range.setStart(element.firstChild as Node, 0);
      range.setEnd(element.firstChild as Node, 1);
      const letter = range.getBoundingClientRect();
      const place = element.getBoundingClientRect();
      return { cut: element.scrollWidth > element.clientWidth, first: letter.right <= place.right + 1 };
    });
    assert.deepEqual(shown, { cut: true, first: true });
  });
});
