// SPDX-License-Identifier: AGPL-3.0-or-later

// Films and sounds that play while they come, over a line that is slower than people.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { eventually, openConversation, register } from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { film } from "./support/films";
import { Kithd, wasmFile } from "./support/kithd";
import { SlowProxy } from "./support/slow_proxy";

const ANA = "+491700000701";
const BEN = "+491700000702";
const VIDEO = 2;
const AUDIO = 4;
const SECONDS = 40;
/** A film of this bitrate and a line of this throughput: all of it would take half a minute. */
const NOISE =
  "-vf noise=alls=100:allf=t -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 " +
  "-b:v 5M -minrate 5M -maxrate 5M -bufsize 5M";
const SLOW = 1_200_000;

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("[F17] what plays before it is whole", () => {
  let server: Kithd, proxy: SlowProxy, browser: Browser, device: Device, page: Page, ana: NodeClient;
  let front: Buffer, back: Buffer;

  before(async () => {
    front = film({ name: "front.mp4", options: `${NOISE} -c:a aac -movflags +faststart`, seconds: SECONDS });
    back = film({ name: "back.mp4", options: `${NOISE} -c:a aac`, seconds: SECONDS });
    assert.ok(Math.min(front.length, back.length) > 20_000_000, `films of ${front.length} and ${back.length} bytes`);
    server = await Kithd.start(`[media]\nmedia_bytes_max = 100000000\n`);
    proxy = await SlowProxy.start(server.url);
    browser = await launchBrowser(["--autoplay-policy=no-user-gesture-required"]);
    device = await Device.open(browser, proxy.url);
    page = await device.page();
    await register(page, BEN, "Ben Okafor");
    ana = await NodeClient.start({ wasm: wasmFile });
    const { code } = await ana.call("requestCode", { server: server.url, handle: ANA });
    await ana.call("register", { server: server.url, handle: ANA, code, name: "Ana Ferreira", deviceName: "Node" });
    await ana.call("connect");
    await ana.call("sendMessage", { handle: BEN, text: "Films" });
    await page.locator("[data-pane=left] [data-row]", { hasText: "Ana Ferreira" }).waitFor();
    await page.reload(); // the service worker has the page from now on
    await openConversation(page, "Ana Ferreira");
  });
  after(async () => {
    ana?.close();
    await browser?.close();
    await proxy?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    proxy.files.length = 0;
    proxy.bytesPerSecond = SLOW;
  });
  afterEach(async () => {
    proxy.bytesPerSecond = Infinity;
    proxy.changedAt = -1;
    device.serverAway = false;
    await device.check();
  });

  /** Sends it; where it is on the page then. */
  async function comes(file: Buffer, kind = VIDEO, mimeType = "video/mp4", of = page): Promise<Locator> {
    const part = kind === VIDEO ? "video" : "audio";
    const placesOn = (shown: Page) => shown.locator(`[data-message] [data-part=${part}]`);
    const places = placesOn(of);
    const before = await placesOn(page).count();
    await eventually("all that came before is shown", async () => (await places.count()) === before);
    const sealed = await ana.seal(new Blob([new Uint8Array(file)]));
    const size = BigInt(file.length);
    const shown = { width: 320, height: 180, durationMs: SECONDS * 1000, name: kind === VIDEO ? "" : "a sound" };
    const about = { kind, mimeType, size, ...shown };
    await ana.call("sendMessage", { handle: BEN, attachment: { file: sealed, about } });
    await eventually("it is told of", async () => (await places.count()) > before);
    const place = places.nth(before);
    await place.scrollIntoViewIfNeeded();
    await place.locator("[data-part=fetch]").waitFor();
    return place;
  }
  async function play(place: Locator): Promise<Locator> {
    await place.locator("[data-part=open]").click();
    const video = place.locator("video");
    await eventually("it plays", () => video.evaluate((it: HTMLVideoElement) => it.currentTime > 0.5));
    return video;
  }
  const seek = async (video: Locator, to: number): Promise<void> => {
    await video.evaluate((it: HTMLVideoElement, seconds) => (it.currentTime = seconds), to);
    await eventually("it goes on from there", () =>
      video.evaluate((it: HTMLVideoElement, from) => !it.seeking && it.currentTime > from + 0.3, to),
    );
  };
  const isWhole = () => proxy.files.some(({ range, whole }) => whole && !/-\d+$/.test(range ?? ""));
  /** With the server's files away: it is on the device. */
  async function isHereAs(file: Buffer, place: Locator): Promise<void> {
    proxy.bytesPerSecond = Infinity;
    await place.locator("[data-part=progress]").waitFor({ state: "detached" });
    proxy.filesAway = true;
    const read = await place.locator("video").evaluate(async (it: HTMLVideoElement) => {
      const bytes = await (await fetch(it.currentSrc)).arrayBuffer();
      return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) =>
        byte.toString(16).padStart(2, "0"),
      ).join("");
    });
    proxy.filesAway = false;
    assert.equal(read, digestOf(file));
  }

  for (const [where, made] of [
    ["comes first", () => front],
    ["comes last", () => back],
  ] as const)
    it(`is a film whose table of contents ${where}: it plays, is sought in, and is whole afterwards`, async () => {
      const place = await comes(made());
      const video = await play(place);
      assert.deepEqual(
        await video.evaluate((it: HTMLVideoElement) => [it.videoWidth, it.videoHeight, Math.round(it.duration)]),
        [320, 180, SECONDS],
      );
      assert.ok(!isWhole(), "it was not whole yet");
      await place.locator("[data-part=progress]").waitFor();
      await seek(video, SECONDS - 4);
      await seek(video, SECONDS / 2);
      assert.ok(!isWhole(), "nor was it then");
      const windows = proxy.files.filter(({ range }) => /-\d+$/.test(range ?? ""));
      assert.ok(windows.length > 0 && windows.every(({ bytes }) => bytes <= 2 * 1024 * 1024));
      await isHereAs(made(), place);
    });

  it("is a film in a tab that does not fetch it", async () => {
    const second = await device.page();
    await openConversation(second, "Ana Ferreira");
    const place = await comes(front, VIDEO, "video/mp4", second);
    const video = await play(place);
    await seek(video, SECONDS - 4);
    assert.ok(!isWhole());
    await isHereAs(front, place);
    await second.close();
  });

  it("waits while the server is away, and goes on by itself", async () => {
    const place = await comes(front);
    const video = await play(place);
    device.serverAway = true;
    proxy.setAway(true);
    await eventually("it waits", () => video.evaluate((it: HTMLVideoElement) => it.readyState < 3));
    const stood = await video.evaluate((it: HTMLVideoElement) => it.currentTime);
    await place.getByRole("status").waitFor();
    await page.waitForTimeout(25_000); // longer than a service worker waits for a page that says nothing
    assert.equal(await video.count(), 1, "it is not given up");
    proxy.setAway(false);
    await eventually("it goes on", () => video.evaluate((it: HTMLVideoElement, at) => it.currentTime > at + 1, stood));
    await isHereAs(front, place);
  });

  it("is given up: the film and its file", async () => {
    const place = await comes(front);
    await play(place);
    await place.locator("[data-part=progress]").click();
    await place.locator("[data-part=fetch]").waitFor();
    assert.equal(await place.locator("video").count(), 0);
    const asked = () => proxy.files.reduce((sum, { bytes }) => sum + bytes, 0);
    await eventually("nothing comes any more", async () => {
      const before = asked();
      await page.waitForTimeout(2_000);
      return asked() === before;
    });
    assert.ok(!isWhole(), "before all of it had come");
  });

  it("and has a chunk ahead that is not its sender's breaks off there, and is told to be another file", async () => {
    device.serverAway = true; // what the browser says of a response that is broken off
    proxy.changedAt = Math.floor(front.length * 0.8);
    const place = await comes(front);
    const video = await play(place);
    await video.evaluate((it: HTMLVideoElement, to) => (it.currentTime = to), SECONDS * 0.78);
    await place.getByText("This can't be played before all of it is here.").waitFor();
    assert.ok(!isWhole());
    proxy.bytesPerSecond = Infinity;
    await place.getByText("What came is another file than the one that was sent.").waitFor();
    assert.equal(await place.locator("video").count(), 0);
  });

  it("is a sound", async () => {
    const wav = film({ name: "long.wav", options: "-vn -c:a pcm_s16le", seconds: 200 });
    const place = await comes(wav, AUDIO, "audio/wav");
    await place.locator("[data-part=play]").click();
    const slider = place.getByRole("slider");
    await eventually("it goes on", async () => Number(await slider.getAttribute("aria-valuenow")) > 0);
    assert.ok(!isWhole());
    await place.locator("[data-part=progress]").waitFor();
    await slider.press("End");
    await eventually("it ends", async () => (await place.getByRole("button", { name: /^Pause/ }).count()) === 0);
    assert.ok(!isWhole());
  });
});
