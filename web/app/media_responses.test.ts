// SPDX-License-Identifier: AGPL-3.0-or-later

// /media/<message id>, with pages that have files and pages that have none.
import { afterEach, describe, expect, it, vi } from "vitest";

import { mediaAddress, safeType, type PageAsked } from "../core-client/media_types";
import type { OfReader, ToReader } from "../core-client/media_messages";
import { answerMedia, rangeOf } from "./media_responses";
import type { Fetched, PageClient } from "./service_scope";

const MESSAGE = "0123456789abcdef".repeat(2);
const SECRET = "s".repeat(32);
const PIECE = 1000;

const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

/** A page with one file of numbered bytes, which breaks at some place. */
function pageWith(size: number, { secret = SECRET, breaksAt = Infinity, waits = 0 } = {}) {
  const asked: string[] = [];
  const page: PageClient = {
    url: "https://kith.example/",
    focus: async () => undefined,
    postMessage(message, [port] = []) {
      const { page: of, message: id } = message as PageAsked;
      const reader = port as MessagePort;
      const post = (answer: ToReader) => reader.postMessage(answer);
      opened.push(reader);
      if (of !== secret || id !== MESSAGE) return post({ kind: "failed", detail: "of another page" });
      reader.onmessage = ({ data }: MessageEvent<OfReader>) => {
        if (data.kind === "close") return void asked.push("close");
        asked.push(`${data.start}-${data.end}`);
        if (data.start >= breaksAt) return post({ kind: "failed", detail: "broken" });
        const bytes = Uint8Array.from({ length: Math.min(PIECE, data.end - data.start) }, (_, at) => data.start + at);
        let left = waits;
        const say = (): void => {
          if (left-- <= 0) return post({ kind: "bytes", bytes });
          post({ kind: "waiting" });
          setTimeout(say, 5_000);
        };
        say();
      };
      post({ kind: "opened", size });
    },
  };
  return { page, asked };
}

interface Asked {
  type?: string;
  name?: string;
  range?: string;
  destination?: string;
  mode?: string;
  url?: string;
}
function answer(pages: PageClient[], asked: Asked = {}): Promise<Response> {
  const { type = "video/mp4", name, range, destination = "video", mode = "no-cors" } = asked;
  const url = asked.url ?? mediaAddress({ page: SECRET, message: MESSAGE, type, name });
  const headers = new Headers(range === undefined ? {} : { range });
  const request = { url: `https://kith.example${url}`, method: "GET", mode, destination, headers };
  const event = { request, clientId: "0", waitUntil: () => {} } as unknown as Fetched;
  return answerMedia(event, { get: async () => pages[0], matchAll: async () => pages });
}
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const numbers = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, at) => from + at);

