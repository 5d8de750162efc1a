// SPDX-License-Identifier: AGPL-3.0-or-later

// The service worker, in a world made of what it uses.
import { afterEach, beforeEach, expect, it, vi } from "vitest";

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

beforeEach(async () => {
  pages = [];
  listeners.clear();
  openWindow.mockClear();
  vi.resetModules();
  vi.stubGlobal("__VERSION__", "1");
  vi.stubGlobal("__FILES__", ["/icon.svg"]);
  vi.stubGlobal("location", { origin: ORIGIN });
  vi.stubGlobal("self", {
    addEventListener: (name: string, listener: Listener) => void listeners.set(name, listener),
    clients: { matchAll: async () => pages, get: async () => pages[0], openWindow },
  });
  await import("./service_worker");
});
afterEach(() => vi.unstubAllGlobals());

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

function ask(path: string, method = "GET"): Promise<Response> | undefined {
  let answer: Promise<Response> | undefined;
  const request = { url: `${ORIGIN}${path}`, method, mode: "no-cors", destination: "video", headers: new Headers() };
  listeners.get("fetch")?.({ request, clientId: "1", respondWith: (given: Promise<Response>) => (answer = given) });
  return answer;
}

it("answers files of messages itself, whatever is asked of them, and leaves the server's API alone", async () => {
  expect((await ask("/media/x?page=y"))?.status).toBe(404);
  expect((await ask("/media"))?.status).toBe(404);
  expect((await ask(`/media/${BEN}?page=y`, "POST"))?.status).toBe(405);
  expect(ask("/v1/files/x")).toBeUndefined();
  expect(ask("/mediation")).toBeUndefined();
});
