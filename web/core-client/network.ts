// SPDX-License-Identifier: AGPL-3.0-or-later

// WebSocket and HTTP as the core's actions ask for them, in a browser's Worker and in Node alike.
import type { HttpCall } from "./generated/client_api/host_pb";
import { FRAME_BYTES_MAX } from "./generated/limits";
import { NO_ANSWER, readWhole, requestOf, type HttpAnswer } from "./http";
import type { Cancel } from "./sealed_files";

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
/** The listeners are never called from within these. */
export interface Network {
  openSocket(url: string, listener: SocketListener): Socket;
  /** A call with a whole body; `answered` once, also when there is no answer. */
  call(call: HttpCall, answered: (answer: HttpAnswer) => void): Cancel;
}

const SUBPROTOCOL = "kith.v1";
const CALL_TIMEOUT_MS = 30_000;
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

function callHttp(call: HttpCall, answered: (answer: HttpAnswer) => void): Cancel {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), CALL_TIMEOUT_MS);
  let live = true;
  void answerTo(call, aborter.signal).then((answer) => {
    clearTimeout(timer);
    if (live) answered(answer);
  });
  return () => {
    live = false;
    aborter.abort();
  };
}

async function answerTo(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const body = call.body.length > 0 ? (call.body as Uint8Array<ArrayBuffer>) : null;
    const response = await fetch(call.url, { ...requestOf(call, body), signal });
    return { status: response.status, body: await readWhole(response) };
  } catch {
    return NO_ANSWER;
  }
}
