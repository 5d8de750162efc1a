// SPDX-License-Identifier: AGPL-3.0-or-later

// The terminal client as a peer: one home, one device.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { programs } from "./kithd";

const run = promisify(execFile);

export class Kith {
  private readonly home = mkdtempSync(path.join(tmpdir(), "kith-home-"));

  /** What it prints to standard output; rejects when it ends with a failure. */
  async run(...args: string[]): Promise<string> {
    const { stdout } = await run(path.join(programs, "kith"), ["--home", this.home, ...args], { timeout: 60_000 });
    return stdout.trim();
  }

  async register(server: string, phone: string, name: string): Promise<void> {
    await this.run("register", "--server", server, "--phone", phone, "--name", name);
  }

  /** The messages that come within some seconds. */
  async receive(seconds: number, ...flags: string[]): Promise<{ text: string; from: string; id: string }[]> {
    const lines = await this.run("receive", "--json", "--timeout", String(seconds), ...flags);
    return lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as never);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
