// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EntityStore } from "./entity_store";
import {
  NotificationsViewModel,
  type NotificationPort,
  type NotificationPreferences,
  type Permission,
} from "./notifications";
import {
  ANA,
  BEN,
  conversation,
  FakeAttention,
  FakeCore,
  groupConversation,
  KITCHEN,
  message,
  state,
} from "./testing/fake_core";

class FakePort implements NotificationPort {
  granted: "granted" | "denied" | "undecided" = "granted";
  readonly shown = new Map<string, { title: string; body: string; click: () => void }>();
  sounds = 0;
  saved: Partial<NotificationPreferences> = {};

  permission = () => this.granted;
  ask = async (): Promise<Permission> => (this.granted = "granted");
  show = ({ tag, title, body }: { tag: string; title: string; body: string }, click: () => void) =>
    void this.shown.set(tag, { title, body, click });
  close = (tag: string) => void this.shown.delete(tag);
  sound = () => void ++this.sounds;
  load = () => this.saved;
  save = (preferences: NotificationPreferences) => void (this.saved = preferences);
}

let core: FakeCore;
let store: EntityStore;
let attention: FakeAttention;
let port: FakePort;
let model: NotificationsViewModel | undefined;
const onOpen = vi.fn();

function start(): NotificationsViewModel {
  model?.dispose();
  model = new NotificationsViewModel(store, attention, port, onOpen);
  return model;
}
/** Messages come, `unread` of them in all, in the conversation. */
function receive(texts: readonly string[], unread: number, id = BEN): void {
  const added = texts.map((text) => message({ conversation: id, text }));
  core.emit(...added.map((value) => ({ case: "messageAdded", value }) as const), {
    case: "conversationChanged",
    value: conversation({ id, title: id === BEN ? "Ben" : "Ana", unread }),
  });
}
const later = () => vi.advanceTimersByTimeAsync(1000);

beforeEach(async () => {
  model = undefined;
  vi.useFakeTimers();
  onOpen.mockClear();
  core = new FakeCore();
  core.conversations = [conversation(), conversation({ id: ANA, title: "Ana" })];
  store = new EntityStore(core);
  await store.loadConversations();
  attention = new FakeAttention(false);
  port = new FakePort();
  start();
});
afterEach(() => void vi.useRealTimers());

describe("a message that comes while nobody looks", () => {
  it("is told of with who wrote and what, once, with a sound", async () => {
    receive(["are you there?"], 1);
    await later();
    expect([...port.shown]).toMatchObject([[BEN, { title: "Ben", body: "are you there?" }]]);
    expect(port.sounds).toBe(1);
    port.shown.get(BEN)?.click();
    expect(onOpen).toHaveBeenCalledWith(BEN);
  });

  it("is told of with many others in one notification for each conversation, and one sound", async () => {
    receive(
      Array.from({ length: 200 }, (_, at) => `message ${at}`),
      200,
    );
    receive(["and one from Ana"], 1, ANA);
    await later();
    expect(port.shown.size).toBe(2);
    expect(port.shown.get(BEN)).toMatchObject({ title: "Ben (200 unread)", body: "message 199" });
    expect(port.sounds).toBe(1);
  });

  it("is told of no more when it was deleted, before it is told of or after", async () => {
    const deleted = { case: "deleted", value: {} } as const;
    for (const isTold of [false, true]) {
      const added = message({ text: "wrong chat" });
      const unread = { case: "conversationChanged", value: conversation({ unread: 1 }) } as const;
      core.emit({ case: "messageAdded", value: added }, unread);
      if (isTold) await later();
      expect(port.shown.size).toBe(isTold ? 1 : 0);
      core.emit({ case: "messageChanged", value: message({ id: added.id, body: deleted }) });
      await later();
      expect(port.shown.size).toBe(0);
    }
  });

  it("says neither who nor what when previews are off", async () => {
    model?.setPreview(false);
    receive(["a secret"], 1);
    await later();
    expect(JSON.stringify(port.shown.get(BEN))).not.toMatch(/Ben|secret/);
    expect(port.shown.size).toBe(1);
  });

  it("makes only a sound without permission, and nothing when both are off, also after a reload", async () => {
    port.granted = "denied";
    start();
    receive(["one"], 1);
    await later();
    expect([port.shown.size, port.sounds]).toEqual([0, 1]);
    port.granted = "granted";
    const { setSound, setShown } = start();
    setSound(false);
    setShown(false);
    start();
    receive(["two"], 2);
    await later();
    expect([port.shown.size, port.sounds]).toEqual([0, 1]);
  });

  it("is not told of when another tab has read it by then", async () => {
    receive(["read elsewhere"], 1);
    core.emit({ case: "conversationChanged", value: conversation({ unread: 0 }) });
    await later();
    expect([port.shown.size, port.sounds]).toEqual([0, 0]);
  });

  it("is no longer told of when it is read, here or elsewhere", async () => {
    receive(["one"], 1);
    await later();
    expect(port.shown.size).toBe(1);
    core.emit({ case: "conversationChanged", value: conversation({ unread: 0 }) });
    expect(port.shown.size).toBe(0);
  });
});

