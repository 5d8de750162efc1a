// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes the pictures of the README from the running app: a server, two people in browsers, and friends on the same core in Node.
//   tools/make_screenshots [FOLDER]
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import {
  bubble,
  closeSettings,
  composer,
  openConversation,
  openSettings,
  register,
  send,
  tick,
  writeToNumber,
} from "./support/actions";
import { Device, launchBrowser, setFocus } from "./support/browser";
import { Kithd, wasmFile } from "./support/kithd";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(root, "docs/images"));
const ANA = "+491700000301";
const BEN = "+447700900302";

const sharp: BrowserContextOptions = { deviceScaleFactor: 2, viewport: { width: 1240, height: 800 } };

async function friend(server: Kithd, phone: string, name: string, texts: readonly string[]): Promise<NodeClient> {
  const client = await NodeClient.start({ wasm: wasmFile });
  const { code } = await client.call("requestCode", { server: server.url, phone });
  await client.call("register", { server: server.url, phone, code, name, deviceName: "Terminal" });
  await client.call("connect");
  for (const text of texts) await client.call("sendMessage", { phone: ANA, text });
  return client;
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function talk(ana: Page, ben: Page): Promise<void> {
  await writeToNumber(ana, BEN);
  await send(ana, "Morning! Did the seedlings survive the night?");
  await openConversation(ben, "Ana");
  await send(ben, "All but one. The tomatoes are fine, the basil sulks.");
  await send(ana, "Basil always sulks 😄");
  await send(
    ana,
    "Shall we still go to the lake on Saturday? There is a train at 9:14, and Marta wants to come along with the little one. We could take the long path around and be back before it gets dark.",
  );
  await bubble(ben, "Shall we still go").waitFor();
  await bubble(ben, "Shall we still go").click({ button: "right", position: { x: 40, y: 20 } });
  await ben.getByRole("menuitem", { name: "Reply" }).click();
  await send(ben, "Yes to all of it. I bring tea and the good blanket.");
  await send(ana, "This is the path I meant: https://example.org/lake/long-path");
  await send(ben, "🎉");
  await bubble(ana, "🎉").waitFor();
  await tick(ana, "This is the path", "Read").waitFor();
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const server = await Kithd.start();
  const browser: Browser = await launchBrowser();
  const friends: NodeClient[] = [];
  try {
    const ana = await Device.open(browser, server.url, { ...sharp, colorScheme: "light" });
    const ben = await Device.open(browser, server.url, { ...sharp, colorScheme: "dark" });
    const anaPage = await ana.page();
    const benPage = await ben.page();
    await anaPage.getByLabel("Phone number").waitFor();
    await shoot(anaPage, "registration");
    await register(anaPage, ANA, "Ana");
    await register(benPage, BEN, "Ben");

    friends.push(await friend(server, "+491700000311", "Grandma", ["Dinner at six, and bring an appetite"]));
    friends.push(
      await friend(server, "+33612345312", "Zoé", [
        "The draft is in your inbox",
        "Tell me what you think of chapter two 🙏",
      ]),
    );
    friends.push(await friend(server, "+351912345313", "Tiago", ["Thanks for the book!"]));
    friends.push(await friend(server, "+12025550314", "Maya", ["Landed. See you tomorrow ✈️"]));
    await openConversation(anaPage, "Tiago");
    await send(anaPage, "My pleasure. Keep it as long as you like");
    await openConversation(anaPage, "Maya");
    await composer(anaPage).fill("I meet you at the");
    await talk(anaPage, benPage);
    friends.push(await friend(server, "+491700000315", "Choir", ["Rehearsal moved to Thursday, same room"]));
    await anaPage.locator(".row-button", { hasText: "Choir" }).waitFor();
    await composer(benPage).pressSequentially("See you at the sta");
    await anaPage.locator("[data-part=status]", { hasText: "typing" }).waitFor();
    await shoot(anaPage, "conversation-light");

    await composer(benPage).fill("");
    await setFocus(benPage, true);
    await composer(anaPage).pressSequentially("Per");
    await shoot(benPage, "one-conversation-dark");
    await composer(anaPage).fill("");
    await anaPage.emulateMedia({ colorScheme: "dark" });
    await shoot(anaPage, "conversation-dark");
    await anaPage.getByRole("button", { name: "Contact details" }).click();
    await anaPage.getByRole("group", { name: "Safety number" }).waitFor();
    await anaPage.emulateMedia({ colorScheme: "light" });
    await shoot(anaPage, "safety-number");
    await anaPage.keyboard.press("Escape");
    await openSettings(anaPage, /Privacy/);
    await anaPage.getByRole("switch", { name: /Read receipts/ }).waitFor();
    await shoot(anaPage, "settings");
    await closeSettings(anaPage);
    await anaPage.setViewportSize({ width: 390, height: 780 });
    await shoot(anaPage, "phone-conversation");
    await anaPage.getByRole("button", { name: "Back to the conversations" }).click();
    await shoot(anaPage, "phone-list");
  } finally {
    for (const each of friends) each.close();
    await browser.close();
    await server.stop();
  }
}

await main();
