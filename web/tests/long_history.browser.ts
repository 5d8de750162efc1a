// SPDX-License-Identifier: AGPL-3.0-or-later

// A conversation of thousands of messages: what is far back is found, read on from, and left again.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { bubble, eventually, messageTexts, openConversation, register, row } from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { Kithd, wasmFile } from "./support/kithd";

const ANA = "+491700000301";
const BEN = "+491700000302";
const MESSAGES = 2000;
const text = (number: number): string => `note n${number}x`;

describe("a long history", () => {
  let server: Kithd, browser: Browser, device: Device, page: Page, ben: NodeClient;

  before(async () => {
    server = await Kithd.start("[limits]\nsends_per_second = 0\nframes_per_second = 0\n");
    browser = await launchBrowser();
    device = await Device.open(browser, server.url);
    page = await device.page();
    await register(page, ANA, "Ana");
    ben = await NodeClient.start({ wasm: wasmFile });
    const { code } = await ben.call("requestCode", { server: server.url, handle: BEN });
    await ben.call("register", { server: server.url, handle: BEN, code, name: "Ben", deviceName: "Test" });
    await ben.call("connect");
    for (let number = 1; number <= MESSAGES; ++number)
      await ben.call("sendMessage", { handle: ANA, text: text(number) });
  });
  after(async () => {
    ben?.close();
    await browser?.close();
    await server?.stop();
  });

  /** The numbers on the page follow one another. */
  async function shown(): Promise<number[]> {
    const numbers = (await messageTexts(page)).map((each) => Number(/n(\d+)x/.exec(each)?.[1]));
    assert.deepEqual(
      numbers,
      numbers.map((_, at) => (numbers[0] as number) + at),
    );
    return numbers;
  }
  async function isInView(number: number): Promise<boolean> {
    const found = bubble(page, text(number));
    if ((await found.count()) === 0) return false;
    const [box, frame] = [await found.boundingBox(), await page.locator("[data-timeline]").boundingBox()];
    return box !== null && frame !== null && box.y >= frame.y && box.y + box.height <= frame.y + frame.height;
  }
  async function turnWheel(pixels: number): Promise<void> {
    const frame = await page.locator("[data-timeline]").boundingBox();
    if (frame === null) throw new Error("no conversation is open");
    await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 2);
    await page.mouse.wheel(0, pixels);
    await page.waitForTimeout(50);
  }

  it("comes in, and is shown with few rows", async () => {
    await row(page, "Ben").getByLabel(`${MESSAGES} unread`).waitFor();
    await openConversation(page, "Ben");
    await page.getByText("unread messages").waitFor();
    assert.ok((await shown()).length <= 240);
  });

  it("is searched, and opened at what was found", async () => {
    await page.getByLabel("Search conversations and messages").fill("n150x");
    await page.locator("section[aria-label=Messages] [data-row]").first().click();
    await eventually("it is in view", () => isInView(150));
    const numbers = await shown();
    assert.ok(numbers.length <= 240 && numbers.includes(151));
    await page.getByRole("button", { name: "Clear the search" }).click();
  });

  it("stands still while something comes, and says so", async () => {
    const unseen = async () => Number.parseInt(await page.getByRole("button", { name: "new message" }).innerText(), 10);
    const before = await unseen();
    await ben.call("sendMessage", { handle: ANA, text: text(MESSAGES + 1) });
    await eventually("it is counted", async () => (await unseen()) === before + 1);
    assert.ok(await isInView(150));
  });

  it("is read on from there in both directions, without a gap", async () => {
    let last = 0;
    for (let turn = 0; turn < 200 && last < 400; ++turn) {
      await turnWheel(400);
      last = (await shown()).at(-1) ?? 0;
    }
    assert.ok(last >= 400, `down to ${last}`);
    let first = MESSAGES;
    for (let turn = 0; turn < 300 && first > 1; ++turn) {
      await turnWheel(-600);
      first = (await shown())[0] ?? 0;
    }
    assert.equal(first, 1);
    await page.getByText("Messages here are end-to-end encrypted").waitFor();
  });

  it("is left for the newest in one step", async () => {
    await page.getByRole("button", { name: /new message|newest message/ }).click();
    await eventually("the newest is in view", () => isInView(MESSAGES + 1));
    assert.equal((await shown()).at(-1), MESSAGES + 1);
    await device.check();
  });
});
