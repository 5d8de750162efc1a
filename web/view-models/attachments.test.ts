// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { AttachmentsViewModel, type Attached } from "./attachments";
import { ComposerViewModel } from "./composer";
import { MediaKind } from "./core";
import type {
  Looked,
  MadeVideo,
  Making,
  MediaPort,
  MediaWorkshop,
  Prepared,
  VideoEdits,
  VideoFacts,
} from "./media_port";
import { noMedia } from "./no_media";
import { SendingFilesViewModel, type Outgoing } from "./sending_files";
import { MediaFailure } from "../core-client/media";
import { Failure_Code } from "../core-client/schema";
import { BEN, FakeCore, settle } from "./testing/fake_core";
import { videoFacts } from "./testing/fake_media";

const none = new Uint8Array();
const looked = (kind: Looked["kind"], trouble: Looked["trouble"] = ""): Looked => ({
  kind,
  type: "image/jpeg",
  width: 4000,
  height: 3000,
  durationMs: 0,
  trouble,
});
const prepared = (file: Blob): Prepared => ({
  file,
  type: "image/jpeg",
  width: 1600,
  height: 1200,
  durationMs: 0,
  thumbhash: Uint8Array.of(1),
  thumbnail: Uint8Array.of(2),
  waveform: none,
});
const made = (file: Blob): MadeVideo => ({ file, width: 640, height: 360, durationMs: 5000 });
const video = (facts: Partial<VideoFacts> = {}): Looked => ({
  ...looked("video"),
  type: "video/x-matroska",
  durationMs: facts.durationMs ?? 5000,
  video: videoFacts({ width: 640, height: 360, durationMs: 5000, audio: undefined, ...facts }),
});

let core: FakeCore;
let composer: ComposerViewModel;
let sent: Outgoing[];
let closed: number;
let workshop: MediaWorkshop;
let media: MediaPort;
const kinds = new Map<string, Looked>();

beforeEach(() => {
  core = new FakeCore();
  composer = new ComposerViewModel(core, BEN, { text: "", quoted: undefined }, () => undefined);
  sent = [];
  closed = 0;
  kinds.clear();
  workshop = {
    look: vi.fn(async (_, name) => kinds.get(name) ?? looked("picture")),
    preview: vi.fn(async () => "blob:preview"),
    forget: vi.fn(),
    preparePicture: vi.fn(async (file: Blob) => prepared(file)),
    preparePhoto: vi.fn(async (file: Blob) => file),
    prepareThumbnail: vi.fn(async () => undefined),
    prepareAnimation: vi.fn(async (file: Blob) => prepared(file)),
    makeVideo: vi.fn(async (file: Blob) => made(file)),
    stripOf: vi.fn(async () => []),
    prepareVideo: vi.fn(async ({ file }: MadeVideo) => prepared(file)),
    prepareAudio: vi.fn(async (file: Blob) => prepared(file)),
    prepareDocument: vi.fn(async (file: Blob) => prepared(file)),
  };
  media = { ...noMedia, files: core.files, workshop: async () => workshop };
});

const attachments = (): AttachmentsViewModel =>
  new AttachmentsViewModel({
    conversation: BEN,
    composer,
    media,
    limits: () => ({ fileBytesMax: 1000n, mediaBytesMax: 500n, videoSecondsMax: 10, voiceSecondsMax: 10 }) as never,
    send: (outgoing) => sent.push(...outgoing),
    onClose: () => ++closed,
  });
const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);

