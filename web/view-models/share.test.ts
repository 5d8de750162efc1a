// SPDX-License-Identifier: AGPL-3.0-or-later

// What another program has shared: whom it is for, and that nothing of it leaves by itself.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AppViewModel } from "./app";
import { CoreFailure, Failure_Code, State_Connection } from "../core-client/schema";
import { FORWARD_CONVERSATIONS_MAX } from "./core";
import { failureText } from "./failure_text";
import type { MediaWorkshop } from "./media_port";
import { HOME, type Route } from "./route";
import { say } from "./say";
import { ShareViewModel, type Shared, type SharedPort } from "./share";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  FakeAttention,
  FakeCore,
  groupConversation,
  KITCHEN,
  noNotifications,
  settle,
  state,
} from "./testing/fake_core";
import { FakeMedia } from "./testing/fake_media";

const NAME = "5".repeat(32);
const AT: Route = { ...HOME, panel: "share", shared: NAME };

let core: FakeCore;
let kept: Map<string, Shared>;
let port: SharedPort;
let media: FakeMedia;
let app: AppViewModel;
let model: ShareViewModel;

const nothing = new Uint8Array();
const about = { type: "application/pdf", width: 0, height: 0, durationMs: 0 };
/** Everything is a document. */
const workshop = {
  look: async () => ({ ...about, kind: "other", trouble: "" }),
  preview: async () => "",
  forget: () => undefined,
  prepareDocument: vi.fn(async (file: Blob) => ({
    ...about,
    file,
    thumbhash: nothing,
    thumbnail: nothing,
    waveform: nothing,
  })),
} as unknown as MediaWorkshop;
const photo = () => new File(["x"], "photo.jpg", { type: "image/jpeg" });

beforeEach(() => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  core = new FakeCore();
  core.conversations = [
    conversation(),
    conversation({ id: CEM, title: "Cem", archived: true }),
    conversation({ id: "e".repeat(32), title: "Eve", direct: { blocked: true } }),
    groupConversation(),
  ];
  kept = new Map([[NAME, { text: "Look at this", files: [], trouble: "" }]]);
  port = {
    read: async (name) => kept.get(name),
    drop: async (name) => void kept.delete(name),
    dropAll: async () => kept.clear(),
  };
  media = new FakeMedia(core);
  app = new AppViewModel(core, {
    server: "http://localhost:8080",
    deviceName: "Web",
    attention: new FakeAttention(),
    notifications: noNotifications,
    media: async () => ({ ...media.port, workshop: async () => workshop }),
    shared: async () => port,
  });
});
afterEach(() => {
  app.dispose();
  vi.restoreAllMocks();
});

async function open(shared: Partial<Shared> = {}): Promise<void> {
  kept.set(NAME, { text: "", files: [], trouble: "", ...shared });
  await app.start(AT);
  model = app.shareModel(ShareViewModel);
  await settle();
}
const sent = () => core.calls.filter(({ name }) => name === "sendMessage");
const titles = () => model.choice.snapshot().conversations.map(({ title }) => title);
const choose = (...ids: string[]) =>
  ids.forEach((id) =>
    model.choice.toggle(model.choice.snapshot().conversations.find((each) => each.id === id) ?? conversation()),
  );

