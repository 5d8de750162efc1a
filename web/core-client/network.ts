// SPDX-License-Identifier: AGPL-3.0-or-later

// WebSocket and HTTP as the core's actions ask for them, in a browser's Worker and in Node alike.
import type { HttpCall } from "./generated/client_api/host_pb";
import { FRAME_BYTES_MAX } from "./generated/limits";

export interface SocketListener {
  opened(): void;
  frame(bytes: Uint8Array): void;
  /** Once; also when it never opened. Nothing follows. */
  closed(code: number, reason: string): void;
}
export interface Socket {
  send(frame: Uint8Array): void;
  /** No call of the listener follows. */
  close(): void;
}
export interface HttpAnswer {
  /** 0: there was none. */
  status: number;
  body: Uint8Array;
}

/** The listener is never called from within openSocket; `call` never rejects. */
export interface Network {
  openSocket(url: string, listener: SocketListener): Socket;
  call(call: HttpCall): Promise<HttpAnswer>;
}

const SUBPROTOCOL = "kith.v1";
const MEDIA_TYPE = "application/x-protobuf";
const CALL_TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
/** RFC 6455, 7.4.1. */
const NEVER_OPENED = 1006;
const NO_TEXT_FRAMES = 1003;
const TOO_LARGE = 1009;

/** The browser's WebSocket, or the package `ws`, which has the same form. */
export type WebSocketClass = new (url: string, protocol: string) => WebSocket;

export function webNetwork(socketClass: WebSocketClass): Network {
  return {
    openSocket: (url, listener) => openSocket(socketClass, url, listener),
    call: callHttp,
  };
}

function openSocket(socketClass: WebSocketClass, url: string, listener: SocketListener): Socket {
  let live = true;
  const end = (code: number, reason: string): void => {
    if (!live) return;
    live = false;
    listener.closed(code, reason);
  };
  let socket: WebSocket;
  try {
    socket = new socketClass(url, SUBPROTOCOL);
  } catch (error) {
    queueMicrotask(() => end(NEVER_OPENED, String(error)));
    return { send: () => {}, close: () => void (live = false) };
  }
  const refuse = (code: number, reason: string): void => {
    socket.close();
    end(code, reason);
  };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    if (live) listener.opened();
  });
  socket.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (!live) return;
    if (!(event.data instanceof ArrayBuffer)) return refuse(NO_TEXT_FRAMES, "a text frame");
    if (event.data.byteLength > FRAME_BYTES_MAX) return refuse(TOO_LARGE, `a frame of over ${FRAME_BYTES_MAX} bytes`);
    listener.frame(new Uint8Array(event.data));
  });
  socket.addEventListener("close", (event: CloseEvent) => end(event.code, event.reason));
  socket.addEventListener("error", () => {}); // close follows and says the same
  return {
    send: (frame) => {
      if (live && socket.readyState === socket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    close: () => {
      live = false;
      socket.close();
    },
  };
}

async function callHttp(call: HttpCall): Promise<HttpAnswer> {
  const headers: Record<string, string> = { accept: MEDIA_TYPE };
  if (call.body.length > 0) headers["content-type"] = MEDIA_TYPE;
  if (call.bearer !== "") headers.authorization = `Bearer ${call.bearer}`;
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers,
      body: call.body.length > 0 ? (call.body as Uint8Array<ArrayBuffer>) : null,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, body: await readBody(response) };
  } catch {
    return { status: 0, body: new Uint8Array() };
  }
}

/** The whole body; throws when it is longer than any answer of a server of Kith. */
async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    size += step.value.length;
    if (size > ANSWER_BYTES_MAX) {
      await reader?.cancel();
      throw new RangeError("an answer of over 8 MiB");
    }
    parts.push(step.value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
