// SPDX-License-Identifier: AGPL-3.0-or-later

// Answers /media/<message id>: asks the page that made the address for the file, and passes on what its Worker unseals,
// a piece at a time, as the browser takes it. Nothing of it is kept.
//
// What a stranger has sent is bytes here, and never a document of this origin: it is played or shown under a type of a
// fixed list, or saved. A response says so three times over (its type with nosniff, a policy that allows nothing and
// sandboxes, and as an attachment whatever is not for <video>, <audio>, <img> or the page itself), and asks nobody.
//
// Limits: at most two pieces of about 1 MiB for each response, however slowly it is taken.
import { attachment } from "../core-client/file_names";
import type { OfReader, ToReader } from "../core-client/media_messages";
import { BYTES_TYPE, readMediaAddress, type MediaAddress, type PageAsked } from "../core-client/media_types";
import type { Fetched, PageClient, ServiceScope } from "./service_scope";

type Clients = Pick<ServiceScope["clients"], "get" | "matchAll">;

/** Who asks for a file to be shown; everything else that a page may ask with gets nothing. */
const SHOWN_IN: readonly string[] = ["", "audio", "image", "video"];
/** A page that is opened with it: what comes is saved. */
const SAVED_FROM: readonly string[] = ["document", "iframe"];

const ANSWER_WITHIN_MS = 20_000;
const PREFETCHED_BYTES = 1024 * 1024;

export const isMedia = (url: URL): boolean => url.pathname === "/media" || url.pathname.startsWith("/media/");

/** Never rejects. */
export async function answerMedia(event: Fetched, clients: Clients): Promise<Response> {
  const { request } = event;
  const address = readMediaAddress(new URL(request.url));
  const opens = request.mode === "navigate" || SAVED_FROM.includes(request.destination);
  const nothing = () => refuse(opens ? 204 : 404); // 204: what was open stays
  if (request.method !== "GET") return refuse(405);
  if (address === undefined || (!opens && !SHOWN_IN.includes(request.destination))) return nothing();
  try {
    const pages = opens ? await windows(clients) : [await clients.get(event.clientId)];
    const reader = await openedBy(pages, address);
    return await respond(event, reader, headersFor(address, opens));
  } catch {
    return nothing();
  }
}

const windows = (clients: Clients) => clients.matchAll({ type: "window", includeUncontrolled: true });

const BASE: Record<string, string> = {
  "cache-control": "no-store",
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function refuse(status: number, more: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...BASE, "content-type": BYTES_TYPE, ...more } });
}

function headersFor({ type, name }: MediaAddress, opens: boolean): Record<string, string> {
  const headers = { ...BASE, "content-type": type, "accept-ranges": "bytes" };
  if (!opens && name === undefined && type !== BYTES_TYPE) return headers;
  return { ...headers, "content-disposition": attachment(name ?? "") };
}

async function respond(event: Fetched, reader: Reader, headers: Record<string, string>): Promise<Response> {
  const { size } = reader;
  const range = rangeOf(event.request.headers.get("range"), size);
  if (range === "none") {
    reader.close();
    return refuse(416, { "content-range": `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size };
  const body = await streamOf(reader, start, end, (done) => event.waitUntil(done));
  return new Response(body, {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(end - start),
      ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${size}` }),
    },
  });
}

/** RFC 9110, 14.2. Undefined: all of it, as also for several ranges and what is no range. "none": nothing of it. */
export function rangeOf(header: string | null, size: number): { start: number; end: number } | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replace(/\s/g, "") ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "none" : { start: size - count, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= size ? "none" : { start, end };
}

/** With the first piece of it read: a file that can't be read is no response. */
async function streamOf(
  reader: Reader,
  start: number,
  end: number,
  lives: (until: Promise<void>) => void,
): Promise<ReadableStream<Uint8Array>> {
  let at = start;
  let next: Uint8Array | undefined = await reader.read(at, end);
  let ended: () => void = () => {};
  lives(new Promise((resolve) => (ended = resolve)));
  const stop = (): void => {
    reader.close();
    ended();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = next ?? (await reader.read(at, end));
          next = undefined;
          at += bytes.length;
          controller.enqueue(bytes);
          if (at < end) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        stop();
      },
      cancel: stop,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: PREFETCHED_BYTES }),
  );
}

// ---------------------------------------------------------------- the page that has the file

/** A file, at the other end of a port (media_worker.ts). One read at a time. */
class Reader {
  private heard: (message: ToReader) => void = () => {};

  private constructor(
    private readonly port: MessagePort,
    readonly size: number,
  ) {
    port.onmessage = ({ data }: MessageEvent<ToReader>) => this.heard(data);
  }

  /** Rejects when this page is not the one, or has no such file, or does not answer. */
  static async openBy(page: PageClient, asked: PageAsked): Promise<Reader> {
    const { port1, port2 } = new MessageChannel();
    try {
      const answer = await within((heard) => {
        port1.onmessage = ({ data }: MessageEvent<ToReader>) => heard(data);
        page.postMessage(asked, [port2]);
      });
      if (answer.kind !== "opened") throw new Error("it is not there");
      return new Reader(port1, answer.size);
    } catch (error) {
      port1.close();
      throw error;
    }
  }

  /** From `start` on, at least one byte, at most up to `end`. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const answer = await within((heard) => {
      this.heard = heard;
      this.port.postMessage({ kind: "read", start, end } satisfies OfReader);
    });
    if (answer.kind !== "bytes") throw new Error("the file can't be read");
    const { bytes } = answer;
    if (bytes.length === 0 || bytes.length > end - start) throw new Error(`${bytes.length} bytes of ${end - start}`);
    return bytes;
  }

  close(): void {
    this.port.postMessage({ kind: "close" } satisfies OfReader);
    this.port.close();
  }
}

async function openedBy(pages: readonly (PageClient | undefined)[], { page, message }: MediaAddress): Promise<Reader> {
  const asked: PageAsked = { kind: "open-media", page, message };
  return Promise.any(pages.flatMap((each) => (each === undefined ? [] : [Reader.openBy(each, asked)])));
}

/** What is heard; rejects when that is nothing for too long: the page may have gone. */
function within(act: (heard: (message: ToReader) => void) => void): Promise<ToReader> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer")), ANSWER_WITHIN_MS);
    act((message) => {
      clearTimeout(timer);
      resolve(message);
    });
  });
}