it("nothing is told of what one sees, has written, or of changed keys", async () => {
  core.emit(
    { case: "messageAdded", value: message({ outgoing: true }) },
    { case: "messageAdded", value: message({ body: { case: "identityChanged", value: {} } }) },
    { case: "conversationChanged", value: conversation({ unread: 1 }) },
  );
  attention.set(true);
  receive(["seen"], 1);
  await later();
  expect([port.shown.size, port.sounds]).toEqual([0, 0]);
});

it("the question comes once, and its answer is kept", async () => {
  port.granted = "undecided";
  const first = start();
  expect(first.mayAsk).toBe(true);
  first.notNow();
  expect(first.mayAsk).toBe(false);
  const second = start();
  expect(second.mayAsk).toBe(false);
  await second.turnOn();
  expect(second.snapshot()).toMatchObject({ permission: "granted", shown: true });
});

describe("a conversation that is archived or muted", () => {
  const change = (fields: object) =>
    core.emit({ case: "conversationChanged", value: conversation({ unread: 1, ...fields }) });
  const come = async (fields: object) => {
    core.emit({ case: "messageAdded", value: message({ text: "psst" }) });
    change(fields);
    await later();
  };

  it("is told of neither by a notification nor by a sound, until it is so no more", async () => {
    await come({ archived: true });
    await come({ mutedUntilUs: BigInt(Date.now() + 3_600_000) * 1000n });
    expect([port.shown.size, port.sounds]).toEqual([0, 0]);
    await come({ mutedUntilUs: BigInt(Date.now()) * 1000n });
    expect([port.shown.size, port.sounds]).toEqual([1, 1]);
  });

  it("loses the notification that was there", async () => {
    await come({});
    expect(port.shown.size).toBe(1);
    change({ archived: true });
    expect(port.shown.size).toBe(0);
  });
});

describe("a message in a group", () => {
  const inGroup = (text: string, mentioned = "") =>
    message({
      conversation: KITCHEN,
      body: {
        case: "text",
        value: {
          text,
          mentions: mentioned === "" ? [] : [{ who: { accountId: mentioned, name: "x" }, start: 0, length: 2 }],
        },
      },
    });
  const come = (fields: object, ...added: ReturnType<typeof message>[]) => {
    store.putState(state());
    core.emit(...added.map((value) => ({ case: "messageAdded", value }) as const), {
      case: "conversationChanged",
      value: groupConversation({ unread: added.length, ...fields }),
    });
  };
  const muted = { mutedUntilUs: BigInt(Date.now() + 3_600_000) * 1000n };

  it("is told of with the group's name, and who wrote it", async () => {
    come({}, inGroup("soup?"));
    await later();
    expect(port.shown.get(KITCHEN)).toMatchObject({ title: "Kitchen", body: "Ben: soup?" });
  });

  it("that is muted is told of when it names oneself, and what comes after it is not", async () => {
    come(muted, inGroup("soup?"), inGroup("@x, Cem", BEN));
    await later();
    expect([...port.shown]).toEqual([]);
    come(muted, inGroup("soup?"), inGroup("@x, please", ANA), inGroup("or bread?"));
    await later();
    expect(port.shown.get(KITCHEN)).toMatchObject({ title: "Kitchen (3 unread)", body: "Ben: @x, please" });
    come({ ...muted, unread: 0 });
    expect([...port.shown]).toEqual([]);
  });

  it("that is archived is not told of, whomever it names", async () => {
    come({ archived: true }, inGroup("@x, please", ANA));
    await later();
    expect([...port.shown]).toEqual([]);
  });

  it("of the app's own, as who came, is not told of", async () => {
    come({}, message({ conversation: KITCHEN, body: { case: "groupEvent", value: { kind: 3 } } }));
    await later();
    expect([...port.shown]).toEqual([]);
  });
});
