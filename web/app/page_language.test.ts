// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, beforeEach, expect, it, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
});
afterEach(() => vi.restoreAllMocks());

async function start(wanted: readonly string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(wanted);
  const { startLanguage } = await import("./page_language");
  const { language } = await import("../view-models/language");
  await startLanguage();
  return language;
}
const page = () => [document.documentElement.lang, document.documentElement.dir];

it("the page says what it is in, and from where that is read", async () => {
  const language = await start(["ar-EG", "en"]);
  expect(page()).toEqual(["ar", "rtl"]);
  await language.choose("pt-BR");
  expect(page()).toEqual(["pt-BR", "ltr"]);
});

it("what was chosen is there at the next start, until it is the browser's again", async () => {
  await (await start(["en"])).choose("fr");
  vi.resetModules();
  const language = await start(["en"]);
  expect(page()).toEqual(["fr", "ltr"]);
  await language.choose("");
  expect(page()).toEqual(["en", "ltr"]);
  expect(localStorage.length).toBe(0);
});

it("without anything kept, or room for it, the page speaks all the same", async () => {
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new Error("forbidden");
  });
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("full");
  });
  const language = await start(["es-MX"]);
  expect(page()).toEqual(["es", "ltr"]);
  await language.choose("de");
  expect(page()).toEqual(["de", "ltr"]);
});
