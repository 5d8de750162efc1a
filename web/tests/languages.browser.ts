// SPDX-License-Identifier: AGPL-3.0-or-later

// The languages of the app: which one it speaks, from where it is read, and that it stays so.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";

import { NOON } from "../view-models/testing/fake_core";
import { problems } from "./support/axe";
import { eventually, row } from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { Harness } from "./support/harness";
import { Kithd } from "./support/kithd";

const spoken = (page: Page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
const speaks = (page: Page, lang: string) =>
  eventually(`the page speaks ${lang}`, async () => (await spoken(page))[0] === lang);
const leftOf = async (page: Page, selector: string) => (await page.locator(selector).first().boundingBox())?.x ?? 0;
const composer = (page: Page) => page.locator("[data-pane=conversation] textarea");

describe("the language of the app", () => {
  let harness: Harness, browser: Browser, device: Device, page: Page;

  before(async () => {
    harness = await Harness.start();
    browser = await launchBrowser();
    device = await harness.device(browser, { locale: "de-AT" });
    page = await harness.page(device);
    await row(page, "Ben").waitFor();
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });
  afterEach(async () => device.check());

  it("is the browser's at first, with its dates", async () => {
    assert.deepEqual(await spoken(page), ["de", "ltr"]);
    await page.getByRole("heading", { name: "Chats" }).waitFor();
    await row(page, "Ben").click();
    await composer(page).waitFor();
    const date = new Intl.DateTimeFormat("de-AT", { dateStyle: "full", timeZone: "Europe/Berlin" }).format(NOON);
    const title = await page.locator("[data-message] time").first().getAttribute("title");
    assert.ok(title?.startsWith(date), `${title} begins with ${date}`);
  });

  it("changes at once in the settings, and what is being written stays", async () => {
    await composer(page).fill("halb fertig");
    await page.locator("#open-settings").click();
    await page.getByRole("button", { name: /^Sprache/ }).click();
    await page.getByRole("radio", { name: "Wie der Browser: Deutsch" }).isChecked();
    await page.getByRole("radio", { name: "العربية" }).click();
    await page.getByRole("heading", { name: "اللغة" }).waitFor();
    assert.deepEqual(await spoken(page), ["ar", "rtl"]);
    assert.equal(await composer(page).inputValue(), "halb fertig");
    assert.equal(await page.getByRole("radio", { name: "العربية" }).isChecked(), true);
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).value), "ar");
  });

  it("is read from the right in Arabic, with its digits, and axe finds nothing serious", async () => {
    assert.ok((await leftOf(page, "[data-pane=left]")) > (await leftOf(page, "[data-pane=conversation]")));
    const bubble = await page.locator("[data-message] [data-bubble]").first().boundingBox();
    const pane = await page.locator("[data-timeline]").boundingBox();
    assert.ok(bubble !== null && pane !== null);
    assert.ok(bubble.x + bubble.width / 2 > pane.x + pane.width / 2, "what others wrote is at the right");
    assert.match((await page.locator("[data-message] time").first().textContent()) ?? "", /[٠-٩]+:[٠-٩]{2}/);
    assert.deepEqual(await problems(page), []);
  });

  it("is the same after a reload", async () => {
    await page.reload();
    await page.getByRole("heading", { name: "اللغة" }).waitFor();
    assert.deepEqual(await spoken(page), ["ar", "rtl"]);
  });

  it("stays what it was while the words of another can't be had", async () => {
    device.serverAway = true; // what the browser says of it is no problem
    await page.route(/texts\/fr\.json/, (route) => route.abort());
    await page.locator("input[type=radio][value=fr]").click();
    await page.getByRole("alert").getByText("لا يمكن جلب نصوص هذه اللغة الآن.").waitFor();
    assert.deepEqual(await spoken(page), ["ar", "rtl"]);
    await page.unroute(/texts\/fr\.json/);
    await page.reload();
    await speaks(page, "fr");
    await page.getByRole("heading", { name: "Langue" }).waitFor();
  });

  it("is the browser's again when that is wanted", async () => {
    await page.locator("input[type=radio][value='']").click();
    await page.getByRole("heading", { name: "Sprache" }).waitFor();
    assert.deepEqual(await spoken(page), ["de", "ltr"]);
  });
});

describe("the language of the app as it is built", () => {
  let server: Kithd, browser: Browser, device: Device, page: Page;

  before(async () => {
    server = await Kithd.start();
    browser = await launchBrowser();
    device = await Device.open(browser, server.url, { locale: "pt-PT" });
    await device.context.addInitScript(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const look = () => seen.push(document.body?.innerText ?? "");
      new MutationObserver(look).observe(document, { childList: true, subtree: true });
    });
    page = await device.page();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const hasOnlySpoken = async () => {
    await page.getByRole("heading", { name: "Boas-vindas ao Kith" }).waitFor();
    await page.getByLabel("Número de telefone").waitFor();
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    assert.ok(seen.some((text) => text.includes("Boas-vindas")));
    assert.deepEqual(
      seen.filter((text) => /Opening Kith|Welcome/.test(text)),
      [],
    );
  };

  it("is there before the first screen: no English is seen", hasOnlySpoken);

  it("is there without the server", async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await device.check();
    device.serverAway = true;
    await server.kill();
    await page.reload();
    await hasOnlySpoken();
  });
});
