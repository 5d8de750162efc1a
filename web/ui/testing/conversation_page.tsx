// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole app with a conversation open on a scripted core, and what somebody does there with its messages.
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, vi } from "vitest";

import type { AppViewModel } from "../../view-models/app";
import type { Message } from "../../view-models/core";
import { message, settle, type FakeCore } from "../../view-models/testing/fake_core";
import { settledCore } from "../../view-models/testing/settled_core";
import { showApp, stubPage } from "./whole_app";

/** Of the test that runs. */
export let core: FakeCore;
export let app: AppViewModel;

/** The setup of a suite: called once in its file. */
export function conversationSuite(): void {
  beforeAll(stubPage);
  beforeEach(() => {
    core = settledCore();
  });
  afterEach(() => {
    close();
    vi.useRealTimers();
  });
}

export function close(): void {
  cleanup();
  app?.dispose();
}

export const settled = (what: () => unknown = () => undefined) =>
  act(async () => {
    await what();
    await settle();
  });
/** What is fetched, and the next frame. */
export const soon = () => act(() => new Promise((resolve) => setTimeout(resolve, 30)));

/** The first conversation, with these messages. */
export async function open(...messages: Message[]): Promise<void> {
  core.messages = messages;
  app = showApp(core);
  await settled(async () => {
    await app.start();
    await app.openConversation(core.conversations[0]?.id ?? "");
  });
}
export const MINUTE = 60_000;
export const own = (text: string, fields: object = {}) =>
  message({ outgoing: true, text, atMs: Date.now() - MINUTE, ...fields });
export const bens = (text: string, fields: object = {}) => message({ text, atMs: Date.now() - 2 * MINUTE, ...fields });

export const rows = () => [...document.querySelectorAll<HTMLElement>("[data-message]")];
export const row = (text: string) => rows().find((each) => each.textContent.includes(text)) as HTMLElement;
export const texts = () => [...document.querySelectorAll("[data-words]")].map(({ textContent }) => textContent);
export const field = () => document.querySelector("[data-composer] textarea") as HTMLTextAreaElement;
export const openMenu = async (text: string) => {
  const bubble = row(text).querySelector("[data-bubble]") as Element;
  await settled(() => fireEvent.contextMenu(bubble, { clientX: 5, clientY: 5 }));
  await soon();
};
export const offered = () => screen.queryAllByRole("menuitem", { hidden: true }).map(({ textContent }) => textContent);
export const choose = async (text: string, name: string) => {
  await openMenu(text);
  await settled(() => fireEvent.click(screen.getByRole("menuitem", { name, hidden: true })));
  await soon();
};
export const press = async (name: string | RegExp, within_: HTMLElement = document.body) => {
  await settled(() => fireEvent.click(within(within_).getByRole("button", { name, hidden: true })));
  await soon();
};
export const key = (target: Element, options: object) => settled(() => fireEvent.keyDown(target, options));
export const dialog = () => document.querySelector("dialog");
export const answers = () => [...(dialog()?.querySelectorAll("button") ?? [])].map(({ textContent }) => textContent);
export const notice = () =>
  screen
    .getAllByRole("status")
    .map(({ textContent }) => textContent)
    .join();
