// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { Arrangement, isMuted } from "./arrangement";
import type { Conversation } from "./core";
import { EntityStore } from "./entity_store";
import { ANA, BEN, conversation, micros, NOON, type FakeCore } from "./testing/fake_core";
import { settledCore } from "./testing/settled_core";

const HOUR = 3_600_000;
let core: FakeCore;
let store: EntityStore;
let arrangement: Arrangement;
const told: { words: string; undo: (() => void) | undefined }[] = [];
const ben = () => store.conversation(BEN) as Conversation;
const asked = () => core.called("setConversation");

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  told.length = 0;
  core = settledCore();
  core.conversations = [conversation(), conversation({ id: ANA, title: "Ana", activityUs: micros(NOON + 1) })];
  store = new EntityStore(core);
  await store.loadConversations();
  arrangement = new Arrangement(core, store, (words, undo) => told.push({ words, undo }));
});
afterEach(() => void vi.useRealTimers());

describe("a conversation", () => {
  it("that is pinned is above those that are newer, until it is unpinned", async () => {
    const order = () => store.conversations.map(({ id }) => id);
    expect(order()).toEqual([ANA, BEN]);
    await arrangement.pin(ben());
    expect(order()).toEqual([BEN, ANA]);
    await arrangement.unpin(ben());
    expect(order()).toEqual([ANA, BEN]);
    expect(asked()).toEqual([
      { conversation: BEN, pinned: true },
      { conversation: BEN, pinned: false },
    ]);
  });

  it("beyond those that can be pinned stays where it is, and it is said why", async () => {
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    core.failing("setConversation", Failure_Code.kTooManyPinned);
    expect(await arrangement.pin(ben())).toBe(false);
    expect(told.map(({ words }) => words)).toEqual([
      "Three conversations are pinned already. Unpin one of them first.",
    ]);
    expect(ben().pinned).toBe(false);
  });

  it("is marked as unread and as read", async () => {
    await arrangement.markUnread(ben());
    await arrangement.markRead(ben());
    expect(asked()).toEqual([{ conversation: BEN, markedUnread: true }]);
    expect(core.called("markRead")).toEqual([{ conversation: BEN }]);
    core.failing("markRead", Failure_Code.kStorage);
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    await arrangement.markRead(ben());
    expect(told).toHaveLength(1);
  });

  it("is muted for eight hours, a week or for good, and not at all any more", async () => {
    const until = (hours: number) => [isMuted(ben(), NOON + hours * HOUR - 1), isMuted(ben(), NOON + hours * HOUR)];
    await arrangement.mute(ben(), "hours");
    expect(until(8)).toEqual([true, false]);
    await arrangement.mute(ben(), "week");
    expect(until(7 * 24)).toEqual([true, false]);
    await arrangement.mute(ben(), "always");
    expect(isMuted(ben(), new Date(9999, 10, 1).getTime())).toBe(true);
    await arrangement.unmute(ben());
    expect(isMuted(ben(), NOON)).toBe(false);
    expect(asked().at(-1)).toEqual({ conversation: BEN, mutedUntilUs: 0n });
  });

  it("is archived, no longer pinned, and both is taken back", async () => {
    await arrangement.pin(ben());
    await arrangement.archive(ben());
    expect(ben()).toMatchObject({ archived: true, pinned: false });
    expect(told[0]?.words).toBe("Archived. It stays so when a message comes.");
    told[0]?.undo?.();
    await vi.waitFor(() => expect(ben()).toMatchObject({ archived: false, pinned: true }));
  });

  it("is taken out of the archive, and that is taken back", async () => {
    await arrangement.archive(ben());
    await arrangement.unarchive(ben());
    expect(ben()).toMatchObject({ archived: false, pinned: false });
    told[1]?.undo?.();
    await vi.waitFor(() => expect(ben().archived).toBe(true));
  });
});
