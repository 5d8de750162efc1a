// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files in Chromium: in OPFS, over the network, by the service worker. The page is tests/media, without a core.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, BrowserContext, Download, Page } from "playwright-core";

import { FileFetched_Outcome as Outcome } from "../core-client/generated/client_api/host_pb";
import { FileServer } from "../core-client/testing/file_server";
import type { MediaTesting } from "./media/media";
import { eventually } from "./support/actions";
import { launchBrowser, NAMED } from "./support/browser";
import { Harness } from "./support/harness";
import { sampleVideo, VIDEO_SECONDS } from "./support/sample_video";

const MESSAGE = "0123456789abcdef".repeat(2);
const MEGABYTE = 1024 * 1024;

let harness: Harness, browser: Browser, context: BrowserContext, server: FileServer;
let problems: string[];

before(async () => {
  harness = await Harness.start();
  browser = await launchBrowser(["--autoplay-policy=no-user-gesture-required"]);
});
after(async () => {
  await browser?.close();
  await harness?.stop();
});
beforeEach(async () => {
  problems = [];
  server = await FileServer.start();
  context = await browser.newContext({ acceptDownloads: true });
  context.setDefaultTimeout(30_000);
  await context.addInitScript(NAMED);
});
afterEach(async () => {
  await context.close();
  await server.stop();
  assert.deepEqual(problems, []);
});

async function open(profile = "main"): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`an error: ${error.stack ?? error.message}`));
  await page.goto(`${harness.url}/tests/media/index.html?profile=${profile}`);
  await page.waitForFunction(() => "testing" in window);
  return page;
}

function within<Argument, Result>(
  page: Page,
  act: (testing: MediaTesting, argument: Argument) => Result,
  argument?: Argument,
): Promise<Awaited<Result>> {
  const given = JSON.stringify(argument ?? null);
  return page.evaluate(`(${act.toString()})(window.testing, ${given})`) as Promise<Awaited<Result>>;
}

/** A file of numbered bytes, sealed: its name, and the message that has it. */
const sealed = (page: Page, size: number) =>
  within(
    page,
    async ({ media, know }, [message, bytes]) => {
      const file = Uint8Array.from({ length: bytes as number }, (_, at) => at * 31 + Math.floor(at / 251));
      const made = await media.seal(new Blob([file]));
      return { name: await know(message as string, made), digest: [...made.digest] };
    },
    [MESSAGE, size],
  );

/** What is wrong with the bytes of the message's file, as the page reads them. */
const wrongBytes = (page: Page, size: number) =>
  within(
    page,
    async ({ media }, [message, bytes]) => {
      const file = await media.readMedia(message as string);
      if (file.length !== bytes) return `${file.length} bytes`;
      const at = file.findIndex((byte, index) => byte !== ((index * 31 + Math.floor(index / 251)) & 255));
      return at < 0 ? "nothing" : `byte ${at}`;
    },
    [MESSAGE, size],
  );

