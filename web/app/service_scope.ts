// SPDX-License-Identifier: AGPL-3.0-or-later

// What of a service worker's world is used here: the library that the compiler has for pages does not declare it.

export interface PageClient {
  url: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  focus(): Promise<unknown>;
}
interface Extendable {
  /** The browser lets the worker live until it is settled. */
  waitUntil(work: Promise<unknown>): void;
}
export interface Fetched extends Extendable {
  request: Request;
  /** Of the page that asks; "" of a page that is opened by it. */
  clientId: string;
  respondWith(response: Promise<Response>): void;
}
export interface Clicked extends Extendable {
  notification: { close(): void; data: { address: string; conversation: string } };
}

export interface ServiceScope {
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Clicked) => void): void;
  skipWaiting(): Promise<void>;
  clients: {
    claim(): Promise<void>;
    get(id: string): Promise<PageClient | undefined>;
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly PageClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
}
