// SPDX-License-Identifier: AGPL-3.0-or-later

// When the server is away, when there are two tabs, when the number moves elsewhere, and with a peer that is no
// browser.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { Message_Tick } from "../core-client/schema";
import {
  bubble,
  closeSettings,
  composer,
  eventually,
  longPress,
  messageTexts,
  openConversation,
  openSettings,
  register,
  row,
  send,
  tick,
  writeToNumber,
} from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { Kith } from "./support/kith";
import { Kithd, wasmFile } from "./support/kithd";

const ANA = "+491700000201";
const BEN = "+491700000202";
const CLI = "+491700000203";
const WRITER = "+491700000205";

async function writer(server: Kithd, phone: string): Promise<NodeClient> {
  const client = await NodeClient.start({ wasm: wasmFile });
  const { code } = await client.call("requestCode", { server: server.url, handle: phone });
  await client.call("register", {
    server: server.url,
    handle: phone,
    code,
    name: "Wil the Writer",
    deviceName: "Test",
  });
  await client.call("connect");
  return client;
}

/** Writes "line FROM." to "line TO.", and waits until the server has them all: the id of the last. */
async function writeLines(client: NodeClient, phone: string, from: number, to: number): Promise<string> {
  let last = "";
  for (let line = from; line <= to; ++line)
    last = (await client.call("sendMessage", { handle: phone, text: `line ${line}.` })).message?.id ?? "";
  await eventually("all is sent", async () => (await client.call("getState")).unsentMessages === 0);
  return last;
}

/**
 * Scrolls back from the newest line to the first: none is missing, twice or out of order, and the page never holds more
 * than a part.
 */
async function pageBack(page: Page, newest: number): Promise<void> {
  let oldest = newest + 1;
  await eventually("the first message is reached", async () => {
    await page.locator("[data-timeline]").evaluate((element) => element.scrollTo(0, 0));
    const lines = (await messageTexts(page)).map((text) => Number(/\d+/.exec(text)?.[0]));
    const first = lines[0] as number;
    assert.ok(lines.length <= 240, `${lines.length} rows`);
    assert.deepEqual(
      lines,
      lines.map((_, at) => first + at),
    );
    assert.ok(first <= oldest && first + lines.length >= oldest, `from ${first} on after ${oldest}`);
    oldest = first;
    return oldest === 1;
  });
}

