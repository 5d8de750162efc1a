// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Message_Tick } from "../core-client/schema";
import { ConversationViewModel } from "./conversation";
import { EntityStore } from "./entity_store";
import { BEN, conversation, FakeAttention, FakeCore, message, NOON, settle } from "./testing/fake_core";

let core: FakeCore;
let store: EntityStore;
let attention: FakeAttention;

async function open(fields: Parameters<typeof conversation>[0] = {}, atEnd = true): Promise<ConversationViewModel> {
  core.conversations = [conversation(fields)];
  await store.loadConversations();
  const model = new ConversationViewModel(core, core.conversations[0] as never, store, attention);
  await model.load();
  shown = model;
  if (atEnd) look();
  await settle();
  return model;
}

let shown: ConversationViewModel | undefined;
/** As a view does that is at the end, or that shows no more than up to a message. */
function look(upTo?: string): void {
  const last = upTo ?? core.messages.at(-1)?.id ?? "";
  shown?.setView(upTo === undefined, last);
}

/** As the core tells it: first the message, then the conversation that it changed, together. */
async function receive(unread: number, atMs: number, atEnd = true): Promise<string> {
  const added = message({ atMs });
  core.messages.push(added);
  core.emit(
    { case: "messageAdded", value: added },
    { case: "conversationChanged", value: conversation({ unread, lastMessage: added }) },
  );
  if (atEnd) look();
  await settle();
  return added.id;
}

/** Longer than the pause between two calls that mark what was read. */
const later = () => vi.advanceTimersByTimeAsync(300);

beforeEach(() => {
  vi.useFakeTimers();
  core = new FakeCore();
  store = new EntityStore(core);
  attention = new FakeAttention();
});
afterEach(() => void vi.useRealTimers());

describe("what counts as read [F12]", () => {
  it("is what is on the screen when a conversation is opened before somebody's eyes", async () => {
    core.messages.push(message({ atMs: NOON }), message({ atMs: NOON + 1 }));
    await open({ unread: 2 });
    expect(core.called("markRead")).toEqual([{ conversation: BEN, upToMessageId: core.messages[1]?.id }]);
  });

  it("is nothing while the page is hidden or without focus, and is made up for on return", async () => {
    attention.attentive = false;
    core.messages.push(message({ atMs: NOON }));
    await open({ unread: 1 });
    expect(core.called("markRead")).toEqual([]);
    const last = await receive(2, NOON + 1);
    expect(core.called("markRead")).toEqual([]);
    attention.set(true);
    await settle();
    expect(core.called("markRead")).toEqual([{ conversation: BEN, upToMessageId: last }]);
  });

  it("is what comes while one looks at the end", async () => {
    await open();
    const id = await receive(1, NOON);
    expect(core.called("markRead")).toEqual([{ conversation: BEN, upToMessageId: id }]);
  });

  it("is not what comes while one reads further up, until one goes down", async () => {
    core.messages.push(message({ atMs: NOON }));
    const model = await open({ unread: 1 });
    core.emit({ case: "conversationChanged", value: conversation({ unread: 0 }) });
    const seen = core.messages[0]?.id;
    model.setView(false, seen ?? "");
    const id = await receive(1, NOON + 5, false);
    await later();
    expect(core.called("markRead").map(({ upToMessageId }) => upToMessageId)).toEqual([seen]);
    look();
    await later();
    expect(core.called("markRead").at(-1)).toEqual({ conversation: BEN, upToMessageId: id });
  });

  it("is as far as somebody has come, of many that were waiting", async () => {
    for (let at = 0; at < 50; ++at) core.messages.push(message({ atMs: NOON + at }));
    const id = (at: number) => core.messages[at]?.id ?? "";
    await open({ unread: 50 }, false);
    expect(core.called("markRead")).toEqual([]);
    for (const at of [5, 20, 11]) {
      look(id(at));
      await later();
    }
    expect(core.called("markRead").map(({ upToMessageId }) => upToMessageId)).toEqual([id(5), id(20), id(11)]);
  });

  it("is nothing where one reads far up, though nothing was unread before", async () => {
    core.messages.push(message({ atMs: NOON, outgoing: true }));
    const model = await open({}, false);
    model.setView(false, core.messages[0]?.id ?? "");
    for (const unread of [1, 2, 3]) await receive(unread, NOON + 10 + unread, false);
    await later();
    expect(core.called("markRead")).toEqual([]);
  });

  it("is nothing while something lies over the messages", async () => {
    const model = await open();
    model.setView(true, "");
    const id = await receive(1, NOON, false);
    await later();
    expect(core.called("markRead")).toEqual([]);
    look();
    await later();
    expect(core.called("markRead")).toEqual([{ conversation: BEN, upToMessageId: id }]);
  });

  it("is said once, not with every change", async () => {
    core.messages.push(message({ atMs: NOON }));
    await open({ unread: 1 });
    for (let round = 0; round < 5; ++round)
      core.emit({ case: "conversationChanged", value: conversation({ unread: 1 }) });
    await later();
    expect(core.called("markRead")).toHaveLength(1);
  });

  it("is said by one call after the other with a pause between, however much comes meanwhile", async () => {
    await open();
    let answer = () => {};
    core.on("markRead", () => new Promise<void>((resolve) => (answer = resolve)));
    const first = await receive(1, NOON);
    const marked = () => core.called("markRead").map(({ upToMessageId }) => upToMessageId);
    for (let each = 2; each <= 5; ++each) await receive(each, NOON + each);
    await later();
    expect(marked()).toEqual([first]);
    answer();
    const last = await receive(6, NOON + 6);
    expect(marked()).toEqual([first]);
    await later();
    expect(marked()).toEqual([first, last]);
  });

  it("is said again with the next change when it could not be said", async () => {
    await open();
    core.failing("markRead", Failure_Code.kStorage);
    await receive(1, NOON);
    expect(core.called("markRead")).toHaveLength(1);
    core.emit({ case: "conversationChanged", value: conversation({ unread: 1 }) });
    await settle();
    expect(core.called("markRead")).toHaveLength(2);
  });
});

