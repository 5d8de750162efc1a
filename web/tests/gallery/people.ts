// SPDX-License-Identifier: AGPL-3.0-or-later

// Who and what the gallery shows: every kind of message, long and short, in several scripts.
import { FailureReason, type Conversation, type Message_Tick } from "../../core-client/schema";
import type { conversation, message, micros } from "../../view-models/testing/fake_core";

const NOW = Date.now();
const MINUTE = 60_000;
const MIREILLE = "b".repeat(32);
const id = (sign: string) => sign.repeat(32);

export function conversations(make: typeof conversation, written: typeof message, at: typeof micros) {
  const ago = (minutes: number) => ({ activityUs: at(NOW - minutes * MINUTE) });
  const last = (text: string, fields: object = {}) => ({ lastMessage: written({ text, ...fields }) });
  return [
    make({ id: id("c"), title: "Oma Inge", unread: 3, ...ago(1), ...last("Dinner at six, and bring an appetite") }),
    make({
      id: MIREILLE,
      title: "Mireille Aubert",
      phone: "+33639980127",
      direct: { verified: true, presence: { kind: 2 } },
      ...ago(3),
      ...last("8:12 it is. I’ll get the bread.", { outgoing: true, tick: 4 }),
    }),
    make({ id: id("d"), title: "Tomás Herrera", draft: "I could do Tuesday, but only if", ...ago(40), ...last("Ok") }),
    make({
      id: id("e"),
      title: "نورا حدّاد",
      ...ago(61),
      ...last("نلتقي عند المحطة في السابعة؟", { outgoing: true, tick: 4 }),
    }),
    make({ id: id("f"), title: "森田 健二", ...ago(1500), ...last("写真を三枚送りました", {}) }),
    make({ id: id("1"), title: "Ольга Петренко", ...ago(3000), ...last("Дякую! До завтра 🌻") }),
    make({ id: id("2"), title: "Jonas Lindqvist", typing: [{ accountId: id("2") }], ...ago(4000), ...last("Hm") }),
    make({ id: id("3"), title: "+49 170 000 0009", direct: { blocked: true }, ...ago(5000), ...last("Buy now") }),
    make({ id: id("4"), title: "Priya Raman", ...ago(9000), ...last("Sent", { outgoing: true, tick: 5 }) }),
  ];
}

/** The same with some pinned, muted and archived. */
export const arranged = (all: readonly Conversation[], at: typeof micros): Conversation[] =>
  all.map((each) => ({
    ...each,
    pinned: [MIREILLE, id("d"), id("f")].includes(each.id),
    mutedUntilUs: [MIREILLE, id("c"), id("1")].includes(each.id) ? at(NOW + 600 * MINUTE) : 0n,
    archived: [id("3"), id("4")].includes(each.id),
  }));

/** What is said to a message with emoji, `own` by oneself. */
const said = (own: string, ...kinds: [string, number][]) => ({
  reactions: {
    own,
    count: kinds.reduce((sum, [, count]) => sum + count, 0),
    emojis: kinds.map(([emoji, count]) => ({ emoji, count })),
  },
});

