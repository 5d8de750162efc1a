// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that are attacks, from somebody who writes with a program of their own and says of each what they like: each is
// a picture of what is in it, or says what is wrong, or is a file to be saved; nothing of it runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import type { Browser, Locator, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { eventually, openConversation, register } from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { Kithd, wasmFile } from "./support/kithd";

const EVE = "+491700000801";
const BEN = "+491700000802";
const MEGABYTE = 1024 * 1024;
const PHOTO = 1;
const VIDEO = 2;
const AUDIO = 4;
const DOCUMENT = 5;
const STICKER = 6;
const ANIMATION = 7;
const PARTS = new Map([
  [PHOTO, "photo"],
  [VIDEO, "video"],
  [AUDIO, "audio"],
  [DOCUMENT, "document"],
  [STICKER, "sticker"],
  [ANIMATION, "animation"],
]);

/** In a page, or in a Worker. */
const RUN = "globalThis.ranInTheApp = 1; postMessage('ran')";
const SCRIPT = `<script>${RUN}</script>`;

// ---------------------------------------------------------------- what is sent

const little16 = (value: number): number[] => [value & 255, value >> 8];

/** Of one colour; what a reader of pictures goes by is the first size, what some unpack is the second. */
function gif(screen: number, frame: number, pixels: Buffer): Buffer {
  const head = [...Buffer.from("GIF89a"), ...little16(screen), ...little16(screen), 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const picture = [0x2c, 0, 0, 0, 0, ...little16(frame), ...little16(frame), 0];
  return Buffer.concat([Buffer.from([...head, ...picture]), pixels, Buffer.from([0x3b])]);
}
/** The first pixel, and the end. Source: the GIF89a specification, appendix F. */
const ONE_PIXEL = Buffer.from([2, 2, 0x44, 1, 0]);

function png(width: number, height: number, rows = height): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // a bit for each pixel, without colours
  const bits = deflateSync(Buffer.alloc(rows * (1 + Math.ceil(width / 8))), { level: 9 });
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", bits), chunk("IEND", Buffer.of())]);
}

interface Attack {
  kind: number;
  type: string;
  name: string;
  bytes: Buffer;
  about?: { thumbnail?: Uint8Array; thumbhash?: Uint8Array; waveform?: Uint8Array; width?: number; height?: number };
}

