// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { MediaKind, Tick, type Message } from "./core";
import { itemsOf, type ItemOptions } from "./message_items";
import { ANA, message, NOON } from "./testing/fake_core";

const options: ItemOptions = { unreadFrom: "", unreadCount: 0, whole: new Set() };
let minutes = 0;
const photo = (album: string, fields: object = {}, media: object = {}): Message =>
  message({
    atMs: NOON + ++minutes * 1000,
    ...fields,
    body: { case: "media", value: { kind: MediaKind.kPhoto, album, ...media } },
  } as never);
const kinds = (messages: readonly Message[], more: Partial<ItemOptions> = {}) =>
  itemsOf(messages, { ...options, ...more })
    .filter(({ kind }) => kind !== "day")
    .map((item) => (item.kind === "album" ? item.messages.length : item.kind));

it("what was sent together is one row, whose place in its group is that of all of it", () => {
  const all = [message({ text: "look", atMs: NOON }), photo("a"), photo("a"), photo("a"), photo("b"), photo("")];
  expect(kinds(all)).toEqual(["message", 3, "message", "message"]);
  const album = itemsOf(all, options).find(({ kind }) => kind === "album");
  expect(album).toMatchObject({ key: all[1]?.id, first: false, last: false });
  const alone = itemsOf([photo("c"), photo("c", { tick: Tick.kNone })], options).at(-1);
  expect(alone).toMatchObject({ kind: "album", first: true, last: true, timed: true });
});

it("an album is of one person, and has nothing between its pictures", () => {
  const other = { sender: { accountId: ANA, name: "Ana" }, outgoing: true };
  expect(kinds([photo("a"), photo("a", other), photo("a", other)])).toEqual(["message", 2]);
  expect(kinds([photo("a"), message({ atMs: NOON + ++minutes * 1000 }), photo("a")])).toEqual([
    "message",
    "message",
    "message",
  ]);
  const unread = [photo("a"), photo("a"), photo("a")];
  expect(kinds(unread, { unreadFrom: unread[1]?.id as string, unreadCount: 2 })).toEqual(["message", "unread", 2]);
});

it("what could not be sent, what answers something, and what is no picture stands alone", () => {
  const failed = { outgoing: true, tick: Tick.kFailed };
  expect(kinds([photo("a", failed), photo("a", failed)])).toEqual(["message", "message"]);
  expect(kinds([photo("a"), photo("a", { quote: { messageId: "1" } })])).toEqual(["message", "message"]);
  expect(kinds([photo("a", {}, { kind: MediaKind.kDocument }), photo("a", {}, { kind: MediaKind.kDocument })])).toEqual(
    ["message", "message"],
  );
});
