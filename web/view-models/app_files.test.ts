// SPDX-License-Identifier: AGPL-3.0-or-later

// What is done with files is not in the page's first script: when it is fetched, whose it is, and what if it can't be.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { State_Connection } from "../core-client/schema";
import { AppViewModel } from "./app";
import { ConversationViewModel } from "./conversation";
import { MediaKind } from "./core";
import { EntityStore } from "./entity_store";
import type { MediaPort } from "./media_port";
import { MediaTools } from "./media_tools";
import { noMedia } from "./no_media";
import { HOME } from "./route";
import { say } from "./say";
import { ANA, BEN, conversation, FakeAttention, FakeCore, noNotifications, settle, state } from "./testing/fake_core";
import { FakeMedia, withFile } from "./testing/fake_media";

let core: FakeCore;
let media: FakeMedia;
let port: MediaPort;
let fetchPort: ReturnType<typeof vi.fn<() => Promise<MediaPort>>>;
let app: AppViewModel;

beforeEach(() => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  core = new FakeCore();
  core.conversations = [conversation(), conversation({ id: ANA, title: "Ana" })];
  media = new FakeMedia(core);
  port = { ...media.port, handing: { ...noMedia.handing, save: vi.fn(), share: vi.fn(async () => undefined) } };
  fetchPort = vi.fn(async () => port);
  app = new AppViewModel(core, {
    server: "http://localhost:8080",
    deviceName: "Web",
    attention: new FakeAttention(),
    notifications: noNotifications,
    media: fetchPort,
  });
});
afterEach(() => {
  app.dispose();
  vi.restoreAllMocks();
});

const away = new TypeError("Failed to fetch dynamically imported module");
const voice = () => withFile(1, { kind: MediaKind.kVoice, mimeType: "audio/mp4", durationMs: 10_000 });

describe("what is done with files", () => {
  it("is fetched when it is first asked for, once", async () => {
    await app.start({ ...HOME, conversation: BEN });
    expect(app.snapshot().tools).toBeUndefined();
    const [one, other] = await Promise.all([app.mediaTools(), app.mediaTools()]);
    expect(one).toBe(other);
    expect(await app.mediaTools()).toBe(one);
    expect(app.snapshot().tools).toBe(one);
    expect(fetchPort).toHaveBeenCalledOnce();
  });

  it("is fetched again after a failure, also by whoever hears of that first", async () => {
    fetchPort.mockRejectedValueOnce(away);
    const failed = app.mediaTools();
    const anew = failed.catch(() => app.mediaTools());
    await expect(app.mediaTools()).rejects.toBe(away);
    const tools = await anew;
    expect(await app.mediaTools()).toBe(tools);
    expect(app.snapshot().tools).toBe(tools);
    expect(fetchPort).toHaveBeenCalledTimes(2);
  });

  it("that can't be fetched when a file is to be saved or shared is said, and can be tried again", async () => {
    fetchPort.mockRejectedValue(away);
    const message = withFile(1);
    await app.saveMedia(message);
    expect(app.snapshot().notice).toBe(say("unavailable.load"));
    app.clearNotice();
    await app.shareMedia(message);
    expect(app.snapshot().notice).toBe(say("unavailable.load"));
    fetchPort.mockResolvedValue(port);
    await app.saveMedia(message);
    await app.shareMedia(message);
    expect(port.handing.save).toHaveBeenCalledExactlyOnceWith(message.id, expect.any(String));
    expect(port.handing.share).toHaveBeenCalledExactlyOnceWith(message.id, expect.any(String), "image/jpeg");
  });

  it("ends with the app, also when it comes after that", async () => {
    const dispose = vi.spyOn(MediaTools.prototype, "dispose");
    const coming = app.mediaTools();
    app.dispose();
    await coming;
    await settle();
    expect(dispose).toHaveBeenCalledOnce();
  });

  it("shows and plays nothing of an account to whoever registers next", async () => {
    await app.start({ ...HOME, conversation: BEN });
    const { player, sending } = await app.mediaTools();
    player.toggle(voice());
    const never = () => new Promise<never>(() => undefined);
    const about = { caption: "", mentions: [], quoteMessageId: "", album: "", once: false, prepare: never };
    sending.send([{ ...about, conversation: BEN, kind: MediaKind.kPhoto, name: "" }]);
    app.viewMedia(withFile(2));
    expect(app.route.viewing).not.toBe("");
    core.emit({ case: "stateChanged", value: state({ registered: false, removed: true, name: "", handles: [] }) });
    expect(player.snapshot()).toMatchObject({ message: undefined, playing: false });
    expect(sending.snapshot().files).toEqual([]);
    expect(app.route).toEqual(HOME);
  });

  it("plays nothing where it can't be seen that something plays", async () => {
    await app.start({ ...HOME, conversation: BEN });
    const { player } = await app.mediaTools();
    player.toggle(voice());
    core.emit({ case: "stateChanged", value: state({ connection: State_Connection.kEnded }) });
    expect(app.snapshot().phase).toBe("ended");
    expect(player.snapshot()).toMatchObject({ message: undefined, playing: false });
  });
});

