// SPDX-License-Identifier: AGPL-3.0-or-later

// Measures files in Chromium, in OPFS on the disk, against a server of this program that keeps what it is sent:
//
//   npm run bench:media -- [--megabytes 1024] [--rounds 1] [--json FILE]        (in web/)
//
//   sealed         a file that somebody chooses, by seal
//   sent           the sealed file, in parts of 8 MiB
//   fetched        the sealed file, into OPFS, with its digest
//   saved          the file unsealed, by the service worker, into a file of the browser's downloads
//   read           the same, by fetch, and dropped
//   fetched, plain the sealed file, by fetch, and dropped
//   sent, plain    the chosen file, by fetch and in the same parts
//
// of which each is MB/s (10^6), of the file. Beside it the most memory while it ran, in MB, of the process that has the
// page and its Workers: resident, and of that what is no file's; and the page's longest task, in ms.
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";

import { FILE_PART_BYTES_MAX } from "../../core-client/generated/limits";
import { Device } from "../support/browser";
import { Harness } from "../support/harness";

const MESSAGE = "a".repeat(32);
const FETCHED = "b".repeat(32);
const SAMPLE_MS = 100;

declare global {
  interface Window {
    tasks: number[];
  }
}

/** Keeps what is sent by PATCH in one file, and gives it by GET, in ranges. */
class Keeper {
  private constructor(
    readonly url: string,
    private readonly close: () => void,
  ) {}

  static async start(file: string): Promise<Keeper> {
    const server = createServer((request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-methods", "*");
      response.setHeader("access-control-allow-headers", "*");
      response.setHeader("access-control-expose-headers", "*");
      response.setHeader("access-control-max-age", "600");
      void answer(file, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new Keeper(`http://127.0.0.1:${port}/`, () => {
      server.closeAllConnections();
      server.close();
    });
  }

  stop(): void {
    this.close();
  }
}

async function answer(file: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "PATCH") {
    await pipeline(request, createWriteStream(file, { flags: "a" }));
    return void response.writeHead(204).end();
  }
  request.resume();
  if (request.method !== "GET") return void response.writeHead(204).end();
  const { size } = await stat(file);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": size - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {}),
  });
  await pipeline(createReadStream(file, { start: from, highWaterMark: 1024 * 1024 }), response).catch(() => undefined);
}

// ---------------------------------------------------------------- memory

interface Process {
  parent: number;
  command: string;
}

function processes(): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]);
      all.set(Number(name), { parent, command });
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

/** The processes of pages, of the browser that stores in this folder. */
function pageProcesses(folder: string): number[] {
  const all = processes();
  const isOfBrowser = (id: number): boolean => {
    for (let at = all.get(id); at !== undefined; at = all.get(at.parent)) if (at.command.includes(folder)) return true;
    return false;
  };
  return [...all]
    .filter(([id, { command }]) => command.includes("--type=renderer") && isOfBrowser(id))
    .map(([id]) => id);
}

