// SPDX-License-Identifier: AGPL-3.0-or-later

// What stands between a browser and a server: files come down as slowly as a test wants, with bytes of its choice
// changed, or not at all. Everything else passes.
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface FileResponse {
  range: string | undefined;
  /** That have passed. */
  bytes: number;
  whole: boolean;
}

const TURN_MS = 50;

export class SlowProxy {
  /** Of all files together. */
  bytesPerSecond = Infinity;
  /** Where a byte of each file is another one, counted from the file's beginning. */
  changedAt = -1;
  /** The files' server has an error. */
  filesAway = false;
  /** Since the test has emptied it. */
  readonly files: FileResponse[] = [];
  private readonly sockets = new Set<Duplex>();
  private away = false;
  private nextFree = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    readonly url: string,
  ) {
    server.on("connection", (socket: Socket) => {
      if (this.away) return socket.destroy();
      this.keep(socket);
    });
    server.on("request", (asked: IncomingMessage, answer: ServerResponse) => this.pass(asked, answer));
    server.on("upgrade", (asked: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(asked, socket, head));
  }

  static async start(target: string): Promise<SlowProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new SlowProxy(server, new URL(target), `http://localhost:${port}`);
  }

  /** As when a cable is pulled out, and put back. */
  setAway(away: boolean): void {
    this.away = away;
    if (away) for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.setAway(true);
    await new Promise((resolve) => this.server.close(resolve));
  }

  private keep(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const isFile = asked.method === "GET" && asked.url?.startsWith("/v1/files/") === true;
    if (isFile && this.filesAway) return void answer.writeHead(503).end();
    const { hostname, port } = this.target;
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    onward.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      if (!isFile) return void response.pipe(answer);
      void this.slowly(response, asked.headers.range, answer).catch(() => answer.destroy());
    });
    asked.pipe(onward);
  }

  private async slowly(from: IncomingMessage, range: string | undefined, to: ServerResponse): Promise<void> {
    let at = Number(/^bytes (\d+)-/.exec(from.headers["content-range"] ?? "")?.[1] ?? 0);
    const told: FileResponse = { range, bytes: 0, whole: false };
    this.files.push(told);
    for await (const piece of from as AsyncIterable<Buffer>) {
      for (let done = 0; done < piece.length;) {
        const part = piece.subarray(done, done + this.bytesPerSecond * (TURN_MS / 1000));
        await this.turn(part.length);
        if (to.destroyed) return;
        const changed = this.changedAt - at;
        if (changed >= 0 && changed < part.length) part[changed] = (part[changed] ?? 0) ^ 1;
        await new Promise<void>((written) => to.write(part, () => written())); // also when it is closed
        done += part.length;
        at += part.length;
        told.bytes += part.length;
      }
    }
    told.whole = from.complete;
    to.end();
  }

  /** When it may pass. */
  private async turn(bytes: number): Promise<void> {
    const now = performance.now();
    this.nextFree = Math.max(now, this.nextFree) + (bytes / this.bytesPerSecond) * 1000;
    if (this.nextFree - now > TURN_MS) await new Promise((resolve) => setTimeout(resolve, this.nextFree - now));
  }

  private upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onward = connect(Number(this.target.port), this.target.hostname);
    this.keep(onward);
    onward.on("connect", () => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let at = 0; at < asked.rawHeaders.length; at += 2)
        lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }
}
