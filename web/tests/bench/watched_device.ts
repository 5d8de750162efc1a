// SPDX-License-Identifier: AGPL-3.0-or-later

// The web app as people run it, with probes put before its scripts: the bench sees what the core tells the page and
// when, makes calls of its own, and reads what the Worker spent.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page, Worker } from "playwright-core";

import {
  decodeEvent,
  decodeResponse,
  encodeRequest,
  resultOf,
  type Event,
  type MethodName,
  type MethodParams,
  type MethodResult,
} from "../../core-client/schema";
import { register } from "../support/actions";
import { Device } from "../support/browser";
import { webRoot } from "../support/kithd";

/** What the module's Worker has spent so far; times in milliseconds. */
export interface Spent {
  inputs: number;
  inputMs: number;
  syncs: number;
  syncMs: number;
  writes: number;
  writeMs: number;
  reads: number;
  readMs: number;
  bytesWritten: number;
}

export interface TimedEvent {
  /** The page's clock, in milliseconds. */
  at: number;
  event: Event;
}

/** How smoothly the page ran. */
export interface Smoothness {
  longestFrameMs: number;
  longTasks: LongTask[];
}

/** Of the page's main thread, over 50 ms. */
export interface LongTask {
  /** Its beginning, by the page's clock. */
  at: number;
  ms: number;
}

interface Probe {
  toldAt: number;
  connectedAt: number;
  longestFrameMs: number;
  longTasks: LongTask[];
  call(method: string, requests: string[]): Promise<string[]>;
  takeEvents(): { at: number; events: string[] }[];
  watch(): void;
}
type ProbedWindow = Window & { kithProbe: Probe };

const WAIT_MAX_MS = 180_000;
const QUIET_MS = 500;
const WHEEL_PX = 300;
const WHEEL_PAUSE_MS = 30;

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The built app with the probe before the Worker's script, in a folder that the caller removes. */
export function probedApp(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-web-"));
  cpSync(webRoot, folder, { recursive: true });
  const assets = path.join(folder, "assets");
  const name = readdirSync(assets).find((each) => /^worker-.*\.js$/.test(each));
  if (name === undefined) throw new Error(`there is no Worker's script in ${assets}`);
  const script = path.join(assets, name);
  writeFileSync(script, readFileSync(source("worker_probe.js"), "utf8") + readFileSync(script, "utf8"));
  for (const compressed of [`${script}.br`, `${script}.gz`]) rmSync(compressed);
  return folder;
}

export class WatchedDevice {
  private opened: Page | undefined;

  private constructor(
    private readonly device: Device,
    private readonly folder: string,
  ) {}

  /** A browser of its own, its storage on the disk; the server serves probedApp(). */
  static async open(server: string): Promise<WatchedDevice> {
    const folder = mkdtempSync(path.join(tmpdir(), "kith-chromium-"));
    const device = await Device.openWithStorage(folder, server);
    await device.context.addInitScript({ path: source("page_probe.js") });
    return new WatchedDevice(device, folder);
  }

  async register(phone: string, name: string): Promise<void> {
    await this.openPage();
    await register(this.page, phone, name);
  }

  /** At a conversation when one is named. */
  async openPage(conversation = ""): Promise<void> {
    this.opened = await this.device.page(conversation === "" ? "" : `#/c/${conversation}`);
  }

  /** Disconnects first: the Worker outlives its page for a moment, and would take messages. */
  async closePage(): Promise<void> {
    await this.call("disconnect");
    await this.page.close();
    this.opened = undefined;
  }

  get page(): Page {
    if (this.opened === undefined) throw new Error("no page is open");
    return this.opened;
  }

  /** A call beside those of the app. */
  async call<M extends MethodName>(
    method: M,
    params: MethodParams<M> = {} as MethodParams<M>,
  ): Promise<MethodResult<M>> {
    const [result] = await this.callAll(method, [params]);
    return result as MethodResult<M>;
  }

  /** Many, without waiting for one before the next. */
  async callAll<M extends MethodName>(method: M, params: readonly MethodParams<M>[]): Promise<MethodResult<M>[]> {
    const requests = params.map((each) => Buffer.from(encodeRequest(method, each)).toString("base64"));
    const responses = await this.page.evaluate(
      ([name, bytes]) => (window as unknown as ProbedWindow).kithProbe.call(name, bytes),
      [method, requests] as [string, string[]],
    );
    return responses.map((bytes) => resultOf(method, decodeResponse(Buffer.from(bytes, "base64"))));
  }

  /**
   * Every event to the first that is as wished, and those that came just after it. Looks when the core is quiet:
   * looking costs the page time.
   */
  async eventsUntil(what: string, wished: (event: Event) => boolean): Promise<TimedEvent[]> {
    const came: TimedEvent[] = [];
    for (const end = Date.now() + WAIT_MAX_MS; Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      if (
        !(await this.page.evaluate(
          (ms) => performance.now() - (window as unknown as ProbedWindow).kithProbe.toldAt > ms,
          QUIET_MS,
        ))
      )
        continue;
      const events = await this.takeEvents();
      came.push(...events);
      if (events.some(({ event }) => wished(event))) return came;
    }
    throw new Error(`not so within ${WAIT_MAX_MS / 1000} s: ${what}`);
  }

  private async takeEvents(): Promise<TimedEvent[]> {
    const batches = await this.page.evaluate(() => (window as unknown as ProbedWindow).kithProbe.takeEvents());
    return batches.flatMap(({ at, events }) =>
      events.map((bytes) => ({ at, event: decodeEvent(Buffer.from(bytes, "base64")) })),
    );
  }

  /**
   * When the page last asked the core to connect, and how smooth it was from then to the last event: not while the
   * bench looked.
   */
  async connection(): Promise<{ at: number } & Smoothness> {
    return this.page.evaluate(() => {
      const { connectedAt, toldAt, longestFrameMs, longTasks } = (window as unknown as ProbedWindow).kithProbe;
      return {
        at: connectedAt,
        longestFrameMs,
        longTasks: longTasks.filter(({ at }) => at >= connectedAt && at <= toldAt),
      };
    });
  }

  /** Turns the wheel over the open conversation, upwards, as fast as a hurried reader. */
  async scrollBack(turns: number): Promise<Smoothness> {
    const box = await this.page.getByRole("log").boundingBox();
    if (box === null) throw new Error("no conversation is open");
    await this.page.mouse.move(box.x + box.width / 2, 400);
    await this.page.evaluate(() => (window as unknown as ProbedWindow).kithProbe.watch());
    for (let turn = 0; turn < turns; ++turn) {
      await this.page.mouse.wheel(0, -WHEEL_PX);
      await new Promise((resolve) => setTimeout(resolve, WHEEL_PAUSE_MS));
    }
    return this.page.evaluate(() => {
      const { longestFrameMs, longTasks } = (window as unknown as ProbedWindow).kithProbe;
      return { longestFrameMs, longTasks };
    });
  }

  async spent(): Promise<Spent> {
    return this.worker().evaluate(() => ({ ...(self as unknown as { kithProbe: Spent }).kithProbe }));
  }

  async close(): Promise<void> {
    await this.device.close();
    rmSync(this.folder, { recursive: true });
  }

  private worker(): Worker {
    const worker = this.page.workers()[0];
    if (worker === undefined) throw new Error("the page has no Worker");
    return worker;
  }
}