it("a picture is looked at in the conversation that it is of, and closed with that", async () => {
  await app.start({ ...HOME, conversation: BEN, viewing: "1".repeat(32) });
  expect(app.route.viewing).toBe("1".repeat(32));
  app.viewMedia(withFile(1, {}, { id: "2".repeat(32) }));
  expect(app.route.viewing).toBe("2".repeat(32));
  await app.openConversation(ANA);
  expect(app.route).toMatchObject({ conversation: ANA, viewing: "" });
  app.go({ ...HOME, conversation: "f".repeat(32), viewing: "2".repeat(32) });
  expect(app.route).toEqual(HOME);
});

describe("in a conversation", () => {
  let open: ConversationViewModel;
  let tools: MediaTools;
  let fetchTools: ReturnType<typeof vi.fn<() => Promise<MediaTools>>>;
  const file = new File([new Uint8Array(3)], "notes.txt");

  beforeEach(async () => {
    const store = new EntityStore(core);
    await store.loadConversations();
    tools = new MediaTools(core, port, () => undefined);
    fetchTools = vi.fn(async () => tools);
    const files = { tools: fetchTools, limits: () => undefined, state: () => undefined };
    open = new ConversationViewModel(core, conversation(), store, new FakeAttention(), files);
  });

  it("what can't be fetched to attach files or to record is said where one writes", async () => {
    fetchTools.mockRejectedValue(away);
    await open.attach([file]);
    expect(open.composer.snapshot().error).toBe(say("unavailable.load"));
    open.composer.say("");
    expect(await open.record()).toBeUndefined();
    expect(open.composer.snapshot().error).toBe(say("unavailable.load"));
    fetchTools.mockResolvedValue(tools);
    await open.attach([file]);
    expect(open.snapshot().attaching).toBeDefined();
    open.stopAttaching();
    expect(await open.record()).toBe(open.snapshot().recording);
    expect(open.composer.snapshot().error).toBe("");
  });

  it("what plays is silent while somebody speaks", async () => {
    const spoken = voice();
    core.files.keep(spoken.id, new Uint8Array(3));
    tools.player.toggle(spoken);
    await vi.waitFor(() => expect(media.sound.play).toHaveBeenCalledOnce());
    expect(tools.player.snapshot().playing).toBe(true);
    await open.record();
    expect(tools.player.snapshot().playing).toBe(false);
    expect(media.sound.pause).toHaveBeenCalled();
    expect(media.record).toHaveBeenCalledOnce();
  });

  it("that was left meanwhile nobody is listened to, and nothing is attached", async () => {
    const [recording, attaching] = [open.record(), open.attach([file])];
    open.dispose();
    expect(await recording).toBeUndefined();
    await attaching;
    expect(open.snapshot()).toMatchObject({ recording: undefined, attaching: undefined });
    expect(media.record).not.toHaveBeenCalled();
  });
});