describe("Files in the browser", () => {
  test("of odd sizes are sealed and come back as they were", async () => {
    const page = await open();
    for (const size of [1, 65_535, 65_537, 3_000_001]) {
      await sealed(page, size);
      assert.equal(await wrongBytes(page, size), "nothing", `of ${size} bytes`);
    }
    assert.equal((await within(page, ({ kept }) => kept())).length, 4);
  });

  test("are read by every tab, and sealed in several at once", async () => {
    const [one, two] = [await open(), await open()];
    const sizes = [2_000_000, 5_000_000];
    const [first, second] = await Promise.all([sealed(one, sizes[0] ?? 0), sealed(two, sizes[1] ?? 0)]);
    assert.equal(await wrongBytes(one, sizes[0] ?? 0), "nothing");
    assert.equal(await wrongBytes(two, sizes[1] ?? 0), "nothing");
    const names = await within(one, ({ kept }) => kept());
    assert.deepEqual(names, [first.name, second.name].sort());
    const other = await open("other");
    assert.equal(await within(other, ({ kept }) => kept().catch(() => "none")), "none");
  });

  test("of which sealing is called off, or the tab closed, leave nothing that is taken for a file", async () => {
    const page = await open();
    const reason = await within(page, async ({ media, reasonOf }) => {
      const aborter = new AbortController();
      const progress = () => aborter.abort();
      return media.seal(new Blob([new Uint8Array(60_000_000)]), { signal: aborter.signal, progress }).catch(reasonOf);
    });
    assert.equal(reason, "aborted");
    assert.deepEqual(await within(page, ({ kept }) => kept()), []);
    await within(page, ({ media }) => {
      return new Promise<void>((resolve) => {
        void media.seal(new Blob([new Uint8Array(200_000_000)]), { progress: () => resolve() });
      });
    });
    await page.close();
    const next = await open();
    const left = await within(next, ({ kept }) => kept());
    assert.ok(
      left.every((name) => name.endsWith(".new")),
      left.join(),
    );
  });

  test("have no more room than the browser gives: it is said, and nothing half is left", async () => {
    const page = await open();
    const session = await context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: harness.url, quotaSize: 8 * MEGABYTE });
    const reason = await within(page, ({ media, reasonOf }) =>
      media.seal(new Blob([new Uint8Array(30_000_000)])).catch(reasonOf),
    );
    assert.equal(reason, "noRoom");
    assert.deepEqual(await within(page, ({ kept }) => kept()), []);
    server.file = new Uint8Array(30 * MEGABYTE);
    const wanted = { url: server.url, file: "a".repeat(32), size: server.file.length, digest: [] };
    const fetched = await within(page, ({ fetchFile }, given) => fetchFile(given as never), wanted);
    assert.equal(fetched.outcome, Outcome.kNoRoom);
    await session.send("Storage.overrideQuotaForOrigin", { origin: harness.url });
  });

  test("that the browser has lost or changed are broken, and not wrong bytes", async () => {
    const page = await open();
    const { name } = await sealed(page, 300_000);
    await page.evaluate(async (file) => {
      let folder = await navigator.storage.getDirectory();
      for (const step of ["kith", "main", "media", file.slice(0, 2)]) folder = await folder.getDirectoryHandle(step);
      const writable = await (await folder.getFileHandle(file)).createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position: 100_000, data: new Uint8Array([1, 2, 3]) });
      await writable.close();
    }, name);
    const read = () =>
      within(page, ({ media, reasonOf }, id) => media.readMedia(id).then(() => "read", reasonOf), MESSAGE);
    assert.equal(await read(), "broken");
    await within(page, ({ files }, file) => files.remove(file), name);
    await eventually("it is removed", async () => (await within(page, ({ kept }) => kept())).length === 0);
    assert.equal(await read(), "broken");
  });
});

describe("Files over the network", () => {
  const FILE = "b".repeat(32);
  let page: Page;
  let digest: number[];

  beforeEach(async () => {
    page = await open();
    const { name, digest: made } = await sealed(page, 5_000_000);
    digest = made;
    const bytes = await page.evaluate(async (file) => {
      const text = new FileReader();
      text.readAsDataURL(await window.testing.bytesOf(file));
      await new Promise((resolve) => text.addEventListener("load", resolve));
      return (text.result as string).split(",")[1] ?? "";
    }, name);
    server.file = Buffer.from(bytes, "base64");
  });
  const fetchIt = (cancelAt?: number) =>
    within(
      page,
      ({ fetchFile }, { bytes, cancel, ...wanted }) =>
        fetchFile({ ...wanted, digest: new Uint8Array(bytes) }, cancel ?? Infinity),
      { url: server.url, file: FILE, size: server.file.length, bytes: digest, cancel: cancelAt },
    );
  const ranges = () => server.seen.filter(({ method }) => method === "GET").map(({ range }) => range);

  test("come whole, and go on from where they broke off", async () => {
    server.breakAfter = 2_000_000;
    assert.equal((await fetchIt()).outcome, Outcome.kBrokeOff);
    server.breakAfter = Infinity;
    const { outcome, told } = await fetchIt();
    assert.equal(outcome, Outcome.kWhole);
    assert.ok(told.every((done, at) => done > (told[at - 1] ?? 0)));
    const [first, second] = ranges();
    assert.equal(first, undefined);
    assert.match(second ?? "", /^bytes=[1-9]\d+-$/);
    assert.deepEqual(await within(page, ({ kept }) => kept()).then((names) => names.includes(FILE)), true);
    assert.equal((await fetchIt()).outcome, Outcome.kWhole);
    assert.equal(ranges().length, 2, "it is there already");
  });

  test("that are others are removed, and refusals are told", async () => {
    const right = server.file;
    server.file = Buffer.from(right).reverse();
    assert.equal((await fetchIt()).outcome, Outcome.kOtherFile);
    server.file = right;
    server.status = 404;
    const refused = await fetchIt();
    assert.deepEqual([refused.outcome, refused.status], [Outcome.kRefused, 404]);
    assert.ok(!(await within(page, ({ kept }) => kept())).some((name) => name === FILE));
  });

  test("that are called off keep what came, for the next time", async () => {
    server.stallAfter = 1_000_000;
    assert.equal((await fetchIt(1)).outcome, "cancelled");
    server.stallAfter = Infinity;
    assert.equal((await fetchIt()).outcome, Outcome.kWhole);
    assert.match(ranges().at(-1) ?? "", /^bytes=[1-9]\d+-$/);
  });

  test("go up in parts, which are those of the file", async () => {
    const name = (await within(page, ({ kept }) => kept()))[0] ?? "";
    const { answer, told } = await within(
      page,
      ({ sendPart }, [url, file]) => sendPart(url ?? "", file ?? "", 1_000_000, 3_000_000),
      [server.url, name],
    );
    assert.ok(typeof answer === "object" && answer.status === 204);
    assert.ok(told.every((done) => done <= 3_000_000));
    const body = server.seen.at(-1)?.body ?? Buffer.of();
    assert.equal(Buffer.compare(body, server.file.subarray(1_000_000, 4_000_000)), 0);
    const beyond = await within(
      page,
      ({ sendPart }, [url, file]) => sendPart(url ?? "", file ?? "", 1_000_000, 30_000_000),
      [server.url, name],
    );
    assert.equal(beyond.answer, "missing");
  });
});

