// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  CoreFailure,
  Failure_Code,
  ImportContactsResponseSchema,
  ListContactsResponseSchema,
  ListDevicesResponseSchema,
  ListMessagesResponseSchema,
  ProfileSchema,
  RequestCodeResponseSchema,
  SearchResponseSchema,
  State_Connection,
} from "../core-client/schema";
import { textOf } from "./core";
import { AppViewModel } from "./app";
import type { KeptLinking } from "./devices";
import { HOME } from "./route";
import {
  ANA,
  BEN,
  conversation,
  FakeAttention,
  FakeCore,
  message,
  settle,
  state,
  noNotifications,
} from "./testing/fake_core";

let core: FakeCore;
let attention: FakeAttention;
let app: AppViewModel;

beforeEach(() => {
  core = new FakeCore();
  core.conversations = [conversation(), conversation({ id: ANA, title: "Ana" })];
  core.on("listContacts", () => create(ListContactsResponseSchema, { contacts: [] }));
  attention = new FakeAttention();
  app = new AppViewModel(core, {
    server: "http://localhost:8080",
    deviceName: "Web",
    attention,
    notifications: noNotifications,
  });
});

describe("the start", () => {
  it("connects and shows the conversations when this device is registered", async () => {
    await app.start();
    expect(app.snapshot().phase).toBe("chats");
    expect(core.called("connect")).toHaveLength(1);
    expect(core.called("setAvailable")).toEqual([{ available: true }]);
    expect(app.list.snapshot().conversations).toHaveLength(2);
  });

  it("opens the conversation again that was open before a reload", async () => {
    await app.start({ ...HOME, conversation: BEN });
    expect(app.snapshot().open?.id).toBe(BEN);
  });

  it("asks to register when it is not", async () => {
    core.on("getState", () => state({ registered: false }));
    await app.start();
    expect(app.snapshot().phase).toBe("registration");
    expect(core.called("connect")).toEqual([]);
  });

  it("says so when this device was ended, then or while running, and can register anew", async () => {
    await app.start({ ...HOME, conversation: BEN });
    core.emit({ case: "stateChanged", value: state({ connection: State_Connection.kEnded }) });
    expect(app.snapshot()).toMatchObject({ phase: "ended", open: undefined });
    app.register();
    expect(app.snapshot().registration?.snapshot()).toMatchObject({
      step: "handle",
      handle: "+491700000001",
      name: "Ana",
    });

    core.on("getState", () => state({ connection: State_Connection.kEnded }));
    const other = new AppViewModel(core, { server: "", deviceName: "Web", attention, notifications: noNotifications });
    await other.start();
    expect(other.snapshot().phase).toBe("ended");
  });
});

it("goes back from what is open innermost, and at the left without what is beside it", async () => {
  await app.start({ ...HOME, panel: "settings", section: "link", conversation: BEN, details: true });
  app.leaveLeft();
  expect(app.route).toEqual({ ...HOME, panel: "settings", section: "devices", conversation: BEN, details: true });
  app.goBack();
  expect(app.route).toEqual({ ...HOME, panel: "settings", section: "devices", conversation: BEN, details: false });
  app.goBack();
  app.goBack();
  expect(app.route).toEqual({ ...HOME, conversation: BEN });
  app.goBack();
  app.goBack();
  expect(app.route).toEqual(HOME);
});

it("a device that was removed begins anew, and says why", async () => {
  await app.start({ ...HOME, conversation: BEN });
  core.emit({ case: "stateChanged", value: state({ registered: false, removed: true, name: "", handles: [] }) });
  expect(app.snapshot()).toMatchObject({ phase: "registration", open: undefined });
  expect(app.snapshot().registration?.removed).toBe(true);
});

