// SPDX-License-Identifier: AGPL-3.0-or-later

// Bodies in pieces, against a server on loopback.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";

import { HttpCallSchema, type HttpCall } from "./generated/client_api/host_pb";
import { TRANSFER_BODY_BYTES_MAX, TRANSFER_PIECE_BYTES_MAX } from "./generated/limits";
import { beginTransfer, type Transfer } from "./transfer";

let server: Server | undefined;

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const made = createServer(answer);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/file`;
}
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const callOf = (init: Exclude<MessageInitShape<typeof HttpCallSchema>, HttpCall>) => create(HttpCallSchema, init);
const numbers = (size: number) => Uint8Array.from({ length: size }, (_, index) => index % 251);

/** What a transfer told, in order; `next` waits for more of it. */
class Told {
  readonly words: string[] = [];
  readonly pieces: Uint8Array[] = [];
  private readonly waiting: (() => void)[] = [];

  readonly listener = {
    wanted: () => this.add("wanted"),
    began: ({ status, size }: { status: number; size: bigint | undefined }) => this.add(`began ${status} ${size}`),
    piece: (bytes: Uint8Array, last: boolean) => {
      this.pieces.push(bytes);
      this.add(last ? "last" : "piece");
    },
    answered: ({ status, body }: { status: number; body: Uint8Array }) =>
      this.add(`answered ${status} ${new TextDecoder().decode(body)}`.trim()),
  };
  async next(): Promise<string> {
    while (this.words.length === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.words.shift() ?? "";
  }
  private add(word: string): void {
    this.words.push(word);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

async function takeAll(transfer: Transfer, told: Told): Promise<string> {
  for (;;) {
    transfer.take();
    const word = await told.next();
    if (word !== "piece") return word;
  }
}

test("an answer comes in pieces of at most 64 KiB, each when it is taken", async () => {
  const whole = numbers(300_000);
  const url = await serve((request, response) => {
    expect(request.headers.range).toBe("bytes=0-");
    response.writeHead(206, { "content-length": whole.length }).end(whole);
  });
  const told = new Told();
  const transfer = beginTransfer(
    callOf({ method: "GET", url, inPieces: true, fields: [{ name: "Range", value: "bytes=0-" }] }),
    told.listener,
  );
  expect(await told.next()).toBe("began 206 300000");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told.words).toEqual([]);
  expect(await takeAll(transfer, told)).toBe("last");
  expect(Math.max(...told.pieces.map((piece) => piece.length))).toBeLessThanOrEqual(TRANSFER_PIECE_BYTES_MAX);
  expect(Buffer.concat(told.pieces).equals(whole)).toBe(true);
});

test("a body that nobody takes stays on the server", async () => {
  let sent = 0;
  const url = await serve((_, response) => {
    response.writeHead(200);
    const part = new Uint8Array(1024 * 1024);
    const go = (): void => {
      while (sent < 512) {
        ++sent;
        if (!response.write(part)) return void response.once("drain", go);
      }
      response.end();
    };
    go();
  });
  const told = new Told();
  const transfer = beginTransfer(callOf({ method: "GET", url, inPieces: true }), told.listener);
  transfer.take(); // there is nothing yet
  expect(await told.next()).toBe("began 200 undefined");
  transfer.take();
  expect(await told.next()).toBe("piece");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(sent).toBeLessThan(64);
  transfer.cancel();
  transfer.take();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told.words).toEqual([]);
});

test("a body is asked for piece by piece and sent when it is whole", async () => {
  const whole = numbers(150_000);
  let length: string | undefined;
  const came: Buffer[] = [];
  const url = await serve((request, response) => {
    length = request.headers["content-length"];
    request.on("data", (part: Buffer) => came.push(part));
    request.on("end", () => response.writeHead(204, { "upload-offset": "150000" }).end());
  });
  const told = new Told();
  const transfer = beginTransfer(
    callOf({ method: "PATCH", url, bodySize: BigInt(whole.length), bearer: "token" }),
    told.listener,
  );
  transfer.give(whole.subarray(0, 10)); // not wanted yet: without effect
  for (let at = 0; at < whole.length; at += TRANSFER_PIECE_BYTES_MAX) {
    expect(await told.next()).toBe("wanted");
    transfer.give(whole.subarray(at, at + TRANSFER_PIECE_BYTES_MAX));
  }
  expect(await told.next()).toBe("answered 204");
  expect(length).toBe("150000");
  expect(Buffer.concat(came).equals(whole)).toBe(true);
});

test("no success comes whole, what breaks off has no answer, a body too large to hold is not begun", async () => {
  const url = await serve((request, response) => {
    if (request.method === "GET") return void response.writeHead(416).end("why");
    response.writeHead(200, { "content-length": 100 }).write("half");
    setTimeout(() => response.destroy(), 20);
  });
  let told = new Told();
  beginTransfer(callOf({ method: "GET", url, inPieces: true }), told.listener);
  expect(await told.next()).toBe("answered 416 why");
  told = new Told();
  const broken = beginTransfer(callOf({ method: "POST", url, inPieces: true }), told.listener);
  expect(await told.next()).toBe("began 200 100");
  expect(await takeAll(broken, told)).toBe("answered 0");
  told = new Told();
  beginTransfer(callOf({ method: "PUT", url, bodySize: BigInt(TRANSFER_BODY_BYTES_MAX + 1) }), told.listener);
  expect(await told.next()).toBe("answered 0");
});

test("an empty body is whole with its first piece", async () => {
  const url = await serve((_, response) => void response.writeHead(200, { "content-length": 0 }).end());
  const told = new Told();
  const transfer = beginTransfer(callOf({ method: "GET", url, inPieces: true }), told.listener);
  expect(await told.next()).toBe("began 200 0");
  expect(await takeAll(transfer, told)).toBe("last");
  expect(told.pieces).toEqual([new Uint8Array()]);
});