describe("Addresses of files", () => {
  let page: Page;
  beforeEach(async () => {
    page = await open();
    await within(page, ({ serviceWorker }) => serviceWorker());
  });

  const put = (head: Buffer, gap = 0, tail: Buffer = Buffer.of()) =>
    page.evaluate(
      async ([id = "", from = "", zeros = "", to = ""]) => {
        const bytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const blob = new Blob([bytes(from), new Uint8Array(Number(zeros)), bytes(to)]);
        return window.testing.know(id, await window.testing.media.seal(blob));
      },
      [MESSAGE, head.toString("base64"), String(gap), tail.toString("base64")],
    );
  const address = (options: { type: string; download?: string }) =>
    within(page, ({ media }, [id, more]) => media.mediaUrl(id as string, more as never), [MESSAGE, options]);

  const save = (from: Page, name: string) =>
    Promise.all([
      from.waitForEvent("download"),
      within(from, ({ media }, [id = "", as = ""]) => media.saveMedia(id, { type: "text/html", name: as }), [
        MESSAGE,
        name,
      ]),
    ]);

  test("play a video from anywhere, without reading what is between", async () => {
    const gap = 40 * MEGABYTE;
    const { head, tail } = sampleVideo(gap);
    await put(head, gap, tail);
    const counted: string[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/media/")) counted.push(response.headers()["content-range"] ?? "");
    });
    const url = await address({ type: "video/mp4" });
    const played = await page.evaluate(async (src) => {
      const video = document.createElement("video");
      video.muted = true;
      video.src = src;
      document.body.append(video);
      const once = (name: string) =>
        new Promise((resolve, reject) => {
          video.addEventListener(name, resolve, { once: true });
          video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
        });
      const loaded = once("loadeddata");
      await loaded;
      const { duration, videoWidth } = video;
      const seen: number[] = [];
      for (const to of [18, 3, 12]) {
        video.currentTime = to;
        await once("seeked");
        seen.push(video.currentTime);
      }
      await video.play();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { duration, videoWidth, seen, after: video.currentTime };
    }, url);
    assert.ok(Math.abs(played.duration - VIDEO_SECONDS) < 0.5);
    assert.equal(played.videoWidth, 96);
    assert.deepEqual(played.seen, [18, 3, 12]);
    assert.ok(played.after > 12.1);
    assert.ok(
      counted.some((range) => /^bytes [1-9]/.test(range)),
      counted.join(),
    );
  });

  test("are for what a list allows, with nothing to run", async () => {
    await put(Buffer.from("<script>document.title = 'run'</script><svg onload=alert(1)>"));
    for (const type of ["text/html", "image/svg+xml", "image/png"]) {
      const got = await page.evaluate(
        async (url) => {
          const response = await fetch(url);
          return { headers: Object.fromEntries(response.headers), text: await response.text() };
        },
        await address({ type }),
      );
      assert.equal(got.headers["content-type"], type === "image/png" ? type : "application/octet-stream");
      assert.equal(got.headers["x-content-type-options"], "nosniff");
      assert.match(got.headers["content-security-policy"] ?? "", /sandbox; default-src 'none'/);
      assert.match(got.text, /^<script>/);
    }
    const ran = await page.evaluate(
      async (url) => {
        const script = document.createElement("script");
        script.src = url;
        const result = new Promise((resolve) => {
          script.addEventListener("load", () => resolve("run"));
          script.addEventListener("error", () => resolve("refused"));
        });
        document.head.append(script);
        return result;
      },
      await address({ type: "audio/mpeg" }),
    );
    assert.equal(ran, "refused");
  });

  test("opened by themselves are saved, from the page itself, a frame or a link", async () => {
    await put(Buffer.from("<h1>document</h1>"));
    const url = await address({ type: "image/png" });
    const frames = await page.evaluate(async (src) => {
      const frame = document.createElement("iframe");
      frame.src = src;
      document.body.append(frame);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return frame.contentDocument?.body.textContent ?? "";
    }, url);
    assert.equal(frames, "");
    const hostile = `../../${"\u202e"}gpj.exe"\r\n${"x".repeat(300)}.html`;
    const named = await address({ type: "text/html", download: hostile });
    const saved = async (download: Download, how: string) => {
      assert.match(download.suggestedFilename(), /^gpj\.exe_ ?x+\.html$/, how);
      const pieces: Buffer[] = [];
      for await (const piece of await download.createReadStream()) pieces.push(piece as Buffer);
      assert.equal(Buffer.concat(pieces).toString(), "<h1>document</h1>", how);
    };
    for (const how of ["frame", "link", "page"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.evaluate(
          ([way, href]) => {
            if (way === "page") return void location.assign(href ?? "");
            if (way === "frame") {
              const frame = document.createElement("iframe");
              frame.src = href ?? "";
              return document.body.append(frame);
            }
            const link = document.createElement("a");
            link.href = href ?? "";
            link.click();
          },
          [how, named],
        ),
      ]);
      await saved(download, how);
    }
    const [streamed] = await save(page, hostile);
    await saved(streamed, "saveMedia");
    assert.match(page.url(), /tests\/media\/index\.html/, "the page stays");
  });

  test("are answered to the page that made them, for what it has", async () => {
    await put(Buffer.from("secret"));
    const url = await address({ type: "image/png" });
    const status = (from: Page, of: string) => from.evaluate(async (each) => (await fetch(each)).status, of);
    assert.equal(await status(page, url), 200);
    assert.equal(await status(page, url.replace(/page=\w+/, `page=${"0".repeat(32)}`)), 404);
    assert.equal(await status(page, url.replace(MESSAGE, "f".repeat(32))), 404);
    const other = await open("other");
    assert.equal(await status(other, url), 404);
    const cached = await page.evaluate(async () => {
      const names = await caches.keys();
      const urls: string[] = [];
      for (const name of names) for (const { url } of await (await caches.open(name)).keys()) urls.push(url);
      return urls.filter((each) => each.includes("/media/"));
    });
    assert.deepEqual(cached, []);
  });

  test("break off where a file is not what it was", async () => {
    const name = await put(Buffer.alloc(6 * MEGABYTE, 7));
    await page.evaluate(async (file) => {
      let folder = await navigator.storage.getDirectory();
      for (const step of ["kith", "main", "media", file.slice(0, 2)]) folder = await folder.getDirectoryHandle(step);
      const writable = await (await folder.getFileHandle(file)).createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position: 5_000_000, data: new Uint8Array([1, 2, 3]) });
      await writable.close();
    }, name);
    const got = await page.evaluate(
      async (url) => {
        const reader = (await fetch(url)).body?.getReader();
        let good = 0;
        try {
          for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
            if (step.value.some((byte) => byte !== 7)) return "wrong bytes";
            good += step.value.length;
          }
          return "whole";
        } catch {
          return good;
        }
      },
      await address({ type: "video/mp4" }),
    );
    assert.ok(typeof got === "number" && got > 0 && got < 5_000_000, String(got));
    await eventually("the core is asked for it", async () => {
      return (await within(page, ({ wanted }) => wanted())).join() === MESSAGE;
    });
  });

  test("have another way where no service worker is: in memory", async () => {
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister());
    await page.close();
    const bare = await open();
    assert.equal(await within(bare, ({ media }) => media.streamsMedia()), false);
    const text = await within(
      bare,
      async ({ media, know }, id) => {
        await know(id, await media.seal(new Blob(["<b>hello</b>"])));
        const blob = await (await fetch(await media.mediaBlobUrl(id, { type: "text/html" }))).blob();
        return [blob.type, await blob.text()];
      },
      MESSAGE,
    );
    assert.deepEqual(text, ["application/octet-stream", "<b>hello</b>"]);
    const [download] = await save(bare, "../a.html");
    assert.equal(download.suggestedFilename(), "a.html");
  });
});