describe("presence [F13]", () => {
  it("is watched for the open conversation", async () => {
    await open();
    expect(core.called("watchPresence")).toEqual([{ conversations: [BEN] }]);
  });
});

describe("a message that was not sent", () => {
  it("is sent again in its place, and what is being written stays", async () => {
    const model = await open();
    const failed = message({ outgoing: true, text: "at six", tick: Message_Tick.kFailed });
    model.composer.setText("unfinished");
    model.composer.quote(message({ text: "other" }));
    await model.sendAgain(failed);
    expect(core.called("retryMessage")).toEqual([{ id: failed.id }]);
    expect(core.called("sendMessage")).toEqual([]);
    expect(model.composer.snapshot()).toMatchObject({
      text: "unfinished",
      quoted: { excerpt: [{ kind: "text", text: "other" }] },
    });
  });

  it("says why when it can't be", async () => {
    const model = await open();
    core.failing("retryMessage", Failure_Code.kOutboxFull);
    await model.sendAgain(message({ outgoing: true, text: "at six", tick: Message_Tick.kFailed }));
    expect(model.composer.snapshot().error).toContain("waiting to be sent");
  });
});

describe("what is said to a message with an emoji [F20]", () => {
  it("takes the place of what was said before, and the same once more takes it back", async () => {
    const model = await open();
    const said = message({ reactions: { own: "👍", count: 1, emojis: [{ emoji: "👍", count: 1 }] } });
    const { id } = said;
    await model.react(message({ id }), "👍");
    await model.react(said, "🎉");
    await model.react(said, "👍");
    expect(core.called("react")).toEqual([
      { id, emoji: "👍" },
      { id, emoji: "🎉" },
      { id, emoji: "" },
    ]);
  });

  it("says why when it can't be", async () => {
    const model = await open();
    core.failing("react", Failure_Code.kOutboxFull);
    await model.react(message(), "👍");
    expect(model.composer.snapshot().error).toContain("waiting to be sent");
  });

  it("is shown with the message", async () => {
    const before = message();
    core.messages.push(before);
    const model = await open();
    const reactions = { count: 1, emojis: [{ emoji: "🎉", count: 1 }] };
    const { id, orderUs } = before;
    core.emit({ case: "messageChanged", value: message({ id, orderUs, reactions }) });
    expect(model.timeline.message(id)?.reactions).toMatchObject(reactions);
  });
});

describe("a message that is deleted", () => {
  it("goes from the list, which keeps its place", async () => {
    const failed = message({ outgoing: true, text: "at six", tick: Message_Tick.kFailed });
    const other = message({ text: "other" });
    core.messages.push(failed, other);
    const model = await open();
    await model.deleteFailed(failed);
    expect(core.called("deleteMessages")).toEqual([{ ids: [failed.id] }]);
    const { items } = model.timeline.snapshot();
    expect(items.flatMap((item) => (item.kind === "message" ? [item.key] : []))).toEqual([other.id]);
    expect(model.timeline.message(failed.id)).toBeUndefined();
  });
});