describe("connections", () => {
  let server: Kithd, browser: Browser, ana: Device, ben: Device, anaPage: Page, benPage: Page;
  const kith = new Kith();

  before(async () => {
    server = await Kithd.start();
    browser = await launchBrowser();
    ana = await Device.open(browser, server.url);
    ben = await Device.open(browser, server.url);
    anaPage = await ana.page();
    benPage = await ben.page("?profile=work");
    await register(anaPage, ANA, "Ana");
    await register(benPage, BEN, "Ben");
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "before");
    await openConversation(benPage, "Ana");
    await bubble(benPage, "before").waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    kith.remove();
  });
  afterEach(async () => {
    await ana.check();
    await ben.check();
  });

  it("[F2] what is written while the server is away is sent, in order and once, also after a reload", async () => {
    ana.serverAway = ben.serverAway = true;
    await anaPage.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await server.kill();
    await anaPage.getByText("No connection.").waitFor();
    const written = ["one", "two", "three", "four"].map((each) => `offline ${each}`);
    for (const text of written.slice(0, 3)) await send(anaPage, text);
    await tick(anaPage, "offline one", "Waiting to be sent").waitFor();
    await anaPage.getByText("3 messages are sent when it is back.").waitFor();

    await anaPage.reload();
    await bubble(anaPage, "offline three").waitFor();
    await send(anaPage, written[3] as string);

    await server.restart();
    await bubble(benPage, "offline four").waitFor({ timeout: 60_000 });
    const arrived = (await messageTexts(benPage)).filter((text) => text.startsWith("offline"));
    assert.deepEqual(arrived, written);
    await tick(anaPage, "offline four", "Read").waitFor({ timeout: 30_000 });
    assert.equal(await anaPage.getByText("No connection.").count(), 0);
    ana.serverAway = ben.serverAway = false;
  });

  it("[F3] what is sent to somebody whose page is closed comes when it is opened", async () => {
    await benPage.close();
    // Its Worker outlives it for a moment, and would take the message.
    await anaPage.locator("[data-part=status]", { hasText: "last seen" }).waitFor();
    await send(anaPage, "while you were away");
    await tick(anaPage, "while you were away", "Sent").waitFor();
    benPage = await ben.page("?profile=work");
    await eventually("the title shows the profile", async () => (await benPage.title()).includes("work"));
    await openConversation(benPage, "Ana");
    await bubble(benPage, "while you were away").waitFor();
    await tick(anaPage, "while you were away", "Read").waitFor();
  });

  it("two tabs of a profile are one device; when the first is closed the second goes on", async () => {
    const second = await ana.page();
    await openConversation(second, "Ben");
    await bubble(second, "while you were away").waitFor();
    await send(second, "from the second tab");
    await bubble(anaPage, "from the second tab").waitFor();
    await bubble(benPage, "from the second tab").waitFor();
    await send(anaPage, "from the first tab");
    await bubble(second, "from the first tab").waitFor();
    await anaPage.close();
    anaPage = second;
    await send(anaPage, "the first is closed");
    await bubble(benPage, "the first is closed").waitFor();
    await send(benPage, "I see");
    await bubble(anaPage, "I see").waitFor();
    assert.equal(await bubble(anaPage, "from the second tab").count(), 1);
  });

  it("a native client and the browser talk: WebAssembly and native are peers", async () => {
    await kith.register(server.url, CLI, "Terminal Tess");
    await kith.run("send", ANA, "hello from the terminal ✓", "--wait", "delivered");
    await row(anaPage, "Terminal Tess").click();
    await bubble(anaPage, "hello from the terminal ✓").waitFor();
    await send(anaPage, "hello terminal 👋");
    const received = await kith.receive(10, "--mark-read");
    assert.deepEqual(
      received.map((each) => [each.text, each.from]),
      [["hello terminal 👋", ANA]],
    );
    await kith.run("status"); // what the command before left to be sent is sent by any later one
    await tick(anaPage, "hello terminal", "Read").waitFor();
    const digits = (await kith.run("verify", ANA)).replace(/\D/g, "");
    await anaPage.getByRole("button", { name: "Contact details" }).click();
    const shown = (await anaPage.getByRole("group", { name: "Safety number" }).innerText()).replace(/\D/g, "");
    assert.ok(digits.includes(shown), "both show the same safety number");
    await anaPage.keyboard.press("Escape");
  });

  it("a long conversation pages back without a gap, and the page holds a bounded part of it", async () => {
    const count = 300;
    const peer = await writer(server, WRITER);
    try {
      await writeLines(peer, ANA, 1, count);
      await row(anaPage, "Wil the Writer").getByText(`line ${count}.`).waitFor();
      await openConversation(anaPage, "Wil the Writer");
      await anaPage.getByText(`${count} unread messages`).waitFor();
      await anaPage.getByRole("button", { name: "new messages" }).click();
      await bubble(anaPage, `line ${count}.`).waitFor();
      await pageBack(anaPage, count);
      await anaPage.getByRole("button", { name: "To the newest message" }).click();
      await bubble(anaPage, `line ${count}.`).waitFor();
    } finally {
      peer.close();
    }
  });

  it("[F3][F12] a backlog comes once and in order into a page just opened and into an open conversation", async () => {
    const count = 500;
    const away = await Device.open(browser, server.url);
    const peer = await writer(server, "+491700000206");
    try {
      let page = await away.page();
      await register(page, "+491700000207", "Abe Away");
      await page.close();
      await writeLines(peer, "+491700000207", 1, count);
      page = await away.page();
      await row(page, "Wil the Writer").getByText(`line ${count}.`).waitFor();
      await openConversation(page, "Wil the Writer");
      await page.getByRole("button", { name: "new messages" }).click();
      await bubble(page, `line ${count}.`).waitFor();

      const last = await writeLines(peer, "+491700000207", count + 1, 2 * count);
      await bubble(page, `line ${2 * count}.`).waitFor();
      await eventually(
        "it is read",
        async () => (await peer.call("getMessage", { id: last })).tick === Message_Tick.kRead,
      );
      await pageBack(page, 2 * count);

      await page.goto(server.url); // and with one unread message, which is at the end: there it stays
      await writeLines(peer, "+491700000207", 2 * count + 1, 2 * count + 1);
      await row(page, "Wil the Writer")
        .getByText(`line ${2 * count + 1}.`)
        .waitFor();
      await openConversation(page, "Wil the Writer");
      await page.getByText("1 unread message").waitFor();
      const next = await writeLines(peer, "+491700000207", 2 * count + 2, 2 * count + 5);
      await eventually(
        "it is read",
        async () => (await peer.call("getMessage", { id: next })).tick === Message_Tick.kRead,
      );
      await away.check();
    } finally {
      peer.close();
      await away.close();
    }
  });

  it("that the network is gone is said within two seconds, until it is back and what was written leaves", async () => {
    const otto = await Device.open(browser, server.url);
    const page = await otto.page();
    await register(page, "+491700000208", "Otto");
    await writeToNumber(page, BEN);
    await send(page, "before the tunnel");
    await tick(page, "before the tunnel", "Delivered").waitFor();
    otto.serverAway = true;
    const gone = page.getByText("No connection.");
    await otto.context.setOffline(true);
    await gone.waitFor({ timeout: 4_000 }); // two seconds, and what a busy machine adds
    await send(page, "in the tunnel");
    await tick(page, "in the tunnel", "Waiting to be sent").waitFor();
    await otto.context.setOffline(false);
    await gone.waitFor({ state: "detached", timeout: 4_000 });
    await tick(page, "in the tunnel", "Delivered").waitFor();
    otto.serverAway = false;
    await otto.check();
    await otto.close();
  });

  it("a number that is registered elsewhere ends this device, which says so; contacts see the change", async () => {
    const elsewhere = await Device.open(browser, server.url);
    const page = await elsewhere.page();
    await register(page, ANA, "Ana");
    await anaPage.getByRole("heading", { name: "Registered on another device" }).waitFor();
    await writeToNumber(page, BEN);
    await send(page, "my new telephone");
    await openConversation(benPage, "Ana");
    await bubble(benPage, "my new telephone").waitFor();
    await benPage.getByText("The safety number with Ana changed").waitFor();
    await elsewhere.check();
    await elsewhere.close();

    // Taking it back stays begun: while the page asks the server, over a second tab, and without a connection.
    await anaPage.getByRole("button", { name: "Ask the server again" }).click();
    await anaPage.getByRole("button", { name: "Register this number here again" }).click();
    await anaPage.getByRole("button", { name: "Continue" }).click();
    const code = anaPage.getByLabel(/^Code/);
    await code.waitFor();
    await code.fill("12");
    const second = await ana.page();
    await second.getByRole("heading", { name: "Registered on another device" }).waitFor();
    ana.serverAway = true;
    await ana.context.setOffline(true);
    await anaPage.waitForTimeout(1_500);
    await ana.context.setOffline(false);
    await second.getByRole("button", { name: "Ask the server again" }).click();
    await anaPage.waitForTimeout(1_500);
    ana.serverAway = false;
    assert.equal(await code.inputValue(), "12");
    await second.close();
    await anaPage.getByRole("button", { name: "Back" }).click();
    await anaPage.getByLabel("Phone number").waitFor();
    await anaPage.getByRole("button", { name: "Back" }).click();
    await anaPage.getByRole("heading", { name: "Registered on another device" }).waitFor();
    await anaPage.getByRole("button", { name: "Start empty" }).click();
    await anaPage.waitForURL(/profile=new-/);
    await anaPage.getByLabel("Phone number").waitFor();
  });

  it("a number with a PIN is registered elsewhere only with it", async () => {
    await openSettings(benPage, /Security/);
    await benPage.getByRole("button", { name: "Set a PIN" }).click();
    await benPage.getByLabel("New PIN").fill("2468");
    await benPage.getByLabel("The same again").fill("2468");
    await benPage.getByRole("button", { name: "Save" }).click();
    await benPage.getByText("The PIN is set.").waitFor();
    await closeSettings(benPage);

    const elsewhere = await Device.open(browser, server.url);
    const page = await elsewhere.page();
    await page.getByLabel("Phone number").fill(BEN);
    await page.getByRole("button", { name: "Continue" }).click();
    const code = page.getByLabel(/^Code/);
    await code.waitFor();
    const right = await code.inputValue();
    await code.fill(right === "000000" ? "111111" : "000000");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").getByText("This code is wrong").waitFor();
    await code.fill(`${right.slice(0, 3)} ${right.slice(3)}`); // whole: tried at once
    await page.getByLabel("Registration PIN").fill("1357");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").getByText("This PIN is wrong").waitFor();
    assert.equal(await benPage.getByRole("heading", { name: "Registered on another device" }).count(), 0);
    elsewhere.problems.length = 0; // the browser writes refusals by the server on its console
    await elsewhere.close();
  });

  it("a browser without a private file system is told so", async () => {
    const old = await Device.open(browser, server.url);
    await old.context.addInitScript(() => {
      Object.defineProperty(StorageManager.prototype, "getDirectory", { value: undefined });
    });
    const page = await old.page();
    await page.getByRole("alert").getByText("no private file system").waitFor();
    await old.check();
    await old.close();
  });

  it("on a telephone shows one pane at a time, and the back button returns to the list", async () => {
    const phone = await Device.open(browser, server.url, {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await phone.page();
    await register(page, "+491700000204", "Pia");
    await writeToNumber(page, BEN);
    assert.equal(await page.locator("[data-pane=left]").isVisible(), false);
    await composer(page).fill("from my telephone");
    await page.getByRole("button", { name: "Send" }).click();
    await tick(page, "from my telephone", "Delivered").waitFor();
    await longPress(page, bubble(page, "from my telephone"));
    await page.getByRole("menuitem", { name: "Copy text" }).waitFor();
    await page.keyboard.press("Escape");
    await page.goBack();
    await row(page, "Ben").waitFor();
    assert.equal(await composer(page).isVisible(), false);
    await row(page, "Ben").click();
    await page.getByRole("button", { name: "Back to the conversations" }).click();
    await row(page, "Ben").waitFor();
    await phone.check();
    await phone.close();
  });
});