describe("what was shared", () => {
  it("can go to whom one can write to, with what is archived last, and is found by name", async () => {
    await open({ text: "Look" });
    expect(titles()).toEqual(["Ben", "Kitchen", "Cem"]);
    model.choice.setQuery("kit");
    expect(titles()).toEqual(["Kitchen"]);
    choose(KITCHEN);
    expect(model.choice.snapshot()).toMatchObject({ query: "", chosen: [{ id: KITCHEN }] });
    expect(app.route).toEqual(AT);
  });

  it("as a text for one is a draft there, below what was being written, and is kept no more", async () => {
    core.conversations = [conversation({ draft: "Hm," })];
    await open({ text: "https://a.example" });
    choose(BEN);
    await model.goOn();
    expect(app.route).toEqual({ ...HOME, conversation: BEN });
    expect(app.snapshot().open?.composer.snapshot().text).toBe("Hm,\nhttps://a.example");
    expect(app.snapshot().open?.snapshot().attaching).toBeUndefined();
    await settle();
    expect(kept.size).toBe(0);
    expect(sent()).toEqual([]);
  });

  it("as files waits in the sheet for a tap, with the words under it, for everybody who was chosen", async () => {
    await open({ text: "From the lake", files: [photo()] });
    choose(BEN, KITCHEN);
    expect(model.sendsHere).toBe(false);
    await model.goOn();
    await settle();
    const opened = app.snapshot().open;
    const attaching = opened?.snapshot().attaching;
    await vi.waitFor(() => expect(attaching?.isReady).toBe(true));
    expect(attaching?.snapshot().items.map(({ name }) => name)).toEqual(["photo.jpg"]);
    expect(attaching?.titleOf("Ben")).toBe("Ben, Kitchen");
    expect(opened?.composer.snapshot().text).toBe("From the lake");
    expect(sent()).toEqual([]);
    expect(kept.size).toBe(0);
    attaching?.send();
    await vi.waitFor(() => expect(sent()).toHaveLength(2));
    expect(workshop.prepareDocument).toHaveBeenCalledOnce(); // it is made ready for all at once
    expect(sent().map(({ params }) => params)).toMatchObject([
      { conversation: BEN, text: "From the lake" },
      { conversation: KITCHEN, text: "From the lake" },
    ]);
  });

  it("as a text for several is sent when somebody says so, as it stands then", async () => {
    await open({ text: "Come at eight" });
    choose(BEN, KITCHEN);
    expect(model.sendsHere).toBe(true);
    expect(sent()).toEqual([]);
    model.setText("  ");
    await model.goOn();
    expect(model.snapshot().error).toBe(say("share.empty"));
    model.setText("Come at nine");
    await model.goOn();
    expect(sent().map(({ params }) => params)).toEqual([
      { conversation: BEN, text: "Come at nine" },
      { conversation: KITCHEN, text: "Come at nine" },
    ]);
    expect(app.route).toEqual(HOME);
    await settle();
    expect(kept.size).toBe(0);
  });

  it("that went to one of them only can be sent to the others again, and not to that one", async () => {
    await open({ text: "Come" });
    choose(BEN, KITCHEN);
    const failure = new CoreFailure(Failure_Code.kServer, "");
    core.on("sendMessage", ({ conversation: to }) => {
      if (to === KITCHEN) throw failure;
      return {};
    });
    await model.goOn();
    expect(model.snapshot().error).toBe(failureText(failure));
    expect(model.choice.snapshot().chosen.map(({ id }) => id)).toEqual([KITCHEN]);
    expect(kept.has(NAME)).toBe(true);
  });

  it("goes to five at most", async () => {
    core.conversations = Array.from({ length: 7 }, (_, at) =>
      conversation({ id: `${at}`.repeat(32), title: `P${at}` }),
    );
    await open({ text: "Look" });
    choose(...core.conversations.map(({ id }) => id));
    expect(model.choice.snapshot().chosen).toHaveLength(FORWARD_CONVERSATIONS_MAX);
    expect(FORWARD_CONVERSATIONS_MAX).toBe(5);
    expect(model.choice.isFull).toBe(true);
    choose("0".repeat(32));
    expect(model.choice.snapshot().chosen).toHaveLength(4);
  });

  it("that is not wanted is kept no more", async () => {
    await open({ text: "Look", files: [photo()] });
    model.leave();
    await settle();
    expect(kept.size).toBe(0);
    expect(app.route).toEqual(HOME);
    expect(sent()).toEqual([]);
  });

  it("that is not there, or too much, is said", async () => {
    kept.clear();
    await app.start({ ...AT, shared: "" });
    model = app.shareModel(ShareViewModel);
    await settle();
    expect(model.snapshot()).toMatchObject({ loaded: true, trouble: say("share.gone") });
    for (const [trouble, words] of [
      ["many", "share.many"],
      ["large", "share.large"],
      ["noRoom", "share.noRoom"],
    ] as const) {
      app.go(AT);
      await open({ trouble });
      expect(model.snapshot().trouble).toBe(say(words));
    }
  });
});

describe("where nobody is who could send it", () => {
  it("that is said, nothing is kept, and one goes on to the registration", async () => {
    core.on("getState", () => state({ registered: false }));
    await app.start(AT);
    await settle();
    expect(app.snapshot().phase).toBe("unshared");
    expect(kept.size).toBe(0);
    app.leaveStray();
    expect(app.snapshot().phase).toBe("registration");
  });

  it("as the server has ended the device, nothing is kept", async () => {
    core.on("getState", () => state({ connection: State_Connection.kEnded }));
    await app.start(AT);
    await settle();
    expect(app.snapshot().phase).toBe("ended");
    expect(kept.size).toBe(0);
  });

  it("as the account was removed here, nothing is kept", async () => {
    await app.start({ ...HOME, conversation: ANA });
    core.emit({ case: "stateChanged", value: state({ registered: false, removed: true }) });
    await settle();
    expect(kept.size).toBe(0);
  });
});
