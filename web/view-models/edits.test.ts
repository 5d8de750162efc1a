// SPDX-License-Identifier: AGPL-3.0-or-later

// A message of one's own gets another text, which is written in the place of the draft.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Message_Tick } from "../core-client/schema";
import { ConversationViewModel } from "./conversation";
import { MediaKind, type Message } from "./core";
import { mayEdit } from "./corrections";
import { EntityStore } from "./entity_store";
import {
  BEN,
  conversation,
  FakeAttention,
  FakeCore,
  groupConversation,
  KITCHEN,
  message,
  settle,
} from "./testing/fake_core";

let core: FakeCore;
let model: ConversationViewModel;

async function open(where = conversation(), ...messages: Message[]): Promise<void> {
  core.conversations = [where];
  core.messages = messages;
  const store = new EntityStore(core);
  await store.loadConversations();
  model = new ConversationViewModel(core, where, store, new FakeAttention());
  await model.load();
  await settle();
}
const own = (text: string, fields: object = {}) =>
  message({ outgoing: true, text, atMs: Date.now() - 60_000, ...fields });
const editLast = async () => (await model.corrections()).editLast();
const composer = () => model.composer.snapshot();
const media = (fields: object) => ({ body: { case: "media", value: { kind: MediaKind.kPhoto, ...fields } } });

beforeEach(() => {
  core = new FakeCore();
});
afterEach(() => {
  model?.dispose();
  vi.useRealTimers();
});

describe("what can be edited", () => {
  const here = conversation();
  const may = (fields: object, where = here) => mayEdit(where, own("soup", fields));

  it("is what one has written, for 15 minutes", () => {
    const minutes = (count: number) => ({ atMs: Date.now() - count * 60_000 });
    expect([may(minutes(0)), may(minutes(14.9)), may(minutes(15.1))]).toEqual([true, true, false]);
    expect(mayEdit(here, message({ atMs: Date.now() }))).toBe(false);
  });

  it("is a file's message that can have words under it", () => {
    expect([may(media({})), may(media({ kind: MediaKind.kDocument }))]).toEqual([true, true]);
    for (const fields of [{ kind: MediaKind.kVoice }, { kind: MediaKind.kSticker }, { viewOnce: true }])
      expect(may(media(fields))).toBe(false);
  });

  it("is nothing that failed, was deleted, or where one can't write", () => {
    expect(may({ tick: Message_Tick.kFailed })).toBe(false);
    expect(may({ body: { case: "deleted", value: {} } })).toBe(false);
    expect(may({}, conversation({ direct: { blocked: true } }))).toBe(false);
    expect(may({ tick: Message_Tick.kPending })).toBe(true);
  });
});

