// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Message_Tick } from "../core-client/schema";
import { mayForward } from "./corrections";
import { MediaKind, MediaState, type Conversation, type Message } from "./core";
import { EntityStore } from "./entity_store";
import { ForwardingViewModel } from "./forwarding";
import { ANA, BEN, CEM, conversation, groupConversation, KITCHEN, message, type FakeCore } from "./testing/fake_core";
import { settledCore } from "./testing/settled_core";

let core: FakeCore;
let store: EntityStore;
const forwarding = (messages: Message[]) => new ForwardingViewModel(core, store, messages);
const choose = (model: ForwardingViewModel, ...ids: string[]) =>
  ids.forEach((id) => model.choice.toggle(store.conversation(id) as Conversation));

beforeEach(async () => {
  core = settledCore();
  core.conversations = [conversation(), conversation({ id: ANA, title: "Ana" }), groupConversation()];
  store = new EntityStore(core);
  await store.loadConversations();
});

describe("what is forwarded", () => {
  it("goes to all who were chosen, in one request", async () => {
    const messages = [message(), message()];
    const model = forwarding(messages);
    choose(model, KITCHEN, ANA);
    expect((await model.send()).map(({ id }) => id)).toEqual([KITCHEN, ANA]);
    expect(core.called("forwardMessages")).toEqual([
      { ids: messages.map(({ id }) => id), conversations: [KITCHEN, ANA] },
    ]);
  });

  it("goes nowhere while nobody is chosen, nor twice", async () => {
    const model = forwarding([message()]);
    await model.send();
    choose(model, ANA);
    await Promise.all([model.send(), model.send()]);
    expect(core.called("forwardMessages")).toHaveLength(1);
  });

  it("goes to one at a time when it has come far: another takes the place of the one that was chosen", () => {
    const model = forwarding([message(), message({ forwards: 5 })]);
    expect(model.isFar).toBe(true);
    choose(model, ANA, KITCHEN);
    expect(model.choice.snapshot().chosen.map(({ id }) => id)).toEqual([KITCHEN]);
    expect(forwarding([message({ forwards: 4 })]).choice.most).toBe(5);
  });

  it("and can't go stays there with why, until somebody else is chosen", async () => {
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    core.failing("forwardMessages", Failure_Code.kOutboxFull);
    const model = forwarding([message()]);
    choose(model, ANA);
    expect(await model.send()).toEqual([]);
    expect(model.snapshot().error).toContain("Too many messages");
    choose(model, BEN);
    expect(model.snapshot().error).toBe("");
  });

  it("goes to nobody who can't be written to", () => {
    core.conversations = [
      conversation({ peer: { case: "direct", value: { blocked: true, partner: { accountId: CEM } } } }),
    ];
    store = new EntityStore(core);
    expect(forwarding([message()]).choice.snapshot().conversations).toEqual([]);
  });
});

it("what is viewed once, was deleted, was not sent, or has no file any more is not forwarded", () => {
  const media = (value: object) => message({ body: { case: "media", value: { kind: MediaKind.kPhoto, ...value } } });
  expect([message(), media({ state: MediaState.kThere })].map(mayForward)).toEqual([true, true]);
  const others = [
    media({ viewOnce: true }),
    media({ state: MediaState.kGone }),
    media({ state: MediaState.kBroken }),
    message({ body: { case: "deleted", value: {} } }),
    message({ outgoing: true, tick: Message_Tick.kFailed }),
  ];
  expect(others.map(mayForward)).toEqual(others.map(() => false));
});