export function messages(make: typeof message, tick: typeof Message_Tick) {
  const yesterday = NOW - 26 * 60 * MINUTE;
  const at = (minutes: number) => ({ atMs: NOW - minutes * MINUTE });
  const own = { outgoing: true, tick: tick.kRead };
  const first = make({ atMs: yesterday, text: "Did you get the key for the cabin?" });
  return [
    first,
    make({ atMs: yesterday + MINUTE, text: "Jonas says the lake is already freezing at the edges ❄️" }),
    make({
      atMs: yesterday + 9 * MINUTE,
      ...own,
      text: "Picked it up this morning. Two sets, so nobody has to wait in the cold.",
    }),
    make({ atMs: yesterday + 9.5 * MINUTE, ...own, text: "And the stove man came 🔥", ...said("", ["🎉", 1]) }),
    make({ ...at(90), body: { case: "identityChanged", value: {} } }),
    make({
      ...at(62),
      text: "From the jetty, ten minutes ago: https://example.org/lake/jetty, and ring me on +33 6 39 98 01 27.",
    }),
    make({
      ...at(60),
      ...own,
      text: "I’d forgotten how quiet it gets up there. Save me the bench by the window?",
      quote: { messageId: first.id, author: first.sender, excerpt: "Did you get the key for the cabin?" },
    }),
    make({ ...at(50), ...own, text: "مرحبا، القطار في السابعة 🚆\nand a second line in English\nوسطر ثالث" }),
    make({ ...at(49), text: "שלום, נתראה ברכבת" }),
    make({ ...at(48), text: "🎉", ...said("😂", ["😂", 2]) }),
    make({ ...at(47), body: { case: "undecryptable", value: {} } }),
    make({ ...at(46), body: { case: "unsupported", value: {} } }),
    make({ ...at(45.8), body: { case: "deleted", value: { by: first.sender } } }),
    make({ ...at(45.5), ...own, body: { case: "deleted", value: { by: { accountId: "a".repeat(32), name: "Ana" } } } }),
    make({ ...at(45.4), ...own, text: "Tea is in the blue tin", starred: true, editedUs: BigInt(NOW) * 1000n }),
    make({
      ...at(45.3),
      text: "Which one was it?",
      starred: true,
      quote: { messageId: id("7"), author: first.sender, deleted: true },
    }),
    make({ ...at(45), ...own, text: "👍🏽 ❤️" }),
    make({
      ...at(30),
      text: "In short: bring wool socks, and the train at 8:12 is the one with the bike coach.\nShall we?",
      ...said("👋", ["👋", 6], ["🍲", 3], ["👍", 2], ["😮", 1], ["🙏", 1]),
    }),
    make({ ...at(29), text: `A long one. ${"The path goes along the shore and up to the old mill. ".repeat(45)}` }),
    make({ ...at(28), text: FORMATTED }),
    make({ ...at(27), ...own, text: FORMATTED }),
    make({ ...at(4), ...own, text: "Is anything missing?", tick: tick.kFailed, failure: FailureReason.kRefused }),
    make({ ...at(3), ...own, text: "8:12 it is. I’ll get the bread.", ...said("❤️", ["👍", 2], ["❤️", 1]) }),
    make({ ...at(2), ...own, text: "Delivered", tick: tick.kDelivered }),
    make({ ...at(1), ...own, text: "Sent", tick: tick.kSent }),
    make({ ...at(0), ...own, text: "Waiting", tick: tick.kPending }),
  ];
}

const FORMATTED =
  "*What to bring*\n1. _wool_ socks\n2. ~skates~ `tea`\n> שתיים בבקשה\n- *bread*, see https://example.org/bread\n" +
  "```\n8:12  platform 4\n```";

/** What the pictures of the documents show. */
export function story(make: typeof message, tick: typeof Message_Tick) {
  const at = (minutes: number) => ({ atMs: NOW - minutes * MINUTE });
  const own = { outgoing: true, tick: tick.kRead };
  const lake = make({
    ...at(55),
    ...own,
    text:
      "Shall we still go to the lake on Saturday? There is a train at 8:12, and Marta wants to come along with the " +
      "little one. We could take the long path around and be back before it gets dark.",
  });
  return [
    make({ ...at(1510), text: "Did you get the key for the cabin?" }),
    make({ ...at(1509), text: "Jonas says the lake is already freezing at the edges ❄️" }),
    make({ ...at(1490), ...own, text: "Picked it up this morning. Two sets, so nobody has to wait in the cold." }),
    make({ ...at(1489), ...own, text: "And the stove man came 🔥" }),
    lake,
    make({
      ...at(50),
      text: "Yes to all of it. I bring tea and the good blanket.",
      quote: { messageId: lake.id, author: lake.sender, excerpt: "Shall we still go to the lake on Saturday?" },
    }),
    make({ ...at(49), text: "🎉" }),
    make({ ...at(33), ...own, text: "This is the path I meant: https://example.org/lake/long-path" }),
    make({ ...at(12), text: "In short: bring wool socks, and the 8:12 is the one with the bike coach." }),
    make({ ...at(3), ...own, text: "8:12 it is. I’ll get the bread." }),
  ];
}

export const people = () =>
  ["Amina Diallo", "Jonas Lindqvist", "Kenji Morita", "Mireille Aubert", "Olga Petrenko", "Priya Raman"].map(
    (name, at) => ({
      name,
      handle: { text: `+4917000000${10 + at}` },
      accountId: at % 2 === 0 ? id(String(at)) : "",
    }),
  );
