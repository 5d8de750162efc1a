// SPDX-License-Identifier: AGPL-3.0-or-later

// The first steps, the address book, and whoever is not here yet. On a scripted core.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";

import { eventually, row } from "./support/actions";
import { within, type Prepare } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

describe("somebody new", () => {
  const suite = harnessSuite(["clipboard-read", "clipboard-write"]);
  let page: Page;

  const nobodyThere: Prepare = (core, testing) => core.failing("openConversation", testing.NO_SUCH_ACCOUNT);
  const field = () => page.getByLabel("Name, number, e-mail or @username");
  const newChat = async (prepare?: Prepare) => {
    page = await suite.open(prepare);
    await page.getByRole("button", { name: "New chat" }).first().click();
    await field().waitFor();
  };
  const copied = () => page.evaluate(() => navigator.clipboard.readText());

  it("has three first steps while there is no conversation", async () => {
    page = await suite.open((core) => (core.conversations = []));
    const steps = page.getByRole("region", { name: "First steps" });
    await steps.getByRole("button", { name: /Bring your contacts/ }).waitFor();
    await steps.getByRole("button", { name: /Write to a number/ }).waitFor();
    await steps.getByRole("button", { name: /Invite somebody/ }).click();
    await page.getByRole("status").getByText("The invitation is copied").waitFor();
    assert.match(await copied(), new RegExp(`${suite.url()}.*\\+49 170 000 0001`));
  });

  it("who is in no contact is said to be unknown, and can be invited", async () => {
    await newChat();
    await field().fill("Zora");
    await page.getByRole("status").getByText("Nobody in your contacts is called “Zora”").waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.getByRole("button", { name: "Invite somebody to Kith" }).waitFor();
    await field().fill("Be");
    await page.getByRole("button", { name: /^Ben On Kith/ }).waitFor();
    assert.equal(await page.getByRole("button", { name: /Invite/ }).count(), 0);
  });

  it("a number that nobody has is said so, and invited instead of written to", async () => {
    await newChat(nobodyThere);
    await field().fill("+49 170 0000009");
    await page.getByRole("button", { name: "Write to +49 170 000 0009" }).click();
    const alert = page.getByRole("alert").getByText("Nobody with the number +49 170 000 0009");
    await alert.waitFor();
    const [signWidth, lines] = await alert.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const lineHeight = parseFloat(getComputedStyle(element).lineHeight);
      const [line] = range.getClientRects();
      const { left, height } = element.getBoundingClientRect();
      const { paddingInlineStart, paddingBlockStart, paddingBlockEnd } = getComputedStyle(element);
      const text = height - parseFloat(paddingBlockStart) - parseFloat(paddingBlockEnd);
      return [(line?.left ?? 0) - left - parseFloat(paddingInlineStart), text / lineHeight];
    });
    assert.ok((signWidth ?? 0) > 16, "its sign stands before the words, on their line");
    assert.ok((lines ?? 9) < 2.5, `${lines} lines`);
    assert.equal(await page.getByRole("button", { name: /Write to/ }).count(), 0);
    await page.getByRole("button", { name: "Invite +49 170 000 0009 to Kith" }).click();
    await page.getByRole("status").getByText("The invitation is copied").waitFor();
    await field().fill("+49 170 0000008");
    await page.getByRole("button", { name: "Write to +49 170 000 0008" }).waitFor();
  });

  it("an e-mail address or a username that nobody has is said so by its kind", async () => {
    await newChat(nobodyThere);
    for (const [handle, kind] of [
      ["zora@example.org", "e-mail address"],
      ["@zora", "username"],
    ] as const) {
      await field().fill(handle);
      await page.getByRole("button", { name: `Write to ${handle}` }).click();
      await page.getByRole("alert").getByText(`Nobody with the ${kind} ${handle}`).waitFor();
      await page.getByRole("button", { name: `Invite ${handle} to Kith` }).waitFor();
    }
    const asked = await within(page, ({ core }) => core.called("openConversation").map(({ handle }) => handle));
    assert.deepEqual(asked, ["zora@example.org", "@zora"]);
  });

  it("a handle is written to from the list too, and stands where it can be mended when nobody has it", async () => {
    page = await suite.open(nobodyThere);
    const search = page.getByLabel("Search conversations and messages");
    await search.fill("@zora");
    await page.getByRole("button", { name: "Write to @zora" }).waitFor();
    await eventually("the search has ended", () => within(page, ({ core }) => core.called("search").length > 0));
    assert.equal(await page.getByText("Nothing found").count(), 0);
    await search.press("Enter");
    await page.getByRole("alert").getByText("Nobody with the username @zora").waitFor();
    assert.equal(await field().inputValue(), "@zora");
    await page.getByRole("button", { name: "Invite @zora to Kith" }).waitFor();
  });

  it("contacts say who is on Kith, and are renamed and deleted where they stand", async () => {
    await newChat();
    await page.getByRole("button", { name: /^Ben On Kith/ }).waitFor();
    await page.getByRole("button", { name: /^Cem Not on Kith yet/ }).waitFor();
    await page.getByRole("button", { name: "Change Cem" }).click();
    await page.getByLabel("Name for +49 170 000 0003").fill("Cem Demir");
    await page.getByRole("button", { name: "Save" }).click();
    await row(page, "Cem Demir").waitFor();
    await page.getByRole("button", { name: "Change Cem Demir" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row(page, "Cem Demir").waitFor({ state: "detached" });
    const calls = await within(page, ({ core }) =>
      core.called("setContact").map(({ name, remove }) => [name ?? "", remove === true]),
    );
    assert.deepEqual(calls, [
      ["Cem Demir", false],
      ["", true],
    ]);
  });
});