it("a device that was removed shows nothing of its account to whoever registers next", async () => {
  core.on("listContacts", () => create(ListContactsResponseSchema, { contacts: [{ accountId: BEN, name: "Ben" }] }));
  core.on("listDevices", () => create(ListDevicesResponseSchema, { devices: [{ id: 1, name: "Chrome" }] }));
  core.on("getProfile", () => create(ProfileSchema, { name: "Ana" }));
  await app.start({ ...HOME, panel: "settings", section: "devices", conversation: BEN, details: true });
  await app.settings.load();
  await app.devices.load();
  await app.contacts.load();
  app.search.setQuery("train");
  expect(app.settings.snapshot().profile?.name).toBe("Ana");
  core.emit({ case: "stateChanged", value: state({ registered: false, removed: true, name: "", handles: [] }) });
  expect(app.route).toEqual(HOME);
  expect(app.list.snapshot().conversations).toEqual([]);
  expect(app.search.snapshot().query).toBe("");
  expect(app.contacts.snapshot().contacts).toEqual([]);
  expect(app.settings.snapshot().profile).toBeUndefined();
  expect(app.devices.snapshot().devices).toBeUndefined();
  core.conversations = [];
  core.on("getState", () => state({ name: "Zoe" }));
  await app.start();
  expect(app.snapshot()).toMatchObject({ phase: "chats", leftPanel: "list", entered: true });
  expect(app.list.snapshot().conversations).toEqual([]);
});

it("a page with the link of a device goes on to linking when another tab has registered", async () => {
  core.on("getState", () => state({ registered: false, name: "" }));
  const options = { server: "", deviceName: "Web", attention, notifications: noNotifications };
  const given = "https://kith.example/link#a";
  app = new AppViewModel(core, { ...options, kept: { load: () => ({ given }), save: () => undefined } });
  await app.start();
  expect(app.snapshot().phase).toBe("stray");
  core.on("getState", () => state());
  core.emit({ case: "stateChanged", value: state() });
  await settle();
  expect(app.snapshot().phase).toBe("chats");
  expect(app.route).toEqual({ ...HOME, panel: "settings", section: "link" });
  expect(app.devices.snapshot().given).toBe(given);
});

it("a device that is to be one of an account goes on with it once it is", async () => {
  core.on("getState", () => state({ registered: false, name: "" }));
  await app.start();
  app.snapshot().registration?.link();
  await settle();
  expect(app.snapshot().phase).toBe("linking");
  app.snapshot().linking?.leave();
  expect(app.snapshot()).toMatchObject({ phase: "registration", linking: undefined });
  app.snapshot().registration?.link();
  core.on("getState", () => state());
  core.emit({ case: "stateChanged", value: state() });
  await settle();
  expect(app.snapshot()).toMatchObject({ phase: "chats", linking: undefined });
});

it("while the server is asked again, it is still said what it said last", async () => {
  core.on("getState", () => state({ connection: State_Connection.kUnknownDevice }));
  await app.start();
  expect(app.snapshot()).toMatchObject({ phase: "ended", refusal: State_Connection.kUnknownDevice });
  core.emit({ case: "stateChanged", value: state({ connection: State_Connection.kConnecting }) });
  expect(app.snapshot()).toMatchObject({ phase: "ended", refusal: State_Connection.kUnknownDevice });
  core.emit({ case: "stateChanged", value: state({ connection: State_Connection.kOtherServer }) });
  expect(app.snapshot().refusal).toBe(State_Connection.kOtherServer);
});

