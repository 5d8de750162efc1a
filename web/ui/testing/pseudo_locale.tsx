// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole app, on a scripted core, in a language that writes Latin letters otherwise: what is still plain was not
// said by the catalogue. For suites that look at screens so.
import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { isLiteralElement, isPluralElement, isSelectElement, isTagElement } from "@formatjs/icu-messageformat-parser";
import { create } from "@bufbuild/protobuf";
import { act, cleanup } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";

import { ListDevicesResponseSchema } from "../../core-client/schema";
import type { AppViewModel } from "../../view-models/app";
import { LANGUAGE_TAGS, LANGUAGES } from "../../view-models/language";
import { speak, type Catalogue, type CompiledText } from "../../view-models/say";
import { ANA, BEN, conversation, KITCHEN, message, state, type FakeCore } from "../../view-models/testing/fake_core";
import { settledCore } from "../../view-models/testing/settled_core";
import first from "../../view-models/texts/en.json";
import parts from "../../view-models/texts/en.parts.json";
import { showApp, stubPage } from "./whole_app";

const english = { ...first, ...parts };
export const SERVER = "http://127.0.0.1:8080";
export const NAME = "Βεν";
/**
 * Names and texts are what people have written; their letters here are no Latin ones. Ids and addresses are nobody's
 * words, and each language has its own name.
 */
const DATA = [
  ...LANGUAGE_TAGS.map((tag) => LANGUAGES[tag].name),
  ANA,
  BEN,
  KITCHEN,
  "c".repeat(32),
  SERVER,
  "127.0.0.1:8080",
  "Ana",
  "Ben",
  "Cem",
];

/** In full-width letters. */
export const otherwise = (text: string) =>
  text.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));

function pseudo(text: CompiledText): CompiledText {
  return typeof text === "string" ? otherwise(text) : text.map(pseudoElement);
}

function pseudoElement(element: MessageFormatElement): MessageFormatElement {
  const all = (elements: MessageFormatElement[]) => elements.map(pseudoElement);
  if (isLiteralElement(element)) return { ...element, value: otherwise(element.value) };
  if (isTagElement(element)) return { ...element, children: all(element.children) };
  if (!isPluralElement(element) && !isSelectElement(element)) return element;
  const options = Object.entries(element.options).map(([key, option]) => [
    key,
    { ...option, value: all(option.value) },
  ]);
  return { ...element, options: Object.fromEntries(options) } as MessageFormatElement;
}

/** What of the page is plain: texts, and what is read out or shown beside them. */
export function plainTexts(): string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Element)
      for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(node.getAttribute(name) ?? "");
    else texts.push(node.textContent ?? "");
  }
  return texts.filter((text) => /[A-Za-z]{2}/.test(DATA.reduce((left, data) => left.replaceAll(data, ""), text)));
}

export async function show(): Promise<void> {
  app = showApp(core, SERVER);
  await settled(() => app.start());
}

/** Does something, and lets everything that waits for it go on. */
export async function settled(what: () => unknown = () => undefined): Promise<void> {
  await act(async () => {
    await what();
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

/** Of the test that runs. */
export let core: FakeCore;
export let app: AppViewModel;

/** The setup of a suite: called once in its file. */
export function pseudoLocaleSuite(): void {
  beforeAll(() => {
    speakOtherwise();
    stubPage();
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    speak("en", english);
  });
  beforeEach(() => {
    core = settledCore();
    core.conversations = [conversation({ title: NAME, lastMessage: message({ text: "γειά" }) })];
    core.messages = [message({ text: "γειά" })];
    core.on("getState", () => state({ name: NAME, server: SERVER }));
    core.on("listDevices", () => create(ListDevicesResponseSchema, { devices: [{ name: NAME }] }));
  });
  afterEach(() => {
    cleanup();
    app?.dispose();
  });
}

/** Dates and lists are in Greek. */
function speakOtherwise(): void {
  speak("el", Object.fromEntries(Object.entries(english as Catalogue).map(([id, text]) => [id, pseudo(text)])));
}
