// SPDX-License-Identifier: AGPL-3.0-or-later

// Files between two people, from the browser's core in Chromium to the same core in Node, over a real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";

import { NodeClient } from "../core-client/node_host";
import { Media_State as State, type Message } from "../core-client/schema";
import { numbered } from "../core-client/testing/media_bytes";
import type { ClientTesting } from "./media/client";
import { eventually } from "./support/actions";
import { Device, launchBrowser } from "./support/browser";
import { Harness } from "./support/harness";
import { Kithd, wasmFile } from "./support/kithd";

const PAGE = "+491700000001";
const PEER = "+491700000002";

let harness: Harness, browser: Browser, server: Kithd, device: Device, page: Page, peer: NodeClient;

before(async () => {
  harness = await Harness.start();
  browser = await launchBrowser();
  server = await Kithd.start();
  device = await harness.device(browser);
  page = await open();
  await within(page, ({ register }, [url, handle]) => register(url ?? "", handle ?? ""), [server.url, PAGE]);
  peer = await NodeClient.start({ wasm: wasmFile });
  const { code } = await peer.call("requestCode", { server: server.url, handle: PEER });
  await peer.call("register", { server: server.url, handle: PEER, code, name: "Peer", deviceName: "Node" });
  await peer.call("connect");
});
after(async () => {
  peer?.close();
  await device?.close();
  await server?.stop();
  await browser?.close();
  await harness?.stop();
});

async function open(): Promise<Page> {
  const opened = await device.page("tests/media/client.html");
  await opened.waitForFunction(() => "clientTesting" in window);
  return opened;
}

function within<Argument, Result>(
  of: Page,
  act: (testing: ClientTesting, argument: Argument) => Result,
  argument?: Argument,
): Promise<Awaited<Result>> {
  const given = JSON.stringify(argument ?? null);
  return of.evaluate(`(${act.toString()})(window.clientTesting, ${given})`) as Promise<Awaited<Result>>;
}

const sendFromPage = (size: number, of = page) =>
  within(of, ({ sendFile }, [handle, bytes]) => sendFile(handle as string, bytes as number), [PEER, size]);
const stateAtPage = (id: string) => within(page, ({ stateOf }, message) => stateOf(message), id);
const wrongAtPage = (id: string, size: number, of = page) =>
  within(of, ({ wrongIn }, [message, bytes]) => wrongIn(message as string, bytes as number), [id, size]);

/** The peer's newest message with a file, and what has become of that. */
async function newestAtPeer(): Promise<{ message: Message; state: State } | undefined> {
  const { conversations } = await peer.call("listConversations");
  for (const { id: conversation } of conversations) {
    const [message] = (await peer.call("listMedia", { conversation })).messages;
    if (message?.body.case === "media") return { message, state: message.body.value.state };
  }
  return undefined;
}

async function arrivesAtPeer(id: string, size: number): Promise<void> {
  await eventually("the peer has the message", async () => (await newestAtPeer())?.message.id === id);
  await peer.call("fetchMedia", { id });
  await eventually("the peer has the file", async () => (await newestAtPeer())?.state === State.kHere);
  assert.equal(Buffer.compare(await peer.readMedia(id), numbered(size)), 0);
}

async function sendFromPeer(size: number): Promise<string> {
  const file = await peer.seal(new Blob([numbered(size)]));
  const about = { kind: 5, name: "file.bin", mimeType: "application/octet-stream", size: BigInt(size) };
  const { message } = await peer.call("sendMessage", { handle: PAGE, attachment: { file, about } });
  return message?.id ?? "";
}

describe("A file between two people", () => {
  test("goes from a page to Node, in several parts, and back", async () => {
    const id = await sendFromPage(20_000_001);
    await arrivesAtPeer(id, 20_000_001);
    const back = await sendFromPeer(12_000_001);
    await eventually("it is told of", async () => (await within(page, ({ newestFile }) => newestFile())) === back);
    await within(page, ({ client }, message) => client.call("fetchMedia", { id: message }).then(() => {}), back);
    await eventually("the file is here", async () => (await stateAtPage(back)) === State.kHere);
    assert.equal(await wrongAtPage(back, 12_000_001), "nothing");
  });

  test("is sealed, sent and read in a tab that does not lead", async () => {
    const second = await open();
    const id = await sendFromPage(3_000_001, second);
    await arrivesAtPeer(id, 3_000_001);
    assert.equal(await wrongAtPage(id, 3_000_001, second), "nothing");
    assert.equal(await wrongAtPage(id, 3_000_001), "nothing");
    await second.close();
  });

  test("goes on when the server ends in the middle, up and down", async () => {
    device.serverAway = true;
    const id = await sendFromPage(30_000_001);
    await eventually("it is on its way", async () => (await stateAtPage(id)) === State.kSending);
    await server.kill();
    await server.restart();
    await arrivesAtPeer(id, 30_000_001);
    const back = await sendFromPeer(20_000_001);
    await eventually(
      "it is told of",
      async () => (await within(page, ({ newestFile }) => newestFile())) === back,
      90_000,
    );
    await within(page, ({ client }, message) => client.call("fetchMedia", { id: message }).then(() => {}), back);
    await server.kill();
    await server.restart();
    await eventually("the file is here", async () => (await stateAtPage(back)) === State.kHere, 90_000);
    assert.equal(await wrongAtPage(back, 20_000_001), "nothing");
    device.serverAway = false;
  });

  test("that is removed from this device is fetched again", async () => {
    const back = await within(page, ({ newestFile }) => newestFile());
    await within(page, ({ client }, id) => client.call("removeMedia", { id }).then(() => {}), back);
    assert.match(await wrongAtPage(back, 20_000_001), /kNoSuchFile/);
    await within(page, ({ client }, id) => client.call("fetchMedia", { id }).then(() => {}), back);
    await eventually("the file is here", async () => (await stateAtPage(back)) === State.kHere);
    assert.equal(await wrongAtPage(back, 20_000_001), "nothing");
  });

  test("that the browser has lost, or changed, comes again when somebody looks at it", async () => {
    const back = await within(page, ({ newestFile }) => newestFile());
    for (const harm of ["lose", "change"] as const) {
      const other = await open(); // once for each page
      await within(other, ({ harmFile }, [id, how]) => harmFile(id ?? "", how as "lose"), [back, harm]);
      assert.match(await wrongAtPage(back, 20_000_001, other), /broken/, harm);
      await eventually("it is here again", async () => (await wrongAtPage(back, 20_000_001, other)) === "nothing");
      await other.close();
    }
  });
});