describe("editing", () => {
  it("puts the draft aside, which is there again afterwards", async () => {
    const first = message({ text: "what is there?" });
    await open(conversation(), first, own("soop"));
    model.composer.setText("and bread");
    model.composer.quote(first);
    expect(await editLast()).toBe(true);
    expect(composer()).toMatchObject({ text: "soop", quoted: undefined, editing: core.messages[1] });
    expect(core.called("setDraft").at(-1)).toMatchObject({ text: "and bread", quoteMessageId: first.id });
    model.composer.setText("soup");
    await model.composer.send();
    expect(core.called("editMessage")).toEqual([{ id: core.messages[1]?.id, text: "soup", mentions: [] }]);
    expect(composer()).toMatchObject({ text: "and bread", editing: undefined, error: "" });
    expect(composer().quoted?.id).toBe(first.id);
    expect(core.called("sendMessage")).toEqual([]);
  });

  it("keeps the draft as it is, and says nothing of what is typed", async () => {
    vi.useFakeTimers();
    await open(conversation(), own("soop"));
    model.composer.setText("and bread");
    await vi.advanceTimersByTimeAsync(500);
    const saved = core.called("setDraft").length;
    const typing = core.called("setTyping").length;
    await editLast();
    const told = core.called("setTyping").slice(typing);
    expect(told.map((each) => each.typing)).toEqual([false]);
    model.composer.setText("soup");
    await vi.advanceTimersByTimeAsync(5000);
    model.leave();
    expect(core.called("setDraft").length).toBe(saved);
    expect(core.called("setTyping").length).toBe(typing + told.length);
  });

  it("that is cancelled changes nothing", async () => {
    await open(conversation(), own("soop"));
    model.composer.setText("and bread");
    await editLast();
    model.composer.setText("soup");
    model.composer.cancelEdit();
    expect(composer()).toMatchObject({ text: "and bread", editing: undefined });
    expect(core.called("editMessage")).toEqual([]);
  });

  it("to the same text is nothing to be told", async () => {
    await open(conversation(), own("soup"));
    await editLast();
    model.composer.setText("soup \n");
    await model.composer.send();
    expect(core.called("editMessage")).toEqual([]);
    expect(composer().editing).toBeUndefined();
  });

  it("that fails says why, and loses no word", async () => {
    core.failing("editMessage", Failure_Code.kTooLate);
    await open(conversation(), own("soop"));
    await editLast();
    model.composer.setText("soup");
    await model.composer.send();
    expect(composer()).toMatchObject({ text: "soup", editing: core.messages[0] });
    expect(composer().error).toContain("15 minutes");
    core.on("editMessage", () => core.messages[0]);
    await model.composer.send();
    expect(composer()).toMatchObject({ text: "", editing: undefined, error: "" });
  });

  it("asks once, however often somebody presses", async () => {
    let answer: (message?: Message) => void = () => undefined;
    await open(conversation(), own("soop"));
    core.on("editMessage", () => new Promise<Message | undefined>((resolve) => (answer = resolve)));
    await editLast();
    model.composer.setText("soup");
    const saved = [model.composer.send(), model.composer.send()];
    await settle();
    answer(core.messages[0]);
    await Promise.all(saved);
    expect(core.called("editMessage")).toHaveLength(1);
  });

  it("leaves nothing empty, but under a file", async () => {
    await open(conversation(), own("soop"));
    await editLast();
    model.composer.setText(" ");
    expect(model.composer.mayBeSent).toBe(false);
    await model.composer.send();
    expect(core.called("editMessage")).toEqual([]);
    model.dispose();
    await open(conversation(), own("", media({ caption: { text: "by the lake" } })));
    await editLast();
    expect(composer().text).toBe("by the lake");
    model.composer.setText("");
    expect(model.composer.mayBeSent).toBe(true);
    await model.composer.send();
    expect(core.called("editMessage")).toEqual([{ id: core.messages[0]?.id, text: "", mentions: [] }]);
  });

  it("keeps who is named, and where", async () => {
    const mentions = [{ who: { accountId: BEN, name: "Ben" }, start: 3, length: 4 }];
    const text = "é @Ben, soop";
    await open(
      groupConversation(),
      own(text, { conversation: KITCHEN, body: { case: "text", value: { text, mentions } } }),
    );
    await editLast();
    expect(composer().mentions).toEqual([{ accountId: BEN, begin: 2, end: 6 }]);
    model.composer.setText("é @Ben, soup");
    model.composer.setText("Hey é @Ben, soup");
    await model.composer.send();
    expect(core.called("editMessage")[0]).toMatchObject({
      text: "Hey é @Ben, soup",
      mentions: [{ accountId: BEN, start: 7, length: 4 }],
    });
  });

  it("keeps the preview of a link that is still there", async () => {
    const preview = { url: "https://example.org/lake", title: "The lake", description: "" };
    const text = "soop by example.org/lake";
    await open(conversation(), own(text, { body: { case: "text", value: { text, preview } } }));
    await editLast();
    model.composer.setText("soup by example.org/lake");
    await model.composer.send();
    expect(core.called("editMessage")[0]).toMatchObject({ preview: { title: "The lake" } });
    await editLast();
    model.composer.setText("soup");
    await model.composer.send();
    expect(core.called("editMessage")[1]).not.toHaveProperty("preview");
  });

  it("ends when the message is deleted meanwhile, and when another is answered", async () => {
    await open(conversation(), own("soop"), message({ text: "hello" }));
    await editLast();
    await core.call("deleteMessages", { ids: [core.messages[0]?.id ?? ""], forEveryone: true });
    expect(composer().editing).toBeUndefined();
    (await model.corrections()).edit(own("bread"));
    model.composer.quote(core.messages[1] as Message);
    expect(composer()).toMatchObject({ editing: undefined, text: "" });
  });

  it("is of the last message of one's own that can be: none, when there is none", async () => {
    await open(conversation(), own("old", { atMs: Date.now() - 3_600_000 }), message({ atMs: Date.now() }));
    expect(await editLast()).toBe(false);
    expect(composer().editing).toBeUndefined();
  });

  it("takes no draft of another tab for what is edited", async () => {
    await open(conversation(), own("soop"));
    await editLast();
    core.emit({ case: "conversationChanged", value: conversation({ draft: "from elsewhere" }) });
    expect(composer().text).toBe("soop");
    model.composer.cancelEdit();
    expect(composer().text).toBe("from elsewhere");
  });
});