describe("a draft", () => {
  it("keeps what it answers", async () => {
    const quoted = message({ text: "when?" });
    const model = await open();
    model.composer.quote(quoted);
    model.composer.setText("at six");
    model.dispose();
    expect(core.called("setDraft")).toEqual([{ conversation: BEN, text: "at six", quoteMessageId: quoted.id }]);
    const quote = { messageId: quoted.id, author: { accountId: BEN }, excerpt: "when?" };
    const again = await open({ draft: "at six", draftQuote: quote });
    expect(again.composer.snapshot()).toMatchObject({
      text: "at six",
      quoted: { id: quoted.id, isOwn: false, excerpt: [{ kind: "text", text: "when?" }] },
    });
  });

  it("is there when the conversation is opened", async () => {
    const model = await open({ draft: "Dear Ben" });
    expect(model.composer.snapshot().text).toBe("Dear Ben");
  });

  it("is saved after a pause in writing, and at once when the conversation is closed or the page is left", async () => {
    const model = await open();
    model.composer.setText("H");
    model.composer.setText("He");
    expect(core.called("setDraft")).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(core.called("setDraft")).toEqual([{ conversation: BEN, text: "He", quoteMessageId: "" }]);
    model.composer.setText("Hel");
    attention.set(false);
    expect(core.called("setDraft").at(-1)).toEqual({ conversation: BEN, text: "Hel", quoteMessageId: "" });
    model.composer.setText("Hell");
    model.dispose();
    expect(core.called("setDraft").at(-1)).toEqual({ conversation: BEN, text: "Hell", quoteMessageId: "" });
  });

  it("of another tab is taken over, but not over what is being written here", async () => {
    const model = await open();
    core.emit({ case: "conversationChanged", value: conversation({ draft: "from there" }) });
    expect(model.composer.snapshot().text).toBe("from there");
    model.composer.setText("from here");
    core.emit({ case: "conversationChanged", value: conversation({ draft: "from there again" }) });
    expect(model.composer.snapshot().text).toBe("from here");
  });

  it("is gone from the core after sending", async () => {
    const model = await open();
    model.composer.setText("Hello");
    vi.advanceTimersByTime(500);
    await model.composer.send();
    expect(core.called("setDraft").at(-1)).toEqual({ conversation: BEN, text: "", quoteMessageId: "" });
  });
});

describe("sending", () => {
  it("empties the field at once and shows the message", async () => {
    const model = await open();
    model.composer.setText("  Hello\n");
    const sending = model.composer.send();
    expect(model.composer.snapshot().text).toBe("");
    await sending;
    expect(core.called("sendMessage")).toEqual([{ conversation: BEN, text: "  Hello", quoteMessageId: "" }]);
    expect(model.timeline.snapshot().items.at(-1)).toMatchObject({
      kind: "message",
      message: { body: { value: { text: "  Hello" } } },
    });
  });

  it("sends nothing when there is nothing but space", async () => {
    const model = await open();
    model.composer.setText(" \n ");
    await model.composer.send();
    expect(core.called("sendMessage")).toEqual([]);
  });

  it("names the message that it answers, once [F20]", async () => {
    core.messages.push(message({ atMs: NOON }));
    const model = await open();
    model.reply(core.messages[0]?.id ?? "");
    model.composer.setText("yes");
    await model.composer.send();
    model.composer.setText("and more");
    await model.composer.send();
    expect(core.called("sendMessage").map((params) => params.quoteMessageId)).toEqual([core.messages[0]?.id, ""]);
  });

  it("gives the text back when the core refuses it", async () => {
    const model = await open();
    core.failing("sendMessage", 20);
    model.composer.setText("Hello");
    await model.composer.send();
    expect(model.composer.snapshot()).toMatchObject({
      text: "Hello",
      error: expect.stringContaining("waiting to be sent"),
    });
  });

  it("refuses what is over the limit of a message [LIMIT-1]", async () => {
    const model = await open();
    model.composer.setText("ä".repeat(32_769));
    await model.composer.send();
    expect(core.called("sendMessage")).toEqual([]);
    expect(model.composer.snapshot().error).not.toBe("");
  });
});

describe("typing", () => {
  it("is told at most once in three seconds, and its end", async () => {
    const model = await open();
    for (let key = 1; key <= 20; ++key) {
      model.composer.setText("x".repeat(key));
      vi.advanceTimersByTime(200);
    }
    expect(core.called("setTyping")).toEqual([
      { conversation: BEN, typing: true },
      { conversation: BEN, typing: true },
    ]);
    model.composer.setText("");
    expect(core.called("setTyping").at(-1)).toEqual({ conversation: BEN, typing: false });
  });
});

it("a conversation that is closed takes no events any more", async () => {
  const model = await open();
  const before = model.timeline.snapshot();
  model.dispose();
  core.receive(message());
  await settle();
  expect(model.timeline.snapshot()).toBe(before);
});