describe("files that are attacks", () => {
  let server: Kithd, browser: Browser, device: Device, page: Page, eve: NodeClient;

  before(async () => {
    server = await Kithd.start();
    browser = await launchBrowser(["--autoplay-policy=no-user-gesture-required"]);
    device = await Device.open(browser, server.url);
    page = await device.page();
    page.on("dialog", (dialog) => {
      device.problems.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await register(page, BEN, "Ben Okafor");
    eve = await NodeClient.start({ wasm: wasmFile });
    const { code } = await eve.call("requestCode", { server: server.url, handle: EVE });
    await eve.call("register", { server: server.url, handle: EVE, code, name: "Eve Marsh", deviceName: "Node" });
    await eve.call("connect");
    await eve.call("sendMessage", { handle: BEN, text: "Look" });
    await page.locator("[data-pane=left] [data-row]", { hasText: "Eve Marsh" }).waitFor();
    await page.reload(); // the service worker has the page from now on
    await openConversation(page, "Eve Marsh");
  });
  after(async () => {
    eve?.close();
    await browser?.close();
    await server?.stop();
  });
  afterEach(async () => {
    assert.equal(await page.evaluate(() => (globalThis as { ranInTheApp?: unknown }).ranInTheApp), undefined);
    assert.equal(device.context.pages().length, 1, "nothing has opened a page");
    await device.check();
    device.serverAway = false;
  });

  /** Where it is on the page, with its file here. */
  async function comes({ kind, type, name, bytes, about = {} }: Attack): Promise<Locator> {
    const messages = page.locator("[data-message]");
    const before = await messages.count();
    const file = await eve.seal(new Blob([new Uint8Array(bytes)]));
    const attachment = { file, about: { kind, mimeType: type, name, size: BigInt(bytes.length), ...about } };
    await eve.call("sendMessage", { handle: BEN, attachment });
    await eventually("it is told of", async () => (await messages.count()) > before);
    const place = messages.nth(before).locator(`[data-part=${PARTS.get(kind)}]`);
    await place.scrollIntoViewIfNeeded();
    const get = place.locator("[data-part=fetch]");
    await eventually("its file is here", async () => {
      if (await get.isVisible()) await get.click().catch(() => undefined); // it has just gone
      return (await get.or(place.locator("[data-part=progress]")).count()) === 0;
    });
    return place;
  }
  async function isSavedAs(press: Locator, bytes: Buffer): Promise<string> {
    const saving = page.waitForEvent("download");
    await press.click();
    const download = await saving;
    assert.ok(bytes.equals(readFileSync(await download.path())));
    return download.suggestedFilename();
  }
  const isDrawn = (place: Locator): Promise<boolean> =>
    place
      .locator("img")
      .last()
      .evaluate((image: HTMLImageElement) => image.src.startsWith("blob:") && image.complete && image.naturalWidth > 0);
  /** Of everything that draws pages, in bytes. */
  async function memory(): Promise<number> {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    return processInfo.reduce((sum, { id }) => {
      const pages = Number(/^\d+ (\d+)/.exec(readFileSync(`/proc/${id}/statm`, "latin1"))?.[1] ?? 0);
      return sum + pages * 4096;
    }, 0);
  }

  it("a GIF that is a script as well is a picture, and no script", async () => {
    // The width of the picture begins a comment of JavaScript, which ends behind the picture.
    const bytes = gif(0x2a2f, 1, ONE_PIXEL);
    const script = Buffer.concat([bytes, Buffer.from(`*/=1;${RUN};`)]);
    const place = await comes({ kind: PHOTO, type: "text/javascript", name: "a.js", bytes: script });
    await place.getByText("This picture has too many pixels to be shown here.").waitFor();
    assert.match(await isSavedAs(place.getByRole("button", { name: "Save it as a file" }), script), /\.js$|^Kith/);
  });

  it("a JPEG with a page behind it is drawn, and is no page", async () => {
    const jpeg = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(200, 100);
      canvas.getContext("2d")?.fillRect(0, 0, 200, 100);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer())];
    });
    const bytes = Buffer.concat([Buffer.from(jpeg), Buffer.from(`<!doctype html><html>${SCRIPT}</html>`)]);
    for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml"]) {
      const place = await comes({ kind: PHOTO, type, name: "photo.html", bytes });
      await eventually("it is drawn", () => isDrawn(place));
    }
  });

  it("what is PDF, ZIP and a page in one is a document to be saved, whatever it is said to be", async () => {
    const zip = Buffer.from([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]);
    const bytes = Buffer.concat([Buffer.from(`%PDF-1.7\n<!doctype html>${SCRIPT}<svg onload="${RUN}">\n`), zip]);
    for (const [type, name, as] of [
      ["text/html", "invoice.html", /^invoice\.html$/],
      ["application/pdf", "../../invoice.pdf", /^invoice\.pdf$/],
      ["image/svg+xml", "picture.svg", /^picture\.svg$/],
      ["text/javascript", "sw.js", /^sw\.js$/],
    ] as const) {
      const place = await comes({ kind: DOCUMENT, type, name, bytes });
      assert.match(await isSavedAs(place.locator("[data-part=save]"), bytes), as);
    }
  });

  it("an SVG with a script that is called a PNG is no picture", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${RUN}">${SCRIPT}</svg>`;
    const bytes = Buffer.from(svg);
    for (const kind of [PHOTO, STICKER]) {
      const place = await comes({ kind, type: "image/png", name: "a.png", bytes, about: { thumbnail: bytes } });
      await place.getByText("This isn't a picture, whatever it says it is.").waitFor();
      assert.equal(await place.locator("img").count(), 0, "nor is the small one");
    }
  });

  it("a page that is called a film or a sound does not play, and can be saved", async () => {
    device.serverAway = true; // what the browser says of it
    const bytes = Buffer.from(`<!doctype html>${SCRIPT}`);
    const film = await comes({ kind: VIDEO, type: "video/mp4", name: "a.mp4", bytes });
    await film.locator("[data-part=open]").click();
    await film.getByText("This can't be played here.").waitFor();
    await isSavedAs(film.getByRole("button", { name: "Save it as a file" }), bytes);
    const sound = await comes({ kind: AUDIO, type: "audio/mpeg", name: "a.mp3", bytes });
    await sound.locator("[data-part=play]").click();
    await sound.getByText("This can't be played here.").waitFor();
  });

  it("an address of a file under another type, in every place that runs something, runs nothing", async () => {
    device.serverAway = true; // what the browser says of what is refused
    const bytes = Buffer.concat([
      Buffer.from(`/*<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`),
      Buffer.from(`*/${RUN};`),
    ]);
    const film = await comes({ kind: VIDEO, type: "video/mp4", name: "a.mp4", bytes });
    const asking = page.waitForRequest(/\/media\//);
    await film.locator("[data-part=open]").click();
    const address = (await asking).url();
    const outcomes = await page.evaluate(async (src) => {
      const found: string[] = [];
      const ends = (element: HTMLElement): Promise<string> =>
        new Promise((resolve) => {
          element.addEventListener("load", () => resolve("loaded"));
          element.addEventListener("error", () => resolve("refused"));
          setTimeout(resolve, 3_000, "nothing");
          document.body.append(element);
        });
      for (const type of [
        "text/javascript",
        "text/html",
        "image/svg+xml",
        "text/css",
        "application/wasm",
        "audio/mpeg",
      ]) {
        const url = new URL(src);
        url.searchParams.set("type", type);
        const script = document.createElement("script");
        script.src = url.href;
        const module = Object.assign(document.createElement("script"), { type: "module", src: url.href });
        const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: url.href });
        for (const each of [script, module, style]) found.push(`${type}: ${await ends(each)}`);
        for (const make of [
          () => import(url.href),
          () => navigator.serviceWorker.register(url.href),
          () =>
            new Promise((resolve, reject) => {
              const worker = new Worker(url.href);
              worker.addEventListener("message", resolve);
              worker.addEventListener("error", () => reject(new Error("refused")));
            }),
        ])
          found.push(
            `${type}: ${await make().then(
              () => "loaded",
              () => "refused",
            )}`,
          );
      }
      return found.filter((each) => each.endsWith("loaded"));
    }, address);
    assert.deepEqual(outcomes, []);
    const said = device.problems.splice(0);
    const wanted = /Refused to (execute script|apply style)|unsupported MIME type/;
    assert.deepEqual(
      said.filter((each) => !wanted.test(each)),
      [],
    );
    assert.ok(said.length > 0);
  });

  it("a picture of more pixels than memory holds is not unpacked, whatever says how many they are", async () => {
    const before = await memory();
    const bombs: [string, Buffer][] = [
      ["a PNG that says 50,000 by 50,000", png(50_000, 50_000, 1)],
      ["a PNG that is 30,000 by 30,000", png(30_000, 30_000)],
      ["a PNG of one row", png(4_000_000, 1)],
      ["a GIF whose only picture is larger than its screen", gif(9, 60_000, ONE_PIXEL)],
    ];
    for (const [what, bytes] of bombs) {
      assert.ok(bytes.length < MEGABYTE, `${what} has ${bytes.length} bytes`);
      for (const kind of [PHOTO, ANIMATION]) {
        const about = { width: 640, height: 480, thumbnail: png(50_000, 50_000, 1) };
        const place = await comes({ kind, type: "image/png", name: "a.png", bytes, about });
        await place.getByText("This picture has too many pixels to be shown here.").waitFor();
        assert.equal(await place.locator("img").count(), 0, what);
      }
    }
    assert.ok((await memory()) - before < 300 * MEGABYTE, `${(await memory()) - before} bytes more`);
  });

  it("a picture just within the limit is drawn, in the memory that its pixels take", async () => {
    const before = await memory();
    const place = await comes({ kind: PHOTO, type: "image/png", name: "a.png", bytes: png(8_000, 6_000) });
    await eventually("it is drawn", () => isDrawn(place));
    assert.ok((await memory()) - before < 700 * MEGABYTE, `${(await memory()) - before} bytes more`);
  });
});
