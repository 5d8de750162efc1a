// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { ConversationListViewModel, isNewHandle, matching } from "./conversation_list";
import { EntityStore } from "./entity_store";
import { ANA, BEN, conversation, FakeCore, micros, NOON, settle } from "./testing/fake_core";

const CAT = "c".repeat(32);
let core: FakeCore;
let list: ConversationListViewModel;
const titles = () => list.snapshot().conversations.map((each) => each.title);

beforeEach(async () => {
  core = new FakeCore();
  core.conversations = [
    conversation({ id: ANA, title: "Ana", activityUs: micros(NOON), unread: 2, phone: "+491700000001" }),
    conversation({ id: BEN, title: "Ben", activityUs: micros(NOON + 1), unread: 1 }),
    conversation({
      id: CAT,
      title: "Zoë Çelik",
      activityUs: micros(NOON - 1),
      direct: {
        partner: {
          accountId: CAT,
          name: "Zoë Çelik",
          handles: [{ text: "+33612345678" }, { text: "@zoe_90" }, { text: "zcelik@example.org" }],
        },
      },
    }),
  ];
  const store = new EntityStore(core);
  list = new ConversationListViewModel(store);
  await store.loadConversations();
});

describe("what is archived or muted", () => {
  const change = (id: string, fields: object) =>
    core.emit({ case: "conversationChanged", value: conversation({ id, unread: 2, ...fields }) });

  it("is archived in a list of its own, and counts no more", () => {
    change(ANA, { title: "Ana", archived: true });
    expect(titles()).toEqual(["Ben", "Zoë Çelik"]);
    expect(list.snapshot().archived.map(({ title }) => title)).toEqual(["Ana"]);
    expect(list.snapshot().unread).toBe(1);
  });

  it("is muted in its place, and counts again when that is over", () => {
    vi.useFakeTimers({ now: NOON });
    change(ANA, { title: "Ana", mutedUntilUs: micros(NOON + 60_000) });
    expect(titles()).toContain("Ana");
    expect(list.snapshot().unread).toBe(1);
    vi.advanceTimersByTime(59_000);
    expect(list.snapshot().unread).toBe(1);
    vi.advanceTimersByTime(2_000);
    expect(list.snapshot().unread).toBe(3);
    vi.useRealTimers();
  });

  it("for good is not looked at again and again", () => {
    vi.useFakeTimers({ now: NOON });
    let shown = 0;
    change(ANA, { mutedUntilUs: 253_402_300_799_999_999n });
    list.subscribe(() => ++shown);
    vi.advanceTimersByTime(1_000_000);
    expect(shown).toBe(0);
    vi.useRealTimers();
  });
});

describe("the list of conversations", () => {
  it("has the newest first, and moves one up when something happens in it", () => {
    expect(titles()).toEqual(["Ben", "Ana", "Zoë Çelik"]);
    core.emit({
      case: "conversationChanged",
      value: conversation({ id: CAT, title: "Zoë Çelik", activityUs: micros(NOON + 2) }),
    });
    expect(titles()).toEqual(["Zoë Çelik", "Ben", "Ana"]);
  });

  it("shows once what comes together, each conversation as it is last", () => {
    let shown = 0;
    list.subscribe(() => ++shown);
    core.emit(
      {
        case: "conversationChanged",
        value: conversation({ id: ANA, title: "Ana", unread: 3, activityUs: micros(NOON + 2) }),
      },
      {
        case: "conversationChanged",
        value: conversation({ id: ANA, title: "Ana", unread: 4, activityUs: micros(NOON + 3) }),
      },
      { case: "typingChanged", value: { conversation: ANA, who: { accountId: ANA }, typing: true } },
      {
        case: "conversationChanged",
        value: conversation({ id: CAT, title: "Zoë Çelik", activityUs: micros(NOON + 4) }),
      },
    );
    expect(shown).toBe(1);
    expect(titles()).toEqual(["Zoë Çelik", "Ana", "Ben"]);
    expect(list.find(ANA)).toMatchObject({ unread: 4, typing: [{ accountId: ANA }] });
  });

  it("counts unread messages", () => {
    expect(list.snapshot().unread).toBe(3);
    core.emit({ case: "conversationChanged", value: conversation({ id: ANA, title: "Ana", unread: 0 }) });
    expect(list.snapshot().unread).toBe(1);
  });

  it("shows who is typing, and forgets it", () => {
    core.emit({ case: "typingChanged", value: { conversation: BEN, who: { accountId: BEN }, typing: true } });
    expect(list.find(BEN)?.typing).toHaveLength(1);
    core.emit({ case: "typingChanged", value: { conversation: BEN, who: { accountId: BEN }, typing: false } });
    expect(list.find(BEN)?.typing).toHaveLength(0);
  });

  it("is read anew after a resync, and when contacts changed", async () => {
    core.conversations = [conversation({ title: "Benjamin" })];
    core.emit({ case: "resync", value: {} });
    await settle();
    expect(titles()).toEqual(["Benjamin"]);
    core.conversations = [conversation({ title: "Benny" })];
    core.emit({ case: "contactsChanged", value: {} });
    await settle();
    expect(titles()).toEqual(["Benny"]);
  });

  it("finds by words without accents, by numbers, and by whatever else people are found by", () => {
    const found = (query: string) => matching(list.snapshot().conversations, query).map((each) => each.title);
    expect(found("zoe celik")).toEqual(["Zoë Çelik"]);
    expect(found("+33 6 12")).toEqual(["Zoë Çelik"]);
    expect(found("612 345")).toEqual(["Zoë Çelik"]);
    expect(found("@zo")).toEqual(["Zoë Çelik"]);
    expect(found("ZCelik@example.org")).toEqual(["Zoë Çelik"]);
    expect(found("a")).toEqual(["Ana"]);
    expect(found("nobody1700")).toEqual([]);
    expect(found("nobody")).toEqual([]);
  });

  it("says which handle is of none of those found: also the beginning of another's, but no part of a number", () => {
    const isNew = (typed: string) => isNewHandle(matching(list.snapshot().conversations, typed), typed);
    for (const typed of ["@zoe", "zcelik@example.or", "+49 170 0000009", "+1 234 5678"])
      expect([typed, isNew(typed)]).toEqual([typed, true]);
    for (const typed of ["@Zoe_90 ", "ZCelik@example.org", "+33 6 12", "+33612345678", "zoe", "@", ""])
      expect([typed, isNew(typed)]).toEqual([typed, false]);
  });
});