/** "": it has ended meanwhile. */
function statusOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/status`, "utf8");
  } catch {
    return "";
  }
}

/** Of the largest of them, which is the page's: others are empty tabs. MB: resident, and of that what is no file's. */
function memoryOf(ids: readonly number[]): { resident: number; anonymous: number } {
  const each = ids.map((id) => {
    const status = statusOf(id);
    const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { resident: (kibibytes("VmRSS") * 1024) / 1e6, anonymous: (kibibytes("RssAnon") * 1024) / 1e6 };
  });
  return each.reduce((one, other) => (other.resident > one.resident ? other : one), { resident: 0, anonymous: 0 });
}

// ---------------------------------------------------------------- measuring

interface Figure {
  name: string;
  megabytesPerSecond: number;
  residentMax: number;
  anonymousMax: number;
  longestTask: number;
}

class Bench {
  readonly figures: Figure[] = [];

  constructor(
    private readonly page: Page,
    private readonly folder: string,
    readonly bytes: number,
  ) {}

  async measure<T>(name: string, act: () => Promise<T>): Promise<T> {
    await this.page.evaluate(() => void (window.tasks = []));
    const ids = pageProcesses(this.folder);
    const most = { resident: 0, anonymous: 0 };
    const look = (): void => {
      const { resident, anonymous } = memoryOf(ids);
      most.resident = Math.max(most.resident, resident);
      most.anonymous = Math.max(most.anonymous, anonymous);
    };
    look();
    const timer = setInterval(look, SAMPLE_MS);
    const began = performance.now();
    const result = await act();
    const seconds = (performance.now() - began) / 1000;
    clearInterval(timer);
    const longestTask = await this.page.evaluate(() => Math.max(0, ...window.tasks));
    const figure = {
      name,
      megabytesPerSecond: this.bytes / 1e6 / seconds,
      residentMax: most.resident,
      anonymousMax: most.anonymous,
      longestTask,
    };
    this.figures.push(figure);
    const { format } = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
    console.log(
      name.padEnd(18),
      `${format(figure.megabytesPerSecond).padStart(6)} MB/s`,
      `${format(most.resident).padStart(6)} MB, ${format(most.anonymous)} anonymous`,
      `longest task ${format(longestTask)} ms`,
    );
    return result;
  }
}

async function round(bytes: number): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-bench-media-"));
  const source = path.join(folder, "chosen.bin");
  const keeper = await Keeper.start(path.join(folder, "kept.bin"));
  const harness = await Harness.start();
  const profile = path.join(folder, "browser");
  const device = await Device.openWithStorage(profile, harness.url);
  try {
    await writeRandom(source, bytes);
    await device.context.addInitScript(() => {
      window.tasks = [];
      new PerformanceObserver((list) =>
        window.tasks.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: "longtask",
      });
    });
    const page = await device.page("tests/media/index.html");
    await page.waitForFunction(() => "testing" in window);
    await page.evaluate(() => window.testing.serviceWorker());
    await page.evaluate(() => {
      const input = document.createElement("input");
      input.type = "file";
      document.body.append(input);
    });
    await page.setInputFiles("input", source);
    const bench = new Bench(page, profile, bytes);
    await run(bench, page, keeper.url);
    return bench.figures;
  } finally {
    await device.close();
    await harness.stop();
    keeper.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(bench: Bench, page: Page, url: string): Promise<void> {
  const sealed = await bench.measure("sealed", () =>
    page.evaluate(async (message) => {
      const chosen = document.querySelector("input")?.files?.[0] as File;
      const made = await window.testing.media.seal(chosen);
      const name = await window.testing.know(message, made);
      return { name, size: (await window.testing.bytesOf(name)).size, digest: [...made.digest] };
    }, MESSAGE),
  );
  await bench.measure("sent", () =>
    page.evaluate(
      async ({ to, name, size, part }) => {
        for (let at = 0; at < size; at += part) {
          const { answer: said } = await window.testing.sendPart(to, name, at, Math.min(part, size - at));
          if (typeof said !== "object" || said.status !== 204) throw new Error("not sent");
        }
      },
      { to: url, part: FILE_PART_BYTES_MAX, ...sealed },
    ),
  );
  await bench.measure("fetched", () =>
    page.evaluate(
      async ({ from, file, size, digest }) => {
        const wanted = { url: from, file, size, digest: new Uint8Array(digest) };
        const { outcome } = await window.testing.fetchFile(wanted);
        if (outcome !== 1) throw new Error(`not fetched: ${outcome}`);
      },
      { from: url, file: FETCHED, ...sealed },
    ),
  );
  const readAll = (address: string) =>
    page.evaluate(async (from) => {
      const reader = (await fetch(from)).body?.getReader();
      let size = 0;
      for (let step = await reader?.read(); step?.done === false; step = await reader?.read())
        size += step.value.length;
      return size;
    }, address);
  const address = await page.evaluate((message) => window.testing.media.mediaUrl(message, { type: "" }), MESSAGE);
  await bench.measure("saved", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate((message) => window.testing.media.saveMedia(message, { type: "", name: "saved.bin" }), MESSAGE),
    ]);
    const { size } = await stat(await download.path());
    if (size !== bench.bytes) throw new Error(`${size} bytes were saved`);
  });
  await bench.measure("read", () => readAll(address));
  await bench.measure("fetched, plain", () => readAll(url));
  await bench.measure("sent, plain", () =>
    page.evaluate(
      async ({ to, part }) => {
        const chosen = document.querySelector("input")?.files?.[0] as File;
        for (let at = 0; at < chosen.size; at += part)
          await fetch(to, { method: "PATCH", body: chosen.slice(at, at + part) });
      },
      { to: url, part: FILE_PART_BYTES_MAX },
    ),
  );
}

async function writeRandom(file: string, bytes: number): Promise<void> {
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const target = await open(file, "w");
  for (let at = 0; at < bytes; at += block.length) {
    new DataView(block.buffer).setFloat64(0, at);
    await target.write(block, 0, Math.min(block.length, bytes - at));
  }
  await target.close();
}

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "1024" },
    rounds: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const rounds: Figure[][] = [];
for (let number = 1; number <= Number(values.rounds); ++number)
  rounds.push(await round(Number(values.megabytes) * 1024 * 1024));
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rounds, undefined, 2));