describe("files that were chosen", () => {
  it("are an album when several are pictures; what is written goes with the first", async () => {
    const model = attachments();
    kinds.set("b.pdf", looked("other"));
    model.add([file("a.jpg"), file("b.pdf"), file("c.jpg")]);
    await settle();
    composer.setText("  \nOne Sunday ");
    model.send();
    expect(sent.map(({ kind, caption }) => [kind, caption])).toEqual([
      [MediaKind.kPhoto, "One Sunday"],
      [MediaKind.kDocument, ""],
      [MediaKind.kPhoto, ""],
    ]);
    expect(sent[0]?.album).toMatch(/^[0-9a-f]{32}$/);
    expect(sent[2]?.album).toBe(sent[0]?.album);
    expect(sent[1]?.album).toBe("");
    expect([composer.snapshot().text, closed]).toEqual(["", 1]);
  });

  it("one alone is no album, and can be sent to be viewed once", async () => {
    const model = attachments();
    model.add([file("a.jpg")]);
    await settle();
    expect(model.mayBeOnce).toBe(true);
    model.setOnce(true);
    model.send();
    expect(sent).toMatchObject([{ album: "", once: true }]);
    const several = attachments();
    several.add([file("a.jpg"), file("b.jpg")]);
    await settle();
    several.setOnce(true);
    several.send();
    expect(sent.slice(1).map(({ once }) => once)).toEqual([false, false]);
  });

  it("that are too large are not even looked at, and hold up the others until they are taken away", async () => {
    const model = attachments();
    model.add([file("large.jpg", 1001), file("a.jpg")]);
    await settle();
    expect(workshop.look).toHaveBeenCalledTimes(1);
    const [large] = model.snapshot().items;
    expect(large?.plan?.refusal).toMatchObject({ why: "fileTooLarge" });
    model.send();
    expect(sent).toEqual([]);
    expect(model.snapshot().error).not.toBe("");
    model.remove(large?.id as string);
    model.send();
    expect(sent).toHaveLength(1);
  });

  it("that are no pictures can go as files, and what can't be shown is none", async () => {
    const model = attachments();
    kinds.set("svg.jpg", looked("picture", "unreadable"));
    workshop.preview = vi.fn(async (_, { trouble }) =>
      trouble === "" ? Promise.reject(new Error("not decoded")) : "",
    );
    model.add([file("svg.jpg"), file("cut.jpg")]);
    await settle();
    expect(model.snapshot().items.map(({ plan }) => plan?.refusal?.why)).toEqual(["unreadable", "unreadable"]);
    for (const { id } of model.snapshot().items) model.setAsFile(id, true);
    model.send();
    expect(sent.map(({ kind, name }) => [kind, name])).toEqual([
      [MediaKind.kDocument, "svg.jpg"],
      [MediaKind.kDocument, "cut.jpg"],
    ]);
  });

  it("the last one that is taken away closes them; what was shown of them is forgotten", async () => {
    const model = attachments();
    model.add([file("a.jpg")]);
    await settle();
    model.remove(model.snapshot().shown);
    await settle();
    expect([closed, vi.mocked(workshop.forget).mock.calls]).toEqual([1, [["blob:preview"]]]);
  });

  it("a photo has more pixels when somebody wants that", async () => {
    const model = attachments();
    model.add([file("a.jpg")]);
    await settle();
    model.setHigh(true);
    model.send();
    await sent[0]?.prepare();
    expect(vi.mocked(workshop.preparePicture).mock.calls[0]?.[3]).toBe(2560);
  });
});

describe("a video that was chosen", () => {
  /** The makings that were begun: each ends when the test says so. */
  interface Begun {
    file: Blob;
    edits: VideoEdits;
    making: Making;
    end: (file: Blob) => void;
    fail: () => void;
  }
  let begun: Begun[];
  beforeEach(() => {
    begun = [];
    workshop.makeVideo = (file, _, edits, __, making) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error("no"));
        making.signal.addEventListener("abort", fail);
        begun.push({ file, edits, making, end: (blob) => resolve(made(blob)), fail });
      });
  });
  const chosen = async (size = 10, facts: Partial<VideoFacts> = {}) => {
    kinds.set("film.mkv", video(facts));
    const model = attachments();
    model.add([file("film.mkv", size)]);
    await settle();
    const item = () => model.snapshot().items[0] as Attached;
    return { model, item, id: item().id };
  };

  it("goes when it is made, as what was made, and without its name", async () => {
    const { model, item } = await chosen();
    begun[0]?.making.progress(0.5);
    expect(item().work).toMatchObject({ state: "making", done: 0.5 });
    model.send();
    expect(sent).toEqual([]);
    const clean = new Blob(["clean"]);
    begun[0]?.end(clean);
    await settle();
    model.send();
    expect(sent).toMatchObject([{ kind: MediaKind.kVideo, name: "" }]);
    expect(await sent[0]?.prepare()).toMatchObject({ file: clean });
  });

  it("that is too long is not even begun; a part of it is, and a smaller one leaves nothing of the first", async () => {
    const { model, item, id } = await chosen(10, { durationMs: 11_000 });
    expect([begun.length, item().plan]).toMatchObject([0, { refusal: { why: "tooLong" }, trimHelps: true }]);
    model.editVideo(id, { trim: { startMs: 1000, endMs: 5000 } });
    await settle();
    expect(begun.map(({ edits }) => edits)).toEqual([{ trim: { startMs: 1000, endMs: 5000 }, smaller: false }]);
    model.editVideo(id, { smaller: true });
    expect(begun[0]?.making.signal.aborted).toBe(true);
    begun[0]?.end(new Blob(["first"]));
    await settle();
    expect(item().work.made).toBeUndefined();
    expect(begun[1]?.edits).toEqual({ trim: { startMs: 1000, endMs: 5000 }, smaller: true });
  });

  it("that is larger than any file is looked at; what is made of it counts", async () => {
    const { model, item, id } = await chosen(1001);
    expect([begun.length, item().plan]).toMatchObject([0, { refusal: { why: "mediaTooLarge" }, asFileHelps: false }]);
    model.editVideo(id, { trim: { startMs: 0, endMs: 1000 } });
    await settle();
    begun[0]?.end(new Blob(["small"]));
    await settle();
    expect(model.isReady).toBe(true);
  });

  it("that is stopped says so, and is made again; one that fails is offered as a file", async () => {
    const { model, item, id } = await chosen();
    model.stopVideo(id);
    expect(begun[0]?.making.signal.aborted).toBe(true);
    expect(item().plan?.refusal).toEqual({ why: "stopped" });
    model.makeVideoAgain(id);
    begun[0]?.fail();
    await settle();
    expect(item().plan?.refusal).toBeUndefined();
    begun[1]?.fail();
    await settle();
    expect(item().plan).toMatchObject({ refusal: { why: "notMade" }, asFileHelps: true });
    model.setAsFile(id, true);
    model.send();
    expect(sent).toMatchObject([{ kind: MediaKind.kDocument, name: "film.mkv" }]);
  });

  it("is not made when it goes as a file, is taken away, or nobody looks any more", async () => {
    const asFile = await chosen();
    asFile.model.setAsFile(asFile.id, true);
    const removed = await chosen();
    removed.model.remove(removed.id);
    const left = await chosen();
    left.model.dispose();
    expect(begun.map(({ making }) => making.signal.aborted)).toEqual([true, true, true]);
    asFile.model.setAsFile(asFile.id, false);
    await settle();
    expect(begun).toHaveLength(4);
  });

  it("several are made one after the other", async () => {
    kinds.set("film.mkv", video());
    const model = attachments();
    model.add([file("film.mkv"), file("film.mkv")]);
    await settle();
    expect(begun).toHaveLength(1);
    begun[0]?.end(new Blob(["one"]));
    await settle();
    expect(begun).toHaveLength(2);
  });
});

