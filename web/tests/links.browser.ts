// SPDX-License-Identifier: AGPL-3.0-or-later

// Links in messages, from who writes one to who reads it, on scripted cores: what would be sent is what the other one
// gets. The page has the policy that kithd gives it, of which the server of the sources says that it breaks it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser, Page, Request } from "playwright-core";

import { bubble, composer, openConversation } from "./support/actions";
import { launchBrowser, type Device } from "./support/browser";
import { Harness, within } from "./support/harness";

const source = readFileSync(new URL("../../net/static_files.cc", import.meta.url), "utf8");
const POLICY = [...(/kContentSecurityPolicy =([^;]|;(?!\n))*;\n/.exec(source)?.[0].matchAll(/"([^"]*)"/g) ?? [])]
  .map(([, part]) => part)
  .join("");
const LINK = "https://wander.example/five";
const VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90";
const PLAYER = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&playsinline=1&rel=0&start=90";
const HOSTILE = `<title>Five easy walks</title><meta property=og:image content=https://cdn.example/forest.png>
  <script>window.pwned = 1; fetch("https://spy.example/1")</script><img src=https://spy.example/2 onerror=pwned=2>
  <iframe src=https://spy.example/3></iframe><link rel=stylesheet href=https://spy.example/4>
  <link rel=preconnect href=https://spy.example><meta http-equiv=refresh content="0;url=https://spy.example/5">
  <video src=https://spy.example/6 poster=https://spy.example/7></video>`;

interface Seat {
  device: Device;
  page: Page;
  /** Requests to others. */
  asked: Request[];
}

describe("links in messages [F16]", () => {
  let harness: Harness, browser: Browser, ana: Seat, ben: Seat;

  async function sit(): Promise<Seat> {
    const device = await harness.device(browser);
    device.context.setDefaultTimeout(120_000);
    const asked: Request[] = [];
    device.context.on("request", (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(harness.url)) asked.push(request);
    });
    await device.context.route(/^https:/, (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>Player</title><p>playing" }),
    );
    await device.context.route(/tests\/harness\/index\.html/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, headers: { ...answer.headers(), "content-security-policy": POLICY } });
    });
    const page = await harness.page(device, (core, { state }) => {
      const now = state({ linkFetching: true });
      core.on("getState", () => now);
      core.on("connect", () => now);
    });
    await openConversation(page, "Ben");
    return { device, page, asked };
  }

  before(async () => {
    assert.match(POLICY, /frame-src 'self' https:\/\/www\.youtube-nocookie\.com;/);
    harness = await Harness.start();
    browser = await launchBrowser();
    [ana, ben] = [await sit(), await sit()];
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });

  /** What Ana's page would send last comes to Ben. */
  async function deliver(): Promise<void> {
    const sent = await within(ana.page, ({ core }) => {
      const params = core.called("sendMessage").at(-1) as { text: string; preview?: { thumbnail: Uint8Array } };
      const { text, preview } = params;
      return { text, preview: preview && { ...preview, thumbnail: [...preview.thumbnail] } };
    });
    await ben.page.evaluate(({ text, preview }) => {
      const { core, testing } = window.kith;
      const made = preview && { ...preview, thumbnail: Uint8Array.from(preview.thumbnail) };
      const value = made === undefined ? { text } : { text, preview: made };
      core.receive(testing.message({ atMs: Date.now(), body: { case: "text", value } } as never));
    }, sent);
  }

  it("nothing is asked before previews are wanted", async () => {
    await composer(ana.page).fill(`See ${LINK} `);
    const question = ana.page.getByRole("group", { name: "Show previews of links you send?" });
    await question.waitFor();
    assert.equal(await within(ana.page, ({ core }) => core.called("fetchLink").length), 0);
    await ana.page.evaluate((html) => {
      const { core } = window.kith;
      const picture = async () => {
        const canvas = new OffscreenCanvas(1200, 630);
        const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
        context.fillStyle = "rgb(40, 120, 40)";
        context.fillRect(0, 0, 1200, 630);
        return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      };
      core.on("setSettings", () => ({ linkPreviews: true }));
      core.on("fetchLink", async ({ url, what }) => ({
        body: what === 1 ? new TextEncoder().encode(html) : await picture(),
        contentType: what === 1 ? "text/html" : "image/png",
        finalUrl: url,
      }));
    }, HOSTILE);
    await question.getByRole("button", { name: "Show previews" }).click();
  });

  it("a hostile page becomes words and a small picture, and its browser asks nobody", async () => {
    await ana.page.locator("[data-part=composer-link][data-stage=there]").waitFor();
    await composer(ana.page).press("Enter");
    await ana.page.waitForFunction(() => window.kith.core.called("sendMessage").length > 0);
    const { preview } = await within(ana.page, ({ core }) => {
      const params = core.called("sendMessage").at(-1) as {
        preview: { url: string; title: string; width: number; height: number; thumbnail: Uint8Array };
      };
      const { url, title, width, height, thumbnail } = params.preview;
      return { preview: { url, title, width, height, bytes: thumbnail.length, begins: [...thumbnail.slice(0, 3)] } };
    });
    assert.ok(preview.bytes > 100 && preview.bytes <= 24_576, `${preview.bytes} bytes`);
    assert.deepEqual(preview, {
      ...preview,
      url: LINK,
      title: "Five easy walks",
      width: 480,
      height: 252,
      begins: [0xff, 0xd8, 0xff],
    });
    assert.equal(await ana.page.evaluate(() => "pwned" in window), false);
    assert.deepEqual(
      ana.asked.map((request) => request.url()),
      [],
    );
  });

  it("whoever gets it sees what the link leads to, and their browser asks nobody", async () => {
    await deliver();
    const card = bubble(ben.page, LINK).locator("[data-part=link-card]");
    await card.getByText("Five easy walks").waitFor();
    assert.equal(await card.locator("[data-part=link-host]").innerText(), "wander.example");
    assert.equal(await card.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth), 480);
    assert.deepEqual(ben.asked, []);
  });

  it("a video of YouTube asks nobody before a click, and then one host, in a frame without cookies", async () => {
    await ben.page.evaluate((text) => {
      const { core, testing } = window.kith;
      core.receive(testing.message({ atMs: Date.now(), text }));
    }, VIDEO);
    const card = bubble(ben.page, VIDEO).locator("[data-part=link-card]");
    const play = card.getByRole("button", { name: /^Play/ });
    await play.hover();
    await ben.page.waitForTimeout(500);
    assert.equal(ben.asked.length, 0);
    await play.click();
    await card.frameLocator("iframe").getByText("playing").waitFor();
    assert.deepEqual(
      ben.asked.map((request) => request.url()),
      [PLAYER],
    );
    const headers = (await ben.asked[0]?.allHeaders()) ?? {};
    assert.equal(headers.cookie, undefined);
    await card.getByRole("button", { name: "Stop the video" }).click();
    assert.equal(await card.locator("iframe").count(), 0);
  });
});