describe("a number that is taken back", () => {
  const ended = state({ connection: State_Connection.kEnded });
  const tell = (connection: State_Connection) => core.emit({ case: "stateChanged", value: state({ connection }) });
  const shown = () => app.snapshot().registration?.snapshot();

  beforeEach(async () => {
    core.on("getState", () => ended);
    core.on("requestCode", () => create(RequestCodeResponseSchema, { digits: 6, expiresInS: 600 }));
    await app.start();
    expect(app.snapshot().phase).toBe("ended");
  });

  it("keeps its number and code, whatever becomes of the connection, until the person leaves", async () => {
    app.register();
    app.snapshot().registration?.setHandle("+49 170 0000001");
    const without = [
      State_Connection.kOffline,
      State_Connection.kWaiting,
      State_Connection.kConnecting,
      State_Connection.kEnded,
      State_Connection.kUnknownDevice,
    ];
    for (const connection of without) tell(connection);
    await settle();
    expect(shown()).toMatchObject({ step: "handle", handle: "+49 170 0000001" });
    await app.snapshot().registration?.next();
    app.snapshot().registration?.setCode("123");
    for (const connection of without) tell(connection);
    core.emit({ case: "resync", value: {} });
    await settle();
    expect(app.snapshot().phase).toBe("registration");
    expect(shown()).toMatchObject({ step: "code", code: "123" });
    app.snapshot().registration?.back();
    app.snapshot().registration?.back();
    expect(app.snapshot()).toMatchObject({ phase: "ended", registration: undefined });
  });

  it("is asked for by the first click, while the server is being asked whether it knows the device", async () => {
    tell(State_Connection.kConnecting);
    app.register();
    expect(shown()).toMatchObject({ step: "handle", handle: "+491700000001" });
    tell(State_Connection.kEnded);
    await settle();
    expect(app.snapshot().phase).toBe("registration");
  });

  it("is asked for by a click that comes while the state is being read", async () => {
    const starting = app.start();
    app.register();
    await starting;
    expect(app.snapshot().phase).toBe("registration");
  });

  it("needs no code any more when another tab has taken it back, or the server knows the device again", async () => {
    app.register();
    core.on("getState", () => state());
    tell(State_Connection.kOnline);
    await vi.waitFor(() => expect(app.snapshot().phase).toBe("chats"));
  });
});

describe("a server that doesn't take this device", () => {
  it.each([State_Connection.kUnknownDevice, State_Connection.kOtherServer, State_Connection.kIdentityConflict])(
    "is told (%s), can be registered with anew, and all goes on when the right one is back [IDENTITY-7]",
    async (connection) => {
      await app.start();
      core.emit({ case: "stateChanged", value: state({ connection }) });
      expect(app.snapshot().phase).toBe("ended");
      core.emit({ case: "stateChanged", value: state({ connection: State_Connection.kOnline }) });
      await vi.waitFor(() => expect(app.snapshot().phase).toBe("chats"));
      core.emit({ case: "stateChanged", value: state({ connection }) });
      app.register();
      expect(app.snapshot().registration?.snapshot().step).toBe("handle");
    },
  );
});

describe("a handle that is written to from the search", () => {
  it("stands where it can be seen and mended; an answer opens nothing once one has gone back from there", async () => {
    await app.start();
    let answer: (found: unknown) => void = () => undefined;
    core.on("openConversation", () => new Promise((resolve) => (answer = resolve)));
    app.writeTo("+49 170 0000009");
    expect(app.snapshot().leftPanel).toBe("new-chat");
    expect(app.contacts.snapshot()).toMatchObject({ query: "+49 170 0000009", busy: true });
    app.showLeft("list");
    answer(conversation({ id: ANA }));
    await settle();
    expect(app.snapshot().open).toBeUndefined();
    expect(app.contacts.snapshot()).toMatchObject({ query: "", busy: false });
  });
});

describe("a conversation that turns out to be another's", () => {
  it("is followed to where its messages are now, with what is being written", async () => {
    const first = message({ outgoing: true, text: "Hello, it's Ana" });
    core.messages.push(first);
    await app.start({ ...HOME, conversation: BEN });
    app.snapshot().open?.composer.setText("and one thing more");
    app.snapshot().open?.composer.quote(first);
    core.conversations = [conversation({ id: ANA, title: "Cem" })];
    core.messages = [{ ...first, conversation: ANA }];
    core.on("listMessages", ({ conversation: id }) => {
      if (id === BEN) throw new CoreFailure(Failure_Code.kNoSuchConversation, "", 0);
      return create(ListMessagesResponseSchema, { messages: core.messages });
    });
    core.emit({ case: "resync", value: {} });
    await vi.waitFor(() => expect(app.snapshot().open?.id).toBe(ANA));
    await settle();
    expect(app.snapshot().open?.composer.snapshot()).toMatchObject({
      text: "and one thing more",
      quoted: { id: first.id },
    });
  });

  it.each([
    ["", "one thing more, and another"],
    ["and one thing", "one thing more, and another"], // moved with the messages
    ["See you", "See you\none thing more, and another"],
  ])("keeps what is written while it is looked for, with the draft there is (%j)", async (draft, whole) => {
    const first = message({ outgoing: true, text: "Hello, it's Ana" });
    core.messages.push(first);
    core.conversations = [conversation({ draft: "and one thing" })];
    await app.start({ ...HOME, conversation: BEN });
    const before = app.snapshot().open?.composer;
    before?.setText("one thing more");
    core.conversations = [conversation({ id: ANA, title: "Cem", draft })];
    let answer: (value: unknown) => void = () => undefined;
    core.on("getMessage", () => new Promise((resolve) => (answer = resolve)));
    core.emit({ case: "resync", value: {} });
    await vi.waitFor(() => expect(core.called("getMessage")).toHaveLength(1));
    before?.setText("one thing more, and another");
    core.on("listMessages", () => new Promise(() => undefined));
    answer({ ...first, conversation: ANA });
    await vi.waitFor(() => expect(app.snapshot().open?.id).toBe(ANA));
    expect(app.snapshot().open?.composer.snapshot().text).toBe(whole);
  });

  it("is closed when nobody knows where", async () => {
    await app.start({ ...HOME, conversation: BEN });
    core.conversations = [];
    core.emit({ case: "resync", value: {} });
    await vi.waitFor(() => expect(app.snapshot().open).toBeUndefined());
  });
});

