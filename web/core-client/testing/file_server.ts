// SPDX-License-Identifier: AGPL-3.0-or-later

// A server of one file, which breaks off or lies when it is told to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  method: string;
  range: string | undefined;
  authorization: string | undefined;
  body: Buffer;
}

export class FileServer {
  readonly seen: Seen[] = [];
  file: Uint8Array = new Uint8Array();
  /** Ends the connection after so many bytes of a body. */
  breakAfter = Infinity;
  /** Holds the rest of a body back, after so many bytes. */
  stallAfter = Infinity;
  ranges = true;
  status: number | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on("request", (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<FileServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FileServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/files/x`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** That are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const piece of request) body.push(piece as Buffer);
    const { range, authorization } = request.headers;
    this.seen.push({ method: request.method ?? "", range, authorization, body: Buffer.concat(body) });
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    response.setHeader("access-control-allow-methods", "*");
    response.setHeader("access-control-max-age", "600");
    response.setHeader("access-control-expose-headers", "*");
    response.setHeader("cross-origin-resource-policy", "cross-origin");
    if (request.method !== "GET") return void response.writeHead(204).end();
    if (this.status !== undefined) return void response.writeHead(this.status).end();
    const { length } = this.file;
    const [, first = "0", last = ""] = (this.ranges && /^bytes=(\d+)-(\d*)$/.exec(range ?? "")) || [];
    const from = Number(first);
    const to = last === "" ? length : Math.min(length, Number(last) + 1);
    if (from >= length && length > 0)
      return void response.writeHead(416, { "content-range": `bytes */${length}` }).end();
    const partial = this.ranges && range !== undefined;
    response.writeHead(partial ? 206 : 200, {
      "content-length": to - from,
      ...(partial ? { "content-range": `bytes ${from}-${to - 1}/${length}` } : {}),
    });
    this.write(response, this.file.subarray(from, to));
  }

  private write(response: ServerResponse, body: Uint8Array): void {
    if (body.length > this.stallAfter) return void response.write(body.subarray(0, this.stallAfter));
    if (body.length <= this.breakAfter) return void response.end(body);
    response.write(body.subarray(0, this.breakAfter), () => setTimeout(() => response.destroy(), 50));
  }
}
