// SPDX-License-Identifier: AGPL-3.0-or-later

// What another program shares with the installed app: the browser posts it as a form does, the service worker takes
// it, and one chooses whom it is for.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import { bubble, composer, eventually, openConversation, register, row, send, writeToNumber } from "./support/actions";
import { setFocus } from "./support/browser";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000601";
const BEN = "+491700000602";
const CEM = "+491700000603";

interface Given {
  text?: string;
  files?: { name: string; mimeType: string; buffer: Buffer }[];
}

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const picture = (name: string) => ({ name, mimeType: "image/png", buffer: PIXEL });

const formTo = (server: string): string =>
  `<meta name=referrer content=no-referrer><form method=post enctype=multipart/form-data action="${server}/share">` +
  `<input name=title value=""><input name=text value=""><input name=url value="">` +
  `<input type=file name=files multiple></form>`;

describe("what is shared with the app", () => {
  const suite = serverSuite(["ana", "ben", "cem"]);
  let page: Page;

  before(async () => {
    page = suite.page("ana");
    await register(suite.page("ben"), BEN, "Ben Okafor");
    await register(suite.page("cem"), CEM, "Cem Yilmaz");
    await register(page, ANA, "Ana Ferreira");
    for (const [phone, title] of [
      [BEN, "Ben Okafor"],
      [CEM, "Cem Yilmaz"],
    ] as const) {
      await writeToNumber(page, phone);
      await send(page, `Hello, ${title}`);
      await row(page, title).first().waitFor();
    }
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  });

  /** In a page without a name, as the browser's own share has none: what it leads to. */
  async function share({ text = "", files = [] }: Given, of: "ana" | "ben" | "cem" = "ana"): Promise<Page> {
    const opened = await suite.device(of).context.newPage();
    await opened.goto("data:text/html,<title>another program</title>");
    await opened.setContent(formTo(suite.server().url));
    await opened.locator("[name=text]").fill(text);
    await opened.locator("[name=files]").setInputFiles(files);
    await Promise.all([
      opened.waitForURL(/#\/share\/[0-9a-f]{32}$/),
      opened.evaluate(() => document.forms[0]?.submit()),
    ]);
    await setFocus(opened, true).catch(() => undefined);
    return opened;
  }
  const pane = (of: Page): Locator => of.locator("[data-pane=left]");
  const choice = (of: Page, name: string): Locator => pane(of).getByRole("checkbox", { name });
  const kept = (of: Page): Promise<number> =>
    of.evaluate(async () =>
      (await caches.has("kith-shared")) ? (await (await caches.open("kith-shared")).keys()).length : 0,
    );
  const messages = (of: Page): Promise<number> => of.locator("[data-message]").count();

  it("as a link for one is a draft in that conversation, and nothing is sent", async () => {
    const opened = await share({ text: "https://example.org/lake" });
    assert.match(await pane(opened).locator("[data-part=shared]").innerText(), /example\.org\/lake/);
    await pane(opened).getByRole("textbox", { name: "Search chats" }).fill("ben");
    await choice(opened, "Ben Okafor").click();
    await pane(opened).getByRole("button", { name: "Continue" }).click();
    await composer(opened).waitFor();
    assert.equal(await composer(opened).inputValue(), "https://example.org/lake");
    assert.match(opened.url(), /#\/c\/[0-9a-f]{32}$/);
    assert.equal(await messages(opened), 1);
    await eventually("it is kept no more", async () => (await kept(opened)) === 0);
    await composer(opened).fill("");
    await opened.close();
  });

  it("as photos for two waits in the sheet, and comes to both when it is sent", async () => {
    const opened = await share({ text: "By the lake", files: [picture("a.png"), picture("b.png")] });
    await choice(opened, "Ben Okafor").click();
    await choice(opened, "Cem Yilmaz").click();
    await pane(opened).getByRole("button", { name: "Continue" }).click();
    const sheet = opened.locator("dialog[data-part=attach]");
    await sheet.getByRole("heading", { name: /^Send to Ben Okafor, Cem Yilmaz/ }).waitFor();
    assert.equal(await messages(opened), 1);
    const button = sheet.getByRole("button", { name: "Send 2 files" });
    await eventually("what was shared can be sent", async () => button.isEnabled());
    assert.equal(await sheet.getByRole("textbox", { name: "Add a caption" }).inputValue(), "By the lake");
    await button.click();
    await sheet.waitFor({ state: "detached" });
    for (const who of ["ben", "cem"] as const) {
      const theirs = suite.page(who);
      await openConversation(theirs, "Ana Ferreira");
      await eventually(
        `both are at ${who}`,
        async () => (await theirs.locator("[data-part=album] button").count()) > 1,
      );
    }
    await opened.close();
  });

  it("as a text for two is sent when that is said, as it stands then", async () => {
    const opened = await share({ text: "At eight" });
    await choice(opened, "Ben Okafor").click();
    await choice(opened, "Cem Yilmaz").click();
    await pane(opened).getByRole("textbox", { name: "Message", exact: true }).fill("At nine");
    await pane(opened).getByRole("button", { name: "Send to 2 chats" }).click();
    await row(opened, "Ben Okafor").first().waitFor();
    for (const who of ["ben", "cem"] as const) await bubble(suite.page(who), "At nine").waitFor();
    await opened.close();
  });

  it("is there again after a reload, and gone when it is left", async () => {
    const opened = await share({ text: "Later" });
    await choice(opened, "Ben Okafor").waitFor();
    await opened.reload();
    await choice(opened, "Ben Okafor").waitFor();
    assert.match(await pane(opened).locator("[data-part=shared]").innerText(), /Later/);
    const address = opened.url();
    await pane(opened).getByRole("button", { name: "Back" }).click();
    await row(opened, "Ben Okafor").first().waitFor();
    await eventually("it is kept no more", async () => (await kept(opened)) === 0);
    await opened.goto(address.replace("/#", "/?again#"));
    await pane(opened).getByText("What was shared is not here", { exact: false }).waitFor();
    await opened.close();
  });

  it("by a page that says whose it is, is not kept: nothing is shown of it", async () => {
    const device = suite.device("ana");
    const stranger = suite.server().url.replace("localhost", "127.0.0.1");
    const opened = await device.context.newPage();
    await opened.route(`${stranger}/prize`, (route) =>
      route.fulfill({ contentType: "text/html", body: formTo(suite.server().url).replace(/<meta[^>]*>/, "") }),
    );
    await opened.goto(`${stranger}/prize`);
    await opened.locator("[name=text]").fill("Send this on");
    await Promise.all([
      opened.waitForURL(`${suite.server().url}/**`),
      opened.evaluate(() => document.forms[0]?.submit()),
    ]);
    await row(opened, "Ben Okafor").first().waitFor();
    assert.equal(await pane(opened).getByRole("checkbox").count(), 0);
    assert.equal(await kept(opened), 0);
    await opened.close();
    device.problems.splice(0, Infinity, ...device.problems.filter((each) => !each.includes(stranger)));
  });

  it("by a page that hides whose it is, is shown as what it is, sends nothing, and can be left", async () => {
    const before = await messages(page);
    const opened = await share({ text: "Send this on", files: [picture("prize.png")] });
    const shown = await pane(opened).locator("[data-part=shared]").innerText();
    assert.match(shown, /prize\.png/);
    assert.match(shown, /Send this on/);
    assert.equal(await pane(opened).getByRole("button", { name: "Choose a chat" }).isDisabled(), true);
    await opened.keyboard.press("Escape");
    await row(opened, "Ben Okafor").first().waitFor();
    await eventually("it is kept no more", async () => (await kept(opened)) === 0);
    assert.equal(await messages(page), before);
    await opened.close();
  });

  it("where nobody is signed in is said, and kept nowhere", async () => {
    const device = await suite.another();
    const first = await device.page();
    await first.getByLabel("Phone number").waitFor();
    await first.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await first.goto("data:text/html,<title>another program</title>");
    await first.setContent(formTo(suite.server().url));
    await first.locator("[name=text]").fill("Secret");
    await first.evaluate(() => document.forms[0]?.submit());
    await first.getByRole("heading", { name: "Set up Kith first" }).waitFor();
    await eventually("it is kept nowhere", async () => (await kept(first)) === 0);
    await first.getByRole("button", { name: "Continue" }).click();
    await first.getByLabel("Phone number").waitFor();
    await device.check();
    await device.close();
  });
});
