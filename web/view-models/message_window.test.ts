// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { textOf, type Message } from "./core";
import {
  around,
  atEnd,
  isAtNewest,
  isAtOldest,
  NOTHING_READ,
  ofAround,
  ofNewest,
  openedAt,
  restored,
  shownOf,
  widerAbove,
  widerBelow,
  withChanged,
  withNewer,
  withOlder,
  type MessageWindow,
} from "./message_window";
import { message, NOON } from "./testing/fake_core";
import { lineAbove, NO_LINE, withUnseen } from "./unread_line";

const SECOND = 1000;
const ALL = Array.from({ length: 3000 }, (_, at) => message({ atMs: NOON + at * SECOND, text: String(at) }));
const page = (from: number, to: number, more = false) => ({ messages: ALL.slice(from, to), more });
/** The texts of what is shown, which are its places in ALL: [the first, the last]. */
const shown = (window: MessageWindow) => {
  const texts = shownOf(window).map((each) => Number(textOf(each)));
  expect(texts).toEqual(texts.map((_, at) => (texts[0] as number) + at));
  return [texts[0], texts.at(-1)];
};
const id = (at: number) => (ALL[at] as Message).id;

describe("a window", () => {
  it("begins at the end, or some messages above the one it is opened at", () => {
    const read = ofNewest(page(0, 100));
    expect(shown(openedAt(read, ""))).toEqual([60, 99]);
    expect(shown(openedAt(read, id(50)))).toEqual([40, 79]);
    expect(shown(openedAt(read, id(3)))).toEqual([0, 39]);
    expect(shown(openedAt(read, id(95)))).toEqual([60, 99]);
    expect(shownOf(openedAt(NOTHING_READ, ""))).toEqual([]);
  });

  it("widens step by step, and lets go at the other end what is too much", () => {
    let window = atEnd(ofNewest(page(0, 500, true)));
    expect(isAtNewest(window)).toBe(true);
    for (let step = 0; step < 7; ++step) window = widerAbove(window);
    expect(shown(window)).toEqual([250, 489]);
    expect(isAtNewest(window)).toBe(false);
    window = widerBelow(window);
    expect(shown(window)).toEqual([260, 499]);
    expect(isAtNewest(window)).toBe(true);
    for (let step = 0; step < 30; ++step) window = widerAbove(window);
    expect(shown(window)).toEqual([0, 239]);
    expect(isAtOldest(window)).toBe(false); // the device has more
    expect(isAtOldest(withOlder(window, page(0, 0)))).toBe(true);
  });

  it("shows the same after more was read at either end, without repetition", () => {
    const begun = atEnd(ofNewest(page(200, 300, true)));
    const wider = withNewer(withOlder({ ...begun, newerThere: true }, page(90, 210, true)), page(300, 350));
    expect(shown(wider)).toEqual(shown(begun));
    expect(wider.messages).toEqual(ALL.slice(90, 350));
    expect(wider).toMatchObject({ olderThere: true, newerThere: false });
  });

  it("goes to a message that is not within, and stays when it is", () => {
    const window = atEnd(ofNewest(page(0, 200)));
    expect(around(window, id(170))).toBe(window);
    expect(shown(around(window, id(100)))).toEqual([80, 119]);
    expect(around(window, id(2000))).toBe(window);
    const target = ALL[1000] as Message;
    expect(shown(around(ofAround(page(950, 1000, true), target, page(1001, 1051, true)), target.id))).toEqual([
      980, 1019,
    ]);
  });

  it("takes what is read again: from the same message on, or at the end when it was there", () => {
    const before = widerAbove(atEnd(ofNewest(page(0, 100))));
    expect(shown(restored(ofNewest(page(0, 110)), before, false))).toEqual([30, 109]);
    expect(shown(restored(ofNewest(page(0, 110)), before, true))).toEqual([70, 109]);
    expect(shown(restored(ofNewest(page(60, 110)), before, false))).toEqual([70, 109]); // its first is gone
  });
});

describe("what comes into a window", () => {
  const window = atEnd(ofNewest(page(0, 100)));

  it("follows at the end, and begins anew when it has become too long", () => {
    expect(shown(withChanged(window, ALL.slice(100, 110), true))).toEqual([60, 109]);
    expect(shown(withChanged(window, ALL.slice(100, 200), true))).toEqual([176, 199]);
  });

  it("leaves what is read where it is while the view is elsewhere", () => {
    expect(shown(withChanged(window, ALL.slice(100, 110), false))).toEqual([60, 109]);
    const above = withChanged(widerAbove(widerAbove(window)), ALL.slice(100, 500), false);
    expect(shown(above)).toEqual([0, 129]);
    expect(isAtNewest(above)).toBe(false);
  });

  it("keeps its messages when some come in among them", () => {
    const late = message({ atMs: NOON + 70 * SECOND + 1, text: "late" });
    const texts = shownOf(withChanged(window, [late], false)).map(textOf);
    expect(texts.slice(0, 13)).toEqual([...Array.from({ length: 11 }, (_, at) => String(60 + at)), "late", "71"]);
    expect(texts).toHaveLength(41);
  });

  it("is left out beyond what is read, but not when it is a new version of what is", () => {
    const far = { ...atEnd(ofNewest(page(500, 600, true))), newerThere: true };
    const changed = withChanged(far, [ALL[10] as Message, { ...(ALL[550] as Message) }, ALL[700] as Message], false);
    expect(changed.messages.map(({ id: each }) => each)).toEqual(far.messages.map(({ id: each }) => each));
    expect(changed.messages[50]).not.toBe(far.messages[50]);
  });

  it("is bounded: the half farther from the view goes", () => {
    const following = withChanged(window, ALL.slice(100, 2500), true);
    expect(following.messages.length).toBeLessThanOrEqual(1000);
    expect(following).toMatchObject({ olderThere: true, newerThere: false });
    expect(shown(following)).toEqual([2476, 2499]);
    const above = withChanged(openedAt(window, id(5)), ALL.slice(100, 2500), false);
    expect(above.messages.length).toBeLessThanOrEqual(1500);
    expect(above).toMatchObject({ olderThere: false, newerThere: true });
  });
});

describe("the line of unread messages", () => {
  const own = message({ outgoing: true });
  const notice = message({ body: { case: "identityChanged", value: {} } });

  it("stands above as many messages of others as are unread; notices and one's own are none", () => {
    const messages = [ALL[0], ALL[1], own, ALL[2], notice] as Message[];
    expect(lineAbove(messages, 2)).toEqual({ from: id(1), count: 2, wasRead: false });
    expect(lineAbove(messages, 0)).toEqual(NO_LINE);
    expect(lineAbove(messages, 9)).toMatchObject({ from: id(0), count: 9 });
  });

  it("grows until it was read, then there is a new one", () => {
    const line = withUnseen(NO_LINE, [notice, ALL[1] as Message, ALL[2] as Message]);
    expect(line).toEqual({ from: id(1), count: 2, wasRead: false });
    expect(withUnseen(line, [ALL[3] as Message])).toEqual({ from: id(1), count: 3, wasRead: false });
    expect(withUnseen({ ...line, wasRead: true }, [ALL[3] as Message])).toEqual({
      from: id(3),
      count: 1,
      wasRead: false,
    });
    expect(withUnseen(line, [notice])).toBe(line);
  });
});
