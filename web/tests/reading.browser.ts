// SPDX-License-Identifier: AGPL-3.0-or-later

// Reading a conversation: its beginning, and what was looked for in it. On a scripted core.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";

import { bubble, eventually, openConversation } from "./support/actions";
import type { Prepare } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

describe("reading", () => {
  const suite = harnessSuite();
  let page: Page;

  const details = () => page.getByRole("complementary", { name: "Contact details" });

  it("a conversation begins with who this is, who can read it, and the way to be sure", async () => {
    page = await suite.open((core, testing) => {
      core.conversations = [testing.conversation({ direct: { about: "Slow cook, fast eater", verified: false } })];
    });
    await openConversation(page, "Ben");
    const beginning = page.getByRole("log").locator("[data-key=beginning]");
    for (const words of ["Ben", "+49 170 000 0002", "Slow cook, fast eater", "only you and Ben can read them"])
      await beginning.getByText(words, { exact: words === "Ben" }).waitFor();
    await beginning.getByRole("button", { name: "compare the safety number" }).click();
    await details().getByRole("group", { name: "Safety number" }).waitFor();
  });

  it("one with somebody whose safety number was compared says so", async () => {
    page = await suite.open((core, testing) => {
      core.conversations = [testing.conversation({ direct: { verified: true } })];
    });
    await openConversation(page, "Ben");
    await page.getByText("You have compared the safety number.").waitFor();
    assert.equal(await page.getByRole("button", { name: "compare the safety number" }).count(), 0);
  });

  it("somebody whose name is not known is called by the number, in its groups", async () => {
    page = await suite.open((core, testing) => {
      core.conversations = [testing.conversation({ title: "+491700000002" })];
    });
    await openConversation(page, "+49 170 000 0002");
    await page.getByRole("main", { name: "Conversation with +49 170 000 0002" }).waitFor();
    assert.equal(await page.getByText("+491700000002").count(), 0);
  });

  const longText: Prepare = (core, testing) => {
    const before = "The path goes along the shore and up to the old mill. ".repeat(60);
    const long = testing.message({
      text: `${before}There is the Walnuss tree. ${before}`,
      atMs: testing.NOON - 60_000,
    });
    core.messages.unshift(long);
    core.on("search", () => ({
      messages: [long],
      excerpts: [
        {
          pieces: [
            { text: "… the ", matched: false },
            { text: "Walnuss", matched: true },
          ],
        },
      ],
    }));
  };

  it("what was found where a long text is folded away is unfolded, marked, and in view", async () => {
    page = await suite.open(longText);
    await openConversation(page, "Ben");
    await page.getByRole("button", { name: "Read on" }).waitFor();
    assert.equal(await bubble(page, "Walnuss").count(), 0);
    await page.getByLabel("Search conversations and messages").fill("walnuss");
    await page.locator("section[aria-label=Messages] [data-row]").click();
    await bubble(page, "Walnuss").waitFor();
    const marked = () =>
      page.evaluate(() =>
        [...(CSS.highlights.get("found") ?? [])].map((range) => {
          const { top, bottom } = (range as Range).getBoundingClientRect();
          const frame = document.querySelector("[data-timeline]")?.getBoundingClientRect() as DOMRect;
          return { text: (range as Range).toString(), inView: top >= frame.top && bottom <= frame.bottom };
        }),
      );
    await eventually("it is marked", async () => (await marked()).length === 1);
    assert.deepEqual(await marked(), [{ text: "Walnuss", inView: true }]);
    assert.equal(await page.getByRole("button", { name: "Read on" }).count(), 0);
  });

  it("an own message that was found is read from its right when its script is; no question is above", async () => {
    page = await suite.open((core, testing) => {
      Object.defineProperty(Notification, "permission", { value: "default" });
      const own = testing.message({ outgoing: true, text: "מה שלומך?" });
      core.on("search", () => ({ messages: [own], excerpts: [{ pieces: [{ text: "מה שלומך?", matched: false }] }] }));
    });
    const question = page.getByRole("region", { name: "Notifications" });
    await question.waitFor();
    const field = page.getByLabel("Search conversations and messages");
    await field.fill("מה");
    const excerpt = page.locator("section[aria-label=Messages] [data-part=excerpt]");
    await excerpt.waitFor();
    assert.equal(await question.count(), 0);
    const { first, last } = await excerpt.evaluate((element) => {
      const text = element.firstChild as Text;
      const at = (from: number, to: number) => {
        const range = document.createRange();
        range.setStart(text, from);
        range.setEnd(text, to);
        return range.getBoundingClientRect().left;
      };
      return { first: at(0, 1), last: at(text.length - 1, text.length) };
    });
    assert.ok(last < first, `the question mark is at the left end: ${last} < ${first}`);
    await field.fill("");
    await question.waitFor();
  });

  const threeTrains: Prepare = (core, testing) => {
    const say = (text: string, at: number) => testing.message({ text, atMs: testing.NOON - at * 60_000 });
    const filler = Array.from({ length: 120 }, (_, at) => say(`line ${at}`, 200 - at));
    const trains = [say("The train at 8:12", 300), say("Which TRAIN?", 250), say("train, train", 1)];
    core.messages = [...trains.slice(0, 2), ...filler, ...trains.slice(2)];
    const piece = (text: string) => ({ text, matched: /train/i.test(text) });
    const excerpt = (...texts: string[]) => ({ pieces: texts.map(piece) });
    core.on("search", ({ query }) =>
      query === "train"
        ? {
            messages: [...trains].reverse(),
            excerpts: [excerpt("train", ", ", "train"), excerpt("Which ", "TRAIN"), excerpt("The ", "train", " at")],
          }
        : { messages: [], excerpts: [] },
    );
  };
  const marks = (name: string) =>
    page.evaluate((which) => [...(CSS.highlights.get(which) ?? [])].map((range) => String(range)), name);

  /** The one message in which what one has been brought to is marked, and whether that is in view. */
  const brought = () =>
    page.evaluate(() => {
      const frame = document.querySelector("[data-timeline]")?.getBoundingClientRect() as DOMRect;
      return [...(CSS.highlights.get("found") ?? [])].map((range) => {
        const { top, bottom } = (range as Range).getBoundingClientRect();
        const words = (range as Range).startContainer.parentElement?.closest("[data-words]")?.textContent;
        return `${words} ${top >= frame.top && bottom <= frame.bottom ? "in view" : "out of view"}`;
      });
    });
  /** The place that is said, and the message that is shown. */
  const isAt = async (place: string, words: string, times = 1) => {
    await page.getByRole("search", { name: "Search in this chat" }).getByText(place, { exact: true }).waitFor();
    const wanted = Array.from({ length: times }, () => `${words} in view`).join();
    await eventually(`${place} is "${words}"`, async () => (await brought()).join() === wanted, 15_000);
  };

  it("a conversation is searched by itself: hits are marked, one goes through them, Escape ends it", async () => {
    page = await suite.open(threeTrains);
    await openConversation(page, "Ben");
    await page.locator("#open-chat-menu").click();
    await page.getByRole("menuitem", { name: "Search in this chat" }).click();
    const bar = page.getByRole("search", { name: "Search in this chat" });
    await bar.getByRole("searchbox").fill("train");
    await isAt("1 of 3", "train, train", 2);
    for (const width of [320, 390, 1200]) {
      await page.setViewportSize({ width, height: 780 });
      const { height = 0 } = (await bar.boundingBox()) ?? {};
      assert.ok(height < 60, `one line at ${width} px: ${height}`);
    }
    assert.deepEqual(await marks("found-elsewhere"), [], "the other two are not on the page yet");

    await page.keyboard.press("Enter");
    await isAt("2 of 3", "Which TRAIN?");
    await eventually(
      "and so is the third, which is near",
      async () => (await marks("found-elsewhere")).join() === "train",
    );
    await bar.getByRole("button", { name: "To the older one" }).click();
    await isAt("3 of 3", "The train at 8:12");
    assert.ok(await bar.getByRole("button", { name: "To the older one" }).isDisabled());
    await bar.getByRole("searchbox").press("Shift+Enter");
    await isAt("2 of 3", "Which TRAIN?");
    await bar.getByRole("searchbox").press("Shift+Enter");
    await isAt("1 of 3", "train, train", 2);

    await bar.getByRole("searchbox").fill("tram");
    await bar.getByText("Nothing found").waitFor();
    assert.deepEqual([await marks("found"), await marks("found-elsewhere")], [[], []]);
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.id), "open-chat-menu");
    await page.getByRole("textbox", { name: "Message to Ben" }).waitFor();
  });

  it("a message that was not sent is sent again in its place, or deleted", async () => {
    page = await suite.open((core, testing) => {
      const failed = testing.message({ outgoing: true, text: "at six", tick: 5, atMs: testing.NOON - 60_000 });
      core.messages.unshift(failed);
      core.on("retryMessage", () => core.emit({ case: "messageChanged", value: { ...failed, tick: 1 } }));
    });
    await openConversation(page, "Ben");
    await bubble(page, "at six").getByRole("button", { name: "Send again" }).click();
    await bubble(page, "at six").getByRole("img", { name: "Waiting to be sent" }).waitFor();
    assert.equal(await page.locator("[data-message]").count(), 2);
    await page.reload();
    await openConversation(page, "Ben");
    await bubble(page, "at six").getByRole("button", { name: "Delete" }).click();
    await bubble(page, "at six").waitFor({ state: "detached" });
    assert.equal(await page.locator("[data-message]").count(), 1);
  });
});
