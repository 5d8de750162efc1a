// SPDX-License-Identifier: AGPL-3.0-or-later

// The service worker's script as the build leaves it, in a worker made of what it uses.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { beforeEach, expect, it, vi } from "vitest";

const BEN = "b".repeat(32);
const ORIGIN = "https://kith.example";

interface Page {
  url: string;
  postMessage: (message: unknown) => void;
  focus: () => Promise<void>;
}
type Listener = (event: object) => void;

const listeners = new Map<string, Listener>();
const openWindow = vi.fn(async () => undefined);
let pages: Page[] = [];

function openPage(url: string): Page {
  const page = { url, postMessage: vi.fn(), focus: vi.fn(async () => undefined) };
  pages.push(page);
  return page;
}

async function click(address: string): Promise<void> {
  let done: Promise<unknown> = Promise.resolve();
  const notification = { data: { address, conversation: BEN }, close: vi.fn() };
  listeners.get("notificationclick")?.({ notification, waitUntil: (work: Promise<unknown>) => (done = work) });
  await done;
  expect(notification.close).toHaveBeenCalledOnce();
}

beforeEach(() => {
  pages = [];
  listeners.clear();
  openWindow.mockClear();
  const source = readFileSync(fileURLToPath(new URL("service_worker.js", import.meta.url)), "utf8");
  const self = {
    addEventListener: (name: string, listener: Listener) => void listeners.set(name, listener),
    clients: { matchAll: async () => pages, openWindow },
  };
  const built = source.replace("__VERSION__", '"1"').replace("__FILES__", "[]");
  vm.runInNewContext(built, { self, location: { origin: ORIGIN }, URL });
});

it("a click on a notification brings its profile's page to the front, and opens the conversation there", async () => {
  const other = openPage(`${ORIGIN}/?profile=work`);
  const page = openPage(`${ORIGIN}/#/settings`);
  await click("/");
  expect(page.postMessage).toHaveBeenCalledWith({ kind: "open-conversation", conversation: BEN });
  expect(page.focus).toHaveBeenCalledOnce();
  expect(other.postMessage).not.toHaveBeenCalled();
  expect(openWindow).not.toHaveBeenCalled();
});

it("when no page of the profile is open any more, a click opens one at the conversation", async () => {
  openPage(`${ORIGIN}/`);
  await click("/?profile=work");
  expect(openWindow).toHaveBeenCalledWith(`${ORIGIN}/?profile=work#/c/${BEN}`);
});
