// SPDX-License-Identifier: AGPL-3.0-or-later

// Measures how busy the page is while a conversation that is open is lively: messages come in faster than anybody
// reads, on a slow machine.
//
//   npm run bench:lively -- [--messages 500] [--per-second 200] [--slower 4] [--rounds 5] [--web FOLDER]… [--trace
//   FILE]   (in web/)
//
// The page's thread is slowed by the browser. With several folders of built apps each gets a server and a device of its
// own, and their rounds alternate: only their ratio means something while the machine does other things.
//   tasks      of over 50 ms, in a round; `longest` and `sum` are of those
// A trace is of the first round of the first app, for the Performance panel of the browser.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";

import { NodeClient } from "../../core-client/node_host";
import { bubble, openConversation, register, send, writeToNumber } from "../support/actions";
import { Device, launchBrowser } from "../support/browser";
import { Kithd, wasmFile, webRoot } from "../support/kithd";

const SETTINGS = "[limits]\nsends_per_second = 0\nframes_per_second = 0\n";
const OWN = "+491700000501";
const PEER = "+491700000502";

interface Options {
  messages: number;
  perSecond: number;
  slower: number;
}
interface Round {
  tasks: number;
  longest: number;
  sum: number;
}

/** One app, its server, its device at an open conversation, and who writes there. */
class Measured {
  readonly rounds: Round[] = [];
  private written = 0;

  private constructor(
    readonly web: string,
    private readonly server: Kithd,
    private readonly device: Device,
    private readonly page: Page,
    private readonly peer: NodeClient,
  ) {}

  static async open(browser: Browser, web: string, slower: number): Promise<Measured> {
    const server = await Kithd.start(SETTINGS, web);
    const peer = await NodeClient.start({ wasm: wasmFile });
    const { code } = await peer.call("requestCode", { server: server.url, handle: PEER });
    await peer.call("register", { server: server.url, handle: PEER, code, name: "Sender", deviceName: "Bench" });
    await peer.call("connect");
    const device = await Device.open(browser, server.url);
    const page = await device.page();
    await register(page, OWN, "Receiver");
    await writeToNumber(page, PEER);
    await send(page, "go");
    await openConversation(page, "Sender");
    const session = await device.context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { kithLongTasks: tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: "longtask",
      });
    });
    return new Measured(web, server, device, page, peer);
  }

  async round({ messages, perSecond }: Options): Promise<void> {
    await this.longTasks();
    const began = performance.now();
    for (let sent = 0; sent < messages;) {
      const due = Math.min(messages, Math.ceil(((performance.now() - began) / 1000) * perSecond));
      for (; sent < due; ++sent)
        await this.peer.call("sendMessage", {
          handle: OWN,
          text: `line ${++this.written}. The path goes along the shore.`,
        });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await bubble(this.page, `line ${this.written}.`).waitFor();
    await this.page.waitForTimeout(500);
    const tasks = await this.longTasks();
    this.rounds.push({
      tasks: tasks.length,
      longest: Math.max(0, ...tasks),
      sum: tasks.reduce((sum, each) => sum + each, 0),
    });
  }

  private longTasks(): Promise<number[]> {
    return this.page.evaluate(() => (window as unknown as { kithLongTasks: number[] }).kithLongTasks.splice(0));
  }

  async close(): Promise<void> {
    this.peer.close();
    await this.device.close();
    await this.server.stop();
  }
}

function print(measured: readonly Measured[]): void {
  const columns = ["median", "least", "greatest"];
  console.log("app".padEnd(32) + "figure".padEnd(10) + columns.map((each) => each.padStart(10)).join(""));
  for (const { web, rounds } of measured) {
    for (const figure of ["tasks", "longest", "sum"] as const) {
      const sorted = rounds.map((each) => each[figure]).sort((a, b) => a - b);
      const cells = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
      const shown = cells.map((cell) => (cell ?? 0).toFixed(0).padStart(10)).join("");
      console.log(web.slice(-30).padEnd(32) + figure.padEnd(10) + shown);
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "500" },
      "per-second": { type: "string", default: "200" },
      slower: { type: "string", default: "4" },
      rounds: { type: "string", default: "5" },
      web: { type: "string", multiple: true, default: [webRoot] },
      trace: { type: "string" },
    },
  });
  const options = {
    messages: Number(values.messages),
    perSecond: Number(values["per-second"]),
    slower: Number(values.slower),
  };
  const browser = await launchBrowser();
  const measured: Measured[] = [];
  try {
    for (const web of values.web) measured.push(await Measured.open(browser, web, options.slower));
    for (let round = 0; round < Number(values.rounds); ++round) {
      for (const each of measured) {
        const traced = values.trace !== undefined && round === 0 && each === measured[0];
        if (traced)
          await browser.startTracing(undefined, {
            categories: ["devtools.timeline", "v8.execute", "disabled-by-default-v8.cpu_profiler", "blink.user_timing"],
          });
        await each.round(options);
        if (traced) writeFileSync(values.trace as string, await browser.stopTracing());
      }
    }
  } finally {
    for (const each of measured) await each.close();
    await browser.close();
  }
  print(measured);
}

await main();