describe("files on their way to a message", () => {
  const outgoing = (name: string, more: Partial<Outgoing> = {}): Outgoing => ({
    conversation: BEN,
    kind: MediaKind.kDocument,
    name,
    caption: "",
    mentions: [],
    quoteMessageId: "",
    album: "",
    once: false,
    prepare: async () => prepared(file(name)),
    ...more,
  });
  const sending = () => new SendingFilesViewModel(core, core.files, () => undefined);
  const names = () =>
    core.called("sendMessage").map((each) => (each.attachment as { about: { name: string } }).about.name);

  it("go one after the other, in their order, and are gone from the list then", async () => {
    const model = sending();
    model.send([outgoing("1"), outgoing("2"), outgoing("3")]);
    await settle();
    await settle();
    expect(names()).toEqual(["1", "2", "3"]);
    expect(model.snapshot().files).toEqual([]);
  });

  it("one that fails says why, lets the others go, and is tried again", async () => {
    const model = sending();
    core.files.refusal = new MediaFailure("noRoom", "");
    model.send([outgoing("1"), outgoing("2")]);
    await settle();
    await settle();
    expect(names()).toEqual(["2"]);
    const [failed] = model.snapshot().files;
    expect(failed).toMatchObject({ name: "1", failure: expect.stringContaining("no room") });
    core.failing("sendMessage", Failure_Code.kBlocked);
    model.tryAgain(failed?.id as string);
    await settle();
    expect(model.snapshot().files[0]?.failure).toContain("block");
  });

  it("one that is given up goes nowhere, not even when it was being made ready", async () => {
    const model = sending();
    let ready: (made: Prepared) => void = () => undefined;
    model.send([outgoing("1", { prepare: () => new Promise((resolve) => (ready = resolve)) }), outgoing("2")]);
    await settle();
    model.cancel(model.snapshot().files[0]?.id as string);
    ready(prepared(file("1")));
    await settle();
    await settle();
    expect(names()).toEqual(["2"]);
  });

  it("of what is to be viewed once nothing is in the message itself", async () => {
    sending().send([outgoing("1", { once: true, kind: MediaKind.kPhoto })]);
    await settle();
    await settle();
    const about = (core.called("sendMessage")[0]?.attachment as { about: Record<string, unknown> }).about;
    expect(about).toMatchObject({ viewOnce: true });
    expect(["thumbnail", "thumbhash", "waveform"].filter((each) => each in about)).toEqual([]);
  });
});