describe("what is open", () => {
  const BEN_DETAILS = { ...HOME, conversation: BEN, details: true };

  it("is what the address says, and what the address gets", async () => {
    await app.start({ ...HOME, panel: "settings", section: "privacy", conversation: BEN, details: true });
    expect(app.route).toEqual({ ...HOME, panel: "settings", section: "privacy", conversation: BEN, details: true });
    app.go(BEN_DETAILS);
    expect(app.route).toEqual(BEN_DETAILS);
    app.go({ ...HOME, conversation: ANA });
    expect(app.route).toEqual({ ...HOME, conversation: ANA });
    app.go(HOME);
    expect(app.route).toEqual(HOME);
  });

  it("leaves out a conversation that is not here", async () => {
    await app.start({ ...HOME, conversation: "f".repeat(32), details: true });
    expect(app.route).toEqual(HOME);
  });

  it("asked for once more stays as it is", async () => {
    await app.start(BEN_DETAILS);
    const { open, contactPanel } = app.snapshot();
    app.go(BEN_DETAILS);
    app.openDetails();
    expect(app.snapshot()).toMatchObject({ open, contactPanel });
  });
});

describe("presence [F13]", () => {
  it("is told with every change of attention", async () => {
    await app.start();
    attention.set(false);
    attention.set(true);
    expect(core.called("setAvailable").map((each) => each.available)).toEqual([true, false, true]);
  });
});

describe("opening conversations", () => {
  it("closes the one before, with its draft saved", async () => {
    await app.start({ ...HOME, conversation: BEN });
    app.snapshot().open?.composer.setText("unfinished");
    await app.openConversation(ANA);
    expect(app.snapshot().open?.id).toBe(ANA);
    expect(core.called("setDraft")).toEqual([{ conversation: BEN, text: "unfinished", quoteMessageId: "" }]);
  });

  it("by a number without account says that nobody has it", async () => {
    await app.start();
    app.showLeft("new-chat");
    core.failing("openConversation", Failure_Code.kNoSuchAccount);
    app.contacts.setQuery("+491700000009");
    await app.contacts.openTyped();
    expect(app.contacts.snapshot()).toMatchObject({ busy: false, error: expect.stringContaining("+49 170 000 0009") });
    expect(app.snapshot()).toMatchObject({ leftPanel: "new-chat", open: undefined });
  });

  it("by a number puts it into the list and goes there", async () => {
    await app.start();
    app.showLeft("new-chat");
    core.on("openConversation", () => conversation({ id: "d".repeat(32), title: "Dora" }));
    app.contacts.setQuery("+49 170 0000004");
    await app.contacts.openTyped();
    await settle();
    expect(core.called("openConversation")).toEqual([{ handle: "+49 170 0000004" }]); // the core reads it
    expect(app.snapshot()).toMatchObject({ leftPanel: "list" });
    expect(app.snapshot().open?.snapshot().conversation.title).toBe("Dora");
  });

  it("at a message that is not here says so", async () => {
    await app.start({ ...HOME, conversation: BEN });
    await app.jumpTo("f".repeat(32));
    expect(app.snapshot().notice).not.toBe("");
  });
});

