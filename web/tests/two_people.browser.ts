// SPDX-License-Identifier: AGPL-3.0-or-later

// Two people, each with a device of their own in a browser.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import {
  bubble,
  closeSettings,
  composer,
  eventually,
  messageTexts,
  openConversation,
  openSettings,
  register,
  row,
  send,
  tick,
  writeToNumber,
} from "./support/actions";
import { setFocus } from "./support/browser";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000101";
const BEN = "+491700000102";

describe("two people in two browsers", () => {
  const suite = serverSuite(["ana", "ben"]);
  let anaPage: Page, benPage: Page;

  before(() => {
    anaPage = suite.page("ana");
    benPage = suite.page("ben");
  });

  it("register, with words for what they mistype", async () => {
    await anaPage.getByLabel("Phone number").fill("0170 0000101");
    await anaPage.getByRole("button", { name: "Continue" }).click();
    await anaPage.getByRole("alert").getByText("country code").waitFor();
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await anaPage.getByText("Nobody here yet.").waitFor();
  });

  it("can't write to a number that nobody has", async () => {
    await anaPage.getByRole("button", { name: "New chat" }).first().click();
    // As it is typed, and as it is pasted from an address book.
    for (const written of ["+491700000199", "0170 0000199", "\u202a0170\u20110000199\u202c", "tel:+49-170-0000199"]) {
      await anaPage.getByLabel("Name, number, e-mail or @username").fill(written);
      await anaPage.keyboard.press("Enter");
      await anaPage.getByRole("alert").getByText("uses Kith here yet").waitFor();
    }
    await anaPage.getByRole("button", { name: "Back" }).click();
  });

  it("[F1][F14] talk, and see their ticks go from sent to delivered to read", async () => {
    await setFocus(benPage, false);
    await writeToNumber(anaPage, "+49 170 0000102");
    const bottom = await anaPage
      .getByRole("main")
      .evaluate((pane) => pane.getBoundingClientRect().bottom - innerHeight);
    assert.equal(bottom, 0, "an empty conversation takes all of the page as well");
    await send(anaPage, "Hello Ben, are you coming on Saturday?");
    await tick(anaPage, "Hello Ben", "Delivered").waitFor();
    await row(benPage, "Ana Ferreira").getByLabel("1 unread").waitFor();
    assert.equal(await benPage.title(), "(1) Kith");

    await openConversation(benPage, "Ana Ferreira");
    await bubble(benPage, "Hello Ben").waitFor();
    await benPage.getByText("1 unread message").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(await tick(anaPage, "Hello Ben", "Read").count(), 0, "nobody looked yet");

    await setFocus(benPage, true);
    await tick(anaPage, "Hello Ben", "Read").waitFor();
    assert.equal(await benPage.title(), "Kith");
    await send(benPage, "Yes! I bring the cake 🎂");
    await tick(benPage, "I bring the cake", "Read").waitFor();
    await bubble(anaPage, "I bring the cake").waitFor();
  });

  it("[F13] see each other online, typing, and last seen", async () => {
    await anaPage.locator("[data-part=status]", { hasText: "online" }).waitFor();
    await composer(benPage).pressSequentially("I am writ");
    await anaPage.locator("[data-part=status]", { hasText: "typing" }).waitFor();
    await row(anaPage, "Ben Okafor").getByText("typing").waitFor();
    await composer(benPage).fill("");
    await anaPage.locator("[data-part=status]", { hasText: "online" }).waitFor();
    await setFocus(benPage, false);
    await anaPage.locator("[data-part=status]", { hasText: "last seen" }).waitFor();
    await setFocus(benPage, true);
    await anaPage.locator("[data-part=status]", { hasText: "online" }).waitFor();
  });

  it("[F20] answer by quoting, and go to what was quoted", async () => {
    await bubble(anaPage, "I bring the cake").click({ button: "right", position: { x: 30, y: 12 } });
    await anaPage.getByRole("menuitem", { name: "Reply" }).click();
    await anaPage.locator("[data-part=composer-quote]").getByText("I bring the cake").waitFor();
    await send(anaPage, "Wonderful");
    const quote = bubble(benPage, "Wonderful").locator("[data-part=quote]");
    await quote.getByText("You", { exact: true }).waitFor();
    await quote.click();
    assert.equal(await anaPage.locator("[data-part=composer-quote]").count(), 0);
  });

  it("write several lines, links, other scripts, and nothing that is taken for markup", async () => {
    await composer(anaPage).fill("first line");
    await composer(anaPage).press("Shift+Enter");
    await composer(anaPage).pressSequentially("second line: https://example.org/x?y=1.");
    await composer(anaPage).press("Enter");
    const link = bubble(benPage, "second line").getByRole("link");
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), "https://example.org/x?y=1");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await link.getAttribute("target"), "_blank");
    await send(anaPage, "<img src=x onerror=alert(1)> <b>bold</b> [a](b)");
    await bubble(benPage, "<img src=x onerror=alert(1)> <b>bold</b> [a](b)").waitFor();
    await send(anaPage, "שלום לכולם 123");
    await bubble(benPage, "שלום לכולם 123").waitFor();
  });

  it("keep everything over a reload, a draft and the open conversation too", async () => {
    await composer(anaPage).fill("not finished");
    const before = await messageTexts(anaPage);
    await anaPage.reload();
    await composer(anaPage).waitFor();
    await eventually("the draft is there", async () => (await composer(anaPage).inputValue()) === "not finished");
    await eventually(
      "the same messages are there",
      async () => JSON.stringify(await messageTexts(anaPage)) === JSON.stringify(before),
    );
    await composer(anaPage).fill("");
    await send(anaPage, "after the reload");
    await tick(anaPage, "after the reload", "Read").waitFor();
  });

  it("find messages by their words and go there", async () => {
    for (let n = 1; n <= 30; ++n) await send(benPage, `filling ${n}.`);
    await bubble(anaPage, "filling 30.").waitFor();
    await anaPage.keyboard.press("Control+k");
    await anaPage.keyboard.type("cak");
    const hit = anaPage.getByRole("region", { name: "Messages" }).getByText("I bring the");
    await hit.first().waitFor();
    await hit.first().click();
    await eventually("the message is in view", () =>
      bubble(anaPage, "I bring the cake")
        .first()
        .evaluate((element) => {
          const box = element.getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight;
        }),
    );
    await anaPage.getByRole("button", { name: "Clear the search" }).click();
    await anaPage.getByRole("button", { name: "To the newest message" }).click();
  });

  it("compare safety numbers, and mark them as verified", async () => {
    const digits = async (page: Page) => {
      await page.getByRole("button", { name: "Contact details" }).click();
      return (await page.getByRole("group", { name: "Safety number" }).innerText()).replace(/\s/g, "");
    };
    const theirs = await digits(benPage);
    assert.match(theirs, /^\d{60}$/);
    assert.equal(await digits(anaPage), theirs);
    await anaPage.getByRole("switch", { name: /It is the same/ }).click();
    await anaPage.locator("[data-pane=details] [data-part=verified]", { hasText: "Verified" }).waitFor();
    await anaPage.getByRole("button", { name: "Close" }).click();
    await benPage.keyboard.press("Escape");
  });

  it("[F34][F35] change name and about, and the other sees it", async () => {
    await openSettings(benPage, /Profile/);
    await benPage.getByRole("button", { name: "Change about" }).click();
    await benPage.getByRole("textbox", { name: "About" }).fill("On my bicycle");
    await benPage.getByRole("button", { name: "Save" }).click();
    await benPage.getByText("On my bicycle").waitFor();
    await closeSettings(benPage);
    await anaPage.getByRole("button", { name: "Contact details" }).click();
    await anaPage.getByRole("complementary").getByText("On my bicycle").waitFor();
    await anaPage.keyboard.press("Escape");
  });

  it("[F12] turn read receipts off: then there is no blue", async () => {
    await openSettings(benPage, /Privacy/);
    const receipts = benPage.getByRole("switch", { name: /Read receipts/ });
    await receipts.click();
    await eventually("they are off", async () => (await receipts.getAttribute("aria-checked")) === "false");
    await closeSettings(benPage);
    await send(anaPage, "do you see this?");
    await bubble(benPage, "do you see this?").waitFor();
    await tick(anaPage, "do you see this?", "Delivered").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(await tick(anaPage, "do you see this?", "Read").count(), 0);
  });

  it("[F28] block: nothing comes any more, and the other is not told", async () => {
    await benPage.getByRole("button", { name: "Contact details" }).click();
    await benPage.getByRole("button", { name: "Block Ana Ferreira" }).click();
    await benPage.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await benPage.getByText("You blocked Ana Ferreira.").waitFor();
    await send(anaPage, "are you angry?");
    await tick(anaPage, "are you angry?", "Sent").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await bubble(benPage, "are you angry?").count(), 0);
    await benPage.getByRole("button", { name: "Unblock Ana Ferreira" }).click();
    await composer(benPage).waitFor();
  });

  it("bring contacts in as a file, and see their names", async () => {
    await anaPage.getByRole("button", { name: "New chat" }).first().click();
    const ben = `BEGIN:VCARD\nVERSION:3.0\nFN:Benedict O.\nTEL:${BEN}\nEND:VCARD\n`;
    const card = `${ben}BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\nEND:VCARD\n`;
    await anaPage
      .getByLabel("vCard file")
      .setInputFiles({ name: "contacts.vcf", mimeType: "text/vcard", buffer: Buffer.from(card) });
    await anaPage.getByText(/1 contact imported/).waitFor();
    await anaPage.getByRole("button", { name: "Back" }).click();
    await row(anaPage, "Benedict O.").waitFor();
  });

  it("the settings lead to the licence, to the source of what runs here, and to others' notices", async () => {
    await openSettings(anaPage, /About Kith/);
    for (const [name, type] of [
      ["Licence", /^text\/plain/],
      ["Source code", /./],
      ["Notices of others' code", /^text\/plain/],
    ] as const) {
      const href = await anaPage.getByRole("link", { name }).getAttribute("href");
      const response = await anaPage.request.get(new URL(href ?? "", suite.server().url).href);
      assert.equal(response.status(), 200, name);
      assert.match(response.headers()["content-type"] ?? "", type);
      const body = await response.body();
      assert.ok(body.length > 10_000);
      if (!name.startsWith("Notices")) continue;
      // Of the page, its Worker, its styles, and the module; and of nothing that is for building alone.
      const whose =
        body
          .toString()
          .match(/^---- \S+/gm)
          ?.map((line) => line.slice(5)) ?? [];
      for (const one of ["react", "@bufbuild/protobuf", "@fontsource-variable/inter", "libsodium", "wasi-libc"])
        assert.ok(whose.includes(one), `${one} is among ${whose.join(", ")}`);
      assert.ok(!whose.some((one) => /vite|eslint|playwright/.test(one)), whose.join(", "));
    }
    await closeSettings(anaPage);
  });
});
