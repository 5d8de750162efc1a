// SPDX-License-Identifier: AGPL-3.0-or-later

// A server of its own for a test: on a free port of the loopback, with temporary data, the built web app, and codes in
// the answer.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Where kithd and kith are. */
export const programs = process.env.KITH_BIN ?? path.join(root, "build/release/bin");
export const webRoot = path.join(root, "web/dist");
export const wasmFile = path.join(root, "build/wasm/kith_core.wasm");

export class Kithd {
  private constructor(
    readonly data: string,
    private readonly web: string,
    readonly url: string,
    private process: ChildProcess,
  ) {}

  /** `settings` are those of a configuration file (docs/operating.md); `web` is the folder of the app. */
  static async start(settings = "", web = webRoot): Promise<Kithd> {
    for (const needed of [path.join(programs, "kithd"), path.join(web, "index.html")]) {
      if (!existsSync(needed))
        throw new Error(`${needed} is not there: build first (./run --build-only), or set KITH_BIN`);
    }
    const data = mkdtempSync(path.join(tmpdir(), "kith-browser-"));
    writeFileSync(configOf(data), settings);
    const { process: child, url } = await launch(data, web, "127.0.0.1:0");
    // "localhost" and 127.0.0.1 are both safe origins; this one is what people type.
    return new Kithd(data, web, url.replace("127.0.0.1", "localhost"), child);
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    await end(this.process, "SIGKILL");
  }

  /** Starts it again on the same port and data. */
  async restart(): Promise<void> {
    this.process = (await launch(this.data, this.web, `127.0.0.1:${this.port}`)).process;
  }

  async stop(): Promise<void> {
    await end(this.process, "SIGTERM");
    rmSync(this.data, { recursive: true, force: true });
  }
}

const configOf = (data: string): string => path.join(data, "kith.toml");

async function launch(data: string, web: string, listen: string): Promise<{ process: ChildProcess; url: string }> {
  const options = ["--config", configOf(data), "--data", data, "--listen", listen, "--web", web, "--codes", "echo"];
  const child = spawn(path.join(programs, "kithd"), options, {
    stdio: ["ignore", "pipe", process.env.KITH_TEST_LOG === undefined ? "ignore" : "inherit"],
  });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`kithd does not say where it listens: ${said}`)), 20_000);
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listening on (http:\/\/\S+)/.exec(said);
      if (found?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
    child.once("exit", (code) => reject(new Error(`kithd ended with ${code}: ${said}`)));
  });
  return { process: child, url };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}