describe("A message's file at its address", () => {
  it("is answered whole, and says that it has ranges", async () => {
    const response = await answer([pageWith(4500).page]);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "no-store",
      "content-length": "4500",
      "content-security-policy": expect.stringMatching(/^sandbox; default-src 'none'/) as string,
      "content-type": "video/mp4",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    expect(response.headers.has("content-disposition")).toBe(false);
    expect(await bytesOf(response)).toEqual(numbers(0, 4500));
  });

  it("is answered in parts", async () => {
    for (const [range, from, to] of [
      ["bytes=0-", 0, 4500],
      ["bytes=100-2299", 100, 2300],
      ["bytes=4499-9999", 4499, 4500],
      ["bytes=-5", 4495, 4500],
    ] as const) {
      const response = await answer([pageWith(4500).page], { range });
      expect(response.status).toBe(206);
      expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/4500`);
      expect(response.headers.get("content-length")).toBe(String(to - from));
      expect(await bytesOf(response)).toEqual(numbers(from, to));
    }
    const behind = await answer([pageWith(4500).page], { range: "bytes=4500-" });
    expect([behind.status, behind.headers.get("content-range")]).toEqual([416, "bytes */4500"]);
  });

  it("is read as it is taken, and no more when nobody takes it", async () => {
    const { page, asked } = pageWith(100_000_000);
    const response = await answer([page]);
    const reader = response.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length * PIECE).toBeLessThan(1_100_000);
    await reader?.cancel();
    await vi.waitFor(() => expect(asked.at(-1)).toBe("close"));
  });

  it("breaks off where the file does, and gives no wrong byte", async () => {
    const response = await answer([pageWith(4500, { breaksAt: 2000 }).page]);
    const reader = response.body?.getReader();
    const taken: number[] = [];
    await expect(
      (async () => {
        for (let step = await reader?.read(); step?.done === false; step = await reader?.read())
          taken.push(...step.value);
      })(),
    ).rejects.toThrow();
    expect(taken.length).toBeLessThanOrEqual(2000);
    expect(Uint8Array.from(taken)).toEqual(numbers(0, taken.length));
    expect((await answer([pageWith(4500, { breaksAt: 0 }).page])).status).toBe(404);
  });

  it("waits for what is still on its way while the page says so, and not for one that is silent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const passes = async (seconds: number): Promise<void> => {
      for (let passed = 0; passed < seconds; passed += 5) {
        for (let turn = 0; turn < 20; ++turn) await new Promise((resolve) => setImmediate(resolve)); // of ports
        await vi.advanceTimersByTimeAsync(5_000);
      }
    };
    try {
      const coming = answer([pageWith(10, { waits: 10 }).page]);
      await passes(60);
      expect(await bytesOf(await coming)).toEqual(numbers(0, 10));
      const silent = pageWith(10, { waits: 10 });
      const given = answer([{ ...silent.page, postMessage: () => {} }]);
      await passes(25);
      expect((await given).status).toBe(404);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is had from the page that made the address, and from no other", async () => {
    const other = pageWith(10, { secret: "t".repeat(32) });
    expect((await answer([other.page])).status).toBe(404);
    expect((await answer([])).status).toBe(404);
    const opens = { mode: "navigate", destination: "document" };
    expect((await answer([other.page], opens)).status, "the page that is open stays").toBe(204);
    expect(await bytesOf(await answer([other.page, pageWith(10).page], opens))).toEqual(numbers(0, 10));
    for (const url of [
      `/media/${MESSAGE}`,
      `/media/${MESSAGE}?page=`,
      `/media/${MESSAGE.toUpperCase()}?page=${SECRET}`,
      `/media/../media/x?page=${SECRET}`,
      `/media/${MESSAGE}/x?page=${SECRET}`,
      `/media/%2e%2e?page=${SECRET}`,
    ])
      expect((await answer([pageWith(10).page], { url })).status, url).toBe(404);
  });
});

describe("What a stranger's file can't be", () => {
  it("a document of this origin: whoever opens it saves it", async () => {
    for (const destination of ["document", "iframe", "frame"]) {
      const response = await answer([pageWith(10).page], { mode: "navigate", destination, type: "image/png" });
      expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
    }
  });

  it("a script, a style, a worker, an object or a font", async () => {
    for (const destination of [
      "script",
      "style",
      "worker",
      "sharedworker",
      "object",
      "embed",
      "font",
      "manifest",
      "xslt",
    ])
      expect((await answer([pageWith(10).page], { destination })).status, destination).toBe(404);
  });

  it("of a type that a browser would run, or find out by itself", async () => {
    for (const type of [
      "text/html",
      "image/svg+xml",
      "application/xhtml+xml",
      "text/xml",
      "application/pdf",
      "",
      "x",
    ]) {
      const url = `/media/${MESSAGE}?page=${SECRET}&type=${encodeURIComponent(type)}`;
      const { headers } = await answer([pageWith(10).page], { url, destination: "image" });
      expect(headers.get("content-type")).toBe("application/octet-stream");
      expect(headers.get("content-disposition")).toMatch(/^attachment;/);
    }
    expect(safeType("VIDEO/MP4; codecs=avc1")).toBe("video/mp4");
    expect(safeType("video/mp4\r\nx: y")).toBe("application/octet-stream");
  });

  it("saved under a name that leads elsewhere", async () => {
    const url = `/media/${MESSAGE}?page=${SECRET}&type=video/mp4&name=${encodeURIComponent('../a"\r\n\u202egpj.exe')}`;
    const { headers } = await answer([pageWith(10).page], { url });
    expect(headers.get("content-disposition")).toBe("attachment; filename=\"a_gpj.exe\"; filename*=UTF-8''a_gpj.exe");
    expect(mediaAddress({ page: "p", message: "../../x?", type: "text/html", name: "a/b" })).toBe(
      "/media/..%2F..%2Fx%3F?page=p&type=application%2Foctet-stream&name=b",
    );
  });
});

it("Ranges that are none, or several, are for the whole file [RFC 9110, 14.2]", () => {
  for (const header of [null, "", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-3", "bytes=0-1,3-4", "items=0-5"])
    expect(rangeOf(header, 100), String(header)).toBeUndefined();
  expect(rangeOf("bytes=-500", 100)).toEqual({ start: 0, end: 100 });
  expect(rangeOf("bytes=-0", 100)).toBe("none");
  expect(rangeOf("bytes=99999999999999999999-", 100)).toBe("none");
});
