// SPDX-License-Identifier: AGPL-3.0-or-later

// Keeps the app's own files, so that the page opens when the server is away: messages are on the device anyway; and
// answers the addresses of messages' files (media_responses.ts), and takes what other programs share with this one
// (share_target.ts). Nothing of the server's API passes through here, and nothing of messages is kept. The build fills
// in the version and the list.
import { answerMedia, isMedia } from "./media_responses";
import type { ServiceScope } from "./service_scope";
import { answerShare, SHARE_PATH } from "./share_target";
import { dropOld, SHARED_CACHE } from "./shared_kept";

declare const __VERSION__: string;
declare const __FILES__: readonly string[];
const VERSION = __VERSION__;
const FILES = __FILES__;

const scope = self as unknown as ServiceScope;

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(VERSION)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  const outdated = (names: string[]) => names.filter((name) => name !== VERSION && name !== SHARED_CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(outdated(names).map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  );
});

/** The page itself comes from the server when there is one, so that a new version is taken at once. */
async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok) return response;
  } catch {
    // Away: what is kept here has to do.
  }
  return (await caches.match("/")) ?? Response.error();
}

/** Files with a hash in their name never change. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(VERSION);
    await cache.put(request, response.clone());
  }
  return response;
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (isMedia(url)) return event.respondWith(answerMedia(event, scope.clients));
  if (request.method === "POST" && url.pathname === SHARE_PATH)
    return event.respondWith(answerShare(request, location.origin));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.waitUntil(dropOld(Date.now()).catch(() => undefined));
  if (request.mode === "navigate" && url.pathname === "/") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/") || FILES.includes(url.pathname)) event.respondWith(asset(request));
});

// A click on a notification that this worker shows for a page (app/page_notifications.ts): telephones let no page show
// one. `data` has the address of the profile, and the conversation. A page of that profile that is open comes to the
// front and opens it; else a new one does.
async function openConversation({ address, conversation }: { address: string; conversation: string }): Promise<void> {
  const wanted = new URL(address, location.origin);
  const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(
    ({ url }) => new URL(url).pathname === wanted.pathname && new URL(url).search === wanted.search,
  );
  if (page === undefined) return void (await scope.clients.openWindow(new URL(`#/c/${conversation}`, wanted).href));
  page.postMessage({ kind: "open-conversation", conversation });
  await page.focus().catch(() => undefined); // the browser may not let it come to the front
}

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openConversation(event.notification.data));
});
