// SPDX-License-Identifier: AGPL-3.0-or-later

// Measures the client core where people have it: in the Worker of the web app in Chromium, its database in OPFS,
// against a kithd of its own.
//
//   npm run bench:core -- [--messages 20000] [--sent 5000] [--rounds 3] [--payload 200] [--json FILE]        (in web/)
//
// Each round is a new device. Another client, with real sessions, writes to it while its page is closed. Then the page
// is opened, and connects:
//   received       from the call that connects to the event that says "online", which follows the commit of the last
//                  message
//   received_open  the same once more, at the open conversation
//   scrolled       the wheel is turned there, upwards: 45,000 pixels in some 5 s
//   sent           messages written without a connection; from the call that connects to the event that says that
//                  nothing is unsent
// A round in which a message is missing, there twice, unreadable or out of order fails.
//
// per_s is what counts; handle_us and what follows are of one message: the time in the module, and of that in the file
// layer. inputs, syncs, the longest time without a frame and the longest task of the page are of the whole.
import { rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { NodeClient } from "../../core-client/node_host";
import { State_Connection, type Event } from "../../core-client/schema";
import { textOf } from "../../view-models/core";
import { Kithd, wasmFile } from "../support/kithd";
import { probedApp, WatchedDevice, type Smoothness, type Spent, type TimedEvent } from "./watched_device";

/** As much as an outbox takes at once, and less. */
const PART = 5_000;
const PAGE = 500;
const WHEEL_TURNS = 150;
const MESSAGES_MAX = 100_000;
/** What a server for people limits and one that is measured does not. A stranger's share is a fifth of an inbox. */
const SETTINGS = `
[inbox]
device_entries_max = ${MESSAGES_MAX * 8}
device_bytes_max = ${MESSAGES_MAX * 8000}
[limits]
sends_per_second = 0
frames_per_second = 0
`;

interface Options {
  messages: number;
  sent: number;
  payload: number;
}

const figures = new Map<string, number[]>();

function add(name: string, value: number): void {
  figures.set(name, [...(figures.get(name) ?? []), value]);
}

const isOnline = (event: Event): boolean =>
  event.kind.case === "stateChanged" && event.kind.value.connection === State_Connection.kOnline;
const allIsSent = (event: Event): boolean =>
  event.kind.case === "stateChanged" && event.kind.value.unsentMessages === 0;

async function sender(server: string, phone: string): Promise<NodeClient> {
  const client = await NodeClient.start({ wasm: wasmFile });
  const { code } = await client.call("requestCode", { server, handle: phone });
  await client.call("register", { server, handle: phone, code, name: "Sender", deviceName: "Bench" });
  return client;
}

/** Writes to a device that is away, until the server has it all; then the client leaves. */
async function store(client: NodeClient, phone: string, texts: readonly string[]): Promise<void> {
  await client.call("connect");
  for (let from = 0; from < texts.length; from += PART) {
    for (const text of texts.slice(from, from + PART)) await client.call("sendMessage", { handle: phone, text });
    while ((await client.call("getState")).unsentMessages > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.call("disconnect");
}

/** Reads the conversation back: each message once, in the order in which they were written, and none unreadable. */
async function check(device: WatchedDevice, conversation: string, expected: readonly string[]): Promise<void> {
  const texts: string[] = [];
  let before = {};
  for (let more = true; more;) {
    const page = await device.call("listMessages", { conversation, limit: PAGE, ...before });
    const oldest = page.messages[0];
    if (oldest === undefined) break;
    texts.unshift(...page.messages.filter(({ outgoing }) => !outgoing).map((message) => textOf(message)));
    before = { beforeOrderUs: oldest.orderUs, beforeId: oldest.id };
    more = page.more;
  }
  const wrong = expected.findIndex((text, at) => texts[at] !== text);
  if (texts.length !== expected.length || wrong >= 0) {
    throw new Error(
      `${texts.length} of ${expected.length} messages are there; ` +
        `the first that is wrong is number ${wrong + 1}: ${texts[wrong]}`,
    );
  }
  const { undecryptable } = await device.call("getState");
  if (undecryptable !== 0n) throw new Error(`${undecryptable} messages could not be decrypted`);
}

function addSmoothness(name: string, start: number, { longestFrameMs, longTasks }: Smoothness): void {
  add(`${name}.longest_frame_ms`, longestFrameMs);
  add(`${name}.long_tasks`, longTasks.length);
  add(`${name}.longest_task_ms`, Math.max(0, ...longTasks.map(({ ms }) => ms)));
  for (const { at, ms } of longTasks)
    console.error(`  ${name}: a task of ${ms.toFixed(0)} ms, after ${(at - start).toFixed(0)} ms`);
}

/** Adds the figures of what was done from the connection to the first event that is as wished. */
async function measure(
  name: string,
  messages: number,
  device: WatchedDevice,
  before: Spent,
  wished: (event: Event) => boolean,
): Promise<TimedEvent[]> {
  const events = await device.eventsUntil(`${name} ${messages}`, wished);
  const after = await device.spent();
  const { at, ...smoothness } = await device.connection();
  const ended = events.find((each) => each.at >= at && wished(each.event))?.at;
  if (ended === undefined) throw new Error(`${name}: what was waited for came before the connection`);
  const each = (field: keyof Spent): number => (after[field] - before[field]) / messages;
  add(`${name}.per_s`, messages / ((ended - at) / 1000));
  add(`${name}.handle_us`, each("inputMs") * 1000);
  add(`${name}.sync_us`, each("syncMs") * 1000);
  add(`${name}.write_us`, each("writeMs") * 1000);
  add(`${name}.read_us`, each("readMs") * 1000);
  add(`${name}.inputs`, after.inputs - before.inputs);
  add(`${name}.syncs`, after.syncs - before.syncs);
  add(`${name}.bytes`, each("bytesWritten"));
  addSmoothness(name, at, smoothness);
  return events;
}

const NOTHING: Spent = {
  inputs: 0,
  inputMs: 0,
  syncs: 0,
  syncMs: 0,
  writes: 0,
  writeMs: 0,
  reads: 0,
  readMs: 0,
  bytesWritten: 0,
};

/**
 * The page is open, and the whole backlog came to it: none of it before, none left out but by a Resync (ticks of 5,000
 * messages sent make one).
 */
async function receive(name: string, messages: number, device: WatchedDevice): Promise<void> {
  const events = await measure(name, messages, device, NOTHING, isOnline);
  const told = events.filter(({ event }) => event.kind.case === "messageAdded").length;
  const resynced = events.some(({ event }) => event.kind.case === "resync");
  if (told !== messages && !resynced) throw new Error(`${name}: ${told} of ${messages} messages were told`);
}

async function onlyConversation(device: WatchedDevice): Promise<string> {
  return (await device.call("listConversations")).conversations[0]?.id ?? "";
}

async function send(device: WatchedDevice, phone: string, texts: readonly string[]): Promise<void> {
  for (let from = 0; from < texts.length; from += PART) {
    const part = texts.slice(from, from + PART);
    await device.call("disconnect");
    await device.callAll(
      "sendMessage",
      part.map((text) => ({ handle: phone, text })),
    );
    const before = await device.spent();
    await device.eventsUntil(
      "written",
      (event) => event.kind.case === "stateChanged" && event.kind.value.unsentMessages === part.length,
    );
    await device.call("connect");
    await measure("sent", part.length, device, before, allIsSent);
  }
}

async function round(server: Kithd, number: number, options: Options): Promise<void> {
  const [peer, own] = [`+4917100${10000 + number}`, `+4917200${10000 + number}`];
  const texts = Array.from({ length: options.messages }, (_, at) => `message ${at + 1}.`.padEnd(options.payload, " x"));
  const device = await WatchedDevice.open(server.url);
  const client = await sender(server.url, peer);
  try {
    await device.register(own, "Receiver");
    await device.closePage();

    await store(client, own, texts);
    await device.openPage();
    await receive("received", texts.length, device);
    const conversation = await onlyConversation(device);
    await check(device, conversation, texts);
    await send(device, peer, texts.slice(0, options.sent));
    await device.closePage();

    await store(client, own, texts);
    await device.openPage(conversation);
    await receive("received_open", texts.length, device);
    addSmoothness("scrolled", 0, await device.scrollBack(WHEEL_TURNS));
    await check(device, conversation, [...texts, ...texts]);
  } finally {
    client.close();
    await device.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function printTable(): void {
  const line = (name: string, ...cells: (string | number)[]) =>
    console.log(
      name.padEnd(32) + cells.map((cell) => (typeof cell === "number" ? cell.toFixed(1) : cell).padStart(14)).join(""),
    );
  line("figure", "median", "least", "greatest");
  for (const [name, rounds] of figures) line(name, median(rounds), Math.min(...rounds), Math.max(...rounds));
}

function numberFrom(text: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new RangeError(`${text} is no number from ${least} to ${most}`);
  return number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "20000" },
      sent: { type: "string", default: "5000" },
      rounds: { type: "string", default: "3" },
      payload: { type: "string", default: "200" },
      json: { type: "string" },
    },
  });
  const options: Options = {
    messages: numberFrom(values.messages, 1, MESSAGES_MAX),
    sent: numberFrom(values.sent, 0, MESSAGES_MAX),
    payload: numberFrom(values.payload, 1, 48_000),
  };
  const rounds = numberFrom(values.rounds, 1, 20);
  const app = probedApp();
  const server = await Kithd.start(SETTINGS, app);
  try {
    for (let number = 1; number <= rounds; ++number) {
      console.error(`round ${number}…`);
      await round(server, number, options);
    }
  } finally {
    await server.stop();
    rmSync(app, { recursive: true });
  }
  printTable();
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(Object.fromEntries(figures), undefined, 2));
}

await main();