describe("importing contacts", () => {
  it("says how many came in, and how many were left out", async () => {
    await app.start();
    core.on("importContacts", () => create(ImportContactsResponseSchema, { imported: 3, skipped: 1, withAccount: 2 }));
    await app.contacts.importFile(new Blob(["BEGIN:VCARD"]));
    expect(app.contacts.snapshot().notice).toBe(
      "3 contacts imported, 2 of them use Kith. 1 without a usable number or name were left out.",
    );
  });

  it("goes to the core as bytes, and says what the server has not been asked yet", async () => {
    await app.start();
    core.on("importContacts", () =>
      create(ImportContactsResponseSchema, { imported: 2500, withAccount: 7, notAsked: 500 }),
    );
    await app.contacts.importFile(new Blob([new Uint8Array([0x4a, 0xf6, 0x72, 0x67])]));
    expect(core.called("importContacts")[0]?.vcard).toEqual(new Uint8Array([0x4a, 0xf6, 0x72, 0x67]));
    expect(app.contacts.snapshot().notice).toBe(
      "2,500 contacts imported, 7 of them use Kith. Whether 500 more do is found out bit by bit.",
    );
  });

  it("of a file that has none says so", async () => {
    await app.start();
    core.failing("importContacts", Failure_Code.kInvalidArgument, "vcard: no card");
    await app.contacts.importFile(new Blob(["hello"]));
    expect(app.contacts.snapshot().error).toContain("vCard");
  });
});

describe("search", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("asks after a pause, and drops answers to former questions", async () => {
    const answers: ((text: string) => void)[] = [];
    core.on(
      "search",
      () =>
        new Promise((resolve) =>
          answers.push((text) => resolve(create(SearchResponseSchema, { messages: [message({ text })] }))),
        ),
    );
    app.search.setQuery("fi");
    app.search.setQuery("first");
    await vi.advanceTimersByTimeAsync(200);
    app.search.setQuery("second");
    await vi.advanceTimersByTimeAsync(200);
    expect(core.called("search").map((each) => each.query)).toEqual(["first", "second"]);
    answers[1]?.("second answer");
    answers[0]?.("first answer");
    await vi.advanceTimersByTimeAsync(0);
    expect(app.search.snapshot().messages?.map((each) => textOf(each))).toEqual(["second answer"]);
  });
});

describe("linking over a page that is loaded anew", () => {
  let kept: KeptLinking;
  const opened = () =>
    new AppViewModel(core, {
      server: "https://kith.example",
      deviceName: "Web",
      attention,
      notifications: noNotifications,
      kept: { load: () => kept, save: (now) => void (kept = now) },
    });

  it("shows a new code where one was shown, and the number again once that is left", async () => {
    kept = {};
    core.on("getState", () => state({ registered: false }));
    const before = opened();
    await before.start();
    before.snapshot().registration?.link();
    expect([before.snapshot().phase, kept]).toEqual(["linking", { joining: true }]);
    const anew = opened();
    await anew.start();
    await settle();
    expect(anew.snapshot().phase).toBe("linking");
    expect(anew.snapshot().linking?.snapshot().anew).toBe(true);
    anew.snapshot().linking?.leave();
    expect([anew.snapshot().phase, kept]).toEqual(["registration", {}]);
  });

  it("a link that is read where there is no account leads to what to do, and from there to the number", async () => {
    kept = { given: "https://kith.example/link#a" };
    core.on("getState", () => state({ registered: false }));
    const other = opened();
    await other.start();
    expect(other.snapshot().phase).toBe("stray");
    other.leaveStray();
    expect([other.snapshot().phase, kept]).toEqual(["registration", {}]);
  });

  it("where there is one it stays for the page that links", async () => {
    kept = { given: "https://kith.example/link#a" };
    const other = opened();
    await other.start({ ...HOME, panel: "settings", section: "link" });
    expect(other.snapshot()).toMatchObject({ phase: "chats", section: "link" });
    expect(other.devices.snapshot().given).toBe("https://kith.example/link#a");
  });
});
