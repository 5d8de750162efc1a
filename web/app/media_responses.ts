// SPDX-License-Identifier: AGPL-3.0-or-later

// Answers /media/<message id>: asks the page that made the address for the file, and passes on what its Worker unseals,
// a piece at a time, as the browser takes it. Nothing of it is kept.
//
// What a stranger has sent is bytes here, and never a document of this origin: it is played or shown under a type of a
// fixed list, or saved. A response says so three times over (its type with nosniff, a policy that allows nothing and
// sandboxes, and as an attachment whatever is not for <video>, <audio>, <img> or the page itself), and asks nobody.
//
// Limits: two pieces of about 1 MiB for each response, however large it is and however slowly it is taken.
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
/** At a time, where who takes it has no memory of its own. */
const COPIED_BYTES = 256 * 1024;

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
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const pieces = new Pieces(reader, start, end);
  await pieces.current();
  let ended: () => void = () => {};
  lives(new Promise((resolve) => (ended = resolve)));
  const stop = (): void => {
    reader.close();
    ended();
  };
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      try {
        const { byobRequest } = controller as ReadableByteStreamController;
        const piece = await pieces.current();
        if (byobRequest?.view instanceof Uint8Array) {
          const { view } = byobRequest;
          const taken = piece.subarray(0, view.length);
          view.set(taken);
          pieces.taken(taken.length);
          byobRequest.respond(taken.length);
        } else {
          const taken = piece.slice(0, COPIED_BYTES);
          pieces.taken(taken.length);
          controller.enqueue(taken);
        }
        if (!pieces.atEnd()) return;
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      stop();
    },
    cancel: stop,
  });
}

/** What is read of a file, one piece ahead of what is taken. Two pieces' memory goes back and forth for all of them. */
class Pieces {
  private piece: Uint8Array<ArrayBuffer> = new Uint8Array();
  private next: Promise<Uint8Array<ArrayBuffer>> | undefined;
  private readAt: number;
  private readonly spare: ArrayBuffer[] = [];

  constructor(
    private readonly reader: Reader,
    private takenAt: number,
    private readonly end: number,
  ) {
    this.readAt = takenAt;
  }

  /** What is to be taken next: not empty. Rejects when it can't be read. */
  async current(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.piece.length > 0) return this.piece;
    this.piece = await (this.next ?? this.read());
    this.next = this.readAt < this.end ? this.read() : undefined;
    this.next?.catch(() => undefined); // it is told when its turn comes
    return this.piece;
  }

  taken(bytes: number): void {
    this.takenAt += bytes;
    const { buffer } = this.piece;
    this.piece = this.piece.subarray(bytes);
    if (this.piece.length === 0) this.spare.push(buffer);
  }

  atEnd(): boolean {
    return this.takenAt === this.end;
  }

  private async read(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.reader.read(this.readAt, this.end, this.spare.pop());
    this.readAt += bytes.length;
    return bytes;
  }
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

  /** From `start` on, at least one byte, at most up to `end`: in this memory, if it is large enough. */
  async read(start: number, end: number, memory?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await within((heard) => {
      this.heard = heard;
      const message: OfReader = { kind: "read", start, end, memory };
      this.port.postMessage(message, memory === undefined ? [] : [memory]);
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

/** What is heard but "waiting"; rejects when there is nothing at all for too long: the page may have gone. */
function within(act: (heard: (message: ToReader) => void) => void): Promise<ToReader> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error("no answer"));
    let timer = setTimeout(giveUp, ANSWER_WITHIN_MS);
    act((message) => {
      clearTimeout(timer);
      if (message.kind === "waiting") timer = setTimeout(giveUp, ANSWER_WITHIN_MS);
      else resolve(message);
    });
  });
}
