// SPDX-License-Identifier: AGPL-3.0-or-later

// A preview of a link through a real server: from a page that it may fetch, to whoever gets the message.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";

import { bubble, composer, openConversation, register, send, writeToNumber } from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000951";
const BEN = "+491700000952";

let forest: Buffer; // a picture of 600 by 315 pixels
/** Who asked it for what. */
const asked: { path: string; agent: string; cookie: string | undefined }[] = [];
const site = createServer((request, response) => {
  const { url = "", headers } = request;
  asked.push({ path: url, agent: headers["user-agent"] ?? "", cookie: headers.cookie });
  if (url === "/moved") return response.writeHead(302, { location: "/walks", "set-cookie": "seen=1" }).end();
  if (url === "/forest.png") return response.writeHead(200, { "content-type": "image/png" }).end(forest);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "set-cookie": "seen=2" });
  response.end('<title>Five easy walks</title><meta property="og:image" content="/forest.png">');
}).listen(0, "127.0.0.1");
await once(site, "listening");
const { port } = site.address() as AddressInfo;
const link = (path: string): string => `http://127.0.0.1:${port}${path}`;

describe("a preview of a link through the server [F16]", () => {
  const suite = serverSuite(["ana", "ben"], { settings: `[links]\nallow = ["127.0.0.1/32:${port}"]\n` });
  let anaPage: Page, benPage: Page;

  before(async () => {
    [anaPage, benPage] = [suite.page("ana"), suite.page("ben")];
    const bytes = await anaPage.evaluate(async () => {
      const canvas = new OffscreenCanvas(600, 315);
      canvas.getContext("2d")?.fillRect(0, 0, 600, 315);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())];
    });
    forest = Buffer.from(bytes);
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "Hello Ben");
    await openConversation(benPage, "Ana Ferreira");
  });
  after(() => void site.close());

  it("is made once somebody wants it, and is there for whoever gets the message", async () => {
    await composer(anaPage).fill(`See ${link("/moved")} `);
    const question = anaPage.getByRole("group", { name: "Show previews of links you send?" });
    await question.waitFor();
    assert.equal(asked.length, 0, "not before");
    await question.getByRole("button", { name: "Show previews" }).click();
    await anaPage.locator("[data-part=composer-link][data-stage=there]").waitFor();
    await composer(anaPage).press("Enter");
    const card = bubble(benPage, link("/moved")).locator("[data-part=link-card]");
    await card.getByText("Five easy walks").waitFor();
    assert.equal(await card.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth), 480);
    assert.deepEqual(
      asked.map(({ path }) => path),
      ["/moved", "/walks", "/forest.png"],
    );
    assert.ok(
      asked.every(({ agent, cookie }) => agent.includes("KithLinkPreview") && cookie === undefined),
      "by the server alone, without cookies",
    );
  });

  it("is none where the server does not go: the message leaves without", async () => {
    const before = asked.length;
    await composer(anaPage).fill(`Not http://127.0.0.1:${port === 1 ? 2 : 1}/ `);
    await anaPage.waitForTimeout(1_500);
    await composer(anaPage).press("Enter");
    await bubble(benPage, "Not http").waitFor();
    assert.equal(await bubble(benPage, "Not http").locator("[data-part=link-card]").count(), 0);
    assert.equal(asked.length, before);
  });
});
