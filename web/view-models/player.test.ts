// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, expect, it, vi } from "vitest";

import { FailureCode, MediaKind, MediaState, type Message } from "./core";
import type { Sound } from "./media_port";
import { noMedia } from "./no_media";
import { PlayerViewModel } from "./player";
import { FakeCore, message, NOON, settle } from "./testing/fake_core";

let core: FakeCore;
let tell: (what: "moved" | "ended" | "failed" | "paused") => void;
const sound = {
  play: vi.fn(async () => undefined),
  pause: vi.fn(),
  seek: vi.fn(),
  setRate: vi.fn(),
  stop: vi.fn(),
  position: 0,
  duration: 10,
  onChange: (listener: typeof tell) => void (tell = listener),
} satisfies Sound;
const saved: object[] = [];

let at = 0;
const voice = (media: object = {}): Message => {
  const made = message({
    atMs: NOON + ++at * 1000,
    body: {
      case: "media",
      value: { kind: MediaKind.kVoice, state: MediaState.kHere, durationMs: 10_000, mimeType: "audio/mp4", ...media },
    },
  } as never);
  core.messages.push(made);
  core.files.keep(made.id, new Uint8Array(3));
  return made;
};
const player = (onPlay?: () => void) =>
  new PlayerViewModel(
    core,
    {
      ...noMedia,
      files: { ...core.files, mediaUrl: (id: string) => `/media/${id}`, streamsMedia: () => true } as never,
      sound: () => sound,
      load: () => ({ rate: 1.5 }),
      save: (what) => saved.push(what),
    },
    onPlay,
  );

beforeEach(() => {
  core = new FakeCore();
  vi.clearAllMocks();
  saved.length = 0;
});

it("plays one thing at a time, at the speed that was chosen last, and pauses it", async () => {
  const silenced = vi.fn();
  const model = player(silenced);
  const [one, other] = [voice(), voice()];
  model.toggle(one);
  await settle();
  expect(sound.play.mock.calls).toEqual([[`/media/${one.id}`, 0, 1.5]]);
  expect(silenced).toHaveBeenCalledTimes(1);
  model.toggle(other);
  await settle();
  expect(sound.stop).toHaveBeenCalled();
  expect(model.snapshot()).toMatchObject({ message: { id: other.id }, playing: true });
  model.toggle(other);
  expect(model.snapshot().playing).toBe(false);
  model.nextRate();
  expect([model.snapshot().rate, saved]).toEqual([2, [{ rate: 2 }]]);
  model.nextRate();
  expect(model.snapshot().rate).toBe(1);
});

it("goes on with the voice message right after it, and not past anything else", async () => {
  const model = player();
  const first = voice();
  const second = voice();
  core.messages.push(message({ atMs: NOON + ++at * 1000 }));
  voice();
  model.toggle(first);
  await settle();
  tell("ended");
  await settle();
  expect(model.snapshot()).toMatchObject({ message: { id: second.id }, playing: true });
  tell("ended");
  await settle();
  expect(model.snapshot().message).toBeUndefined();
});

it.each([{ viewOnce: true }, { state: MediaState.kThere }])("does not go on with one that is %o", async (media) => {
  const model = player();
  const first = voice();
  voice(media);
  model.toggle(first);
  await settle();
  tell("ended");
  await settle();
  expect(model.snapshot().message).toBeUndefined();
});

it("goes to a place, also in what does not play yet, and says when nothing can be played", async () => {
  const model = player();
  const one = voice();
  model.seek(one, 0.5);
  await settle();
  expect(sound.play.mock.calls).toEqual([[`/media/${one.id}`, 5, 1.5]]);
  tell("moved");
  model.seek(one, 2);
  expect(sound.seek.mock.calls).toEqual([[10]]);
  tell("failed");
  expect(model.snapshot()).toMatchObject({ failed: true, playing: false });
});

it("tells once that a voice message that came is played, when it begins", async () => {
  const model = player();
  core.on("markPlayed", () => ({}) as never);
  const one = voice({ opened: false });
  model.toggle(one);
  expect(core.called("markPlayed")).toEqual([]);
  await settle();
  expect(core.called("markPlayed")).toEqual([{ id: one.id }]);
  model.toggle(one);
  model.toggle(one);
  model.stop();
  model.toggle(one);
  await settle();
  expect(core.called("markPlayed")).toHaveLength(1);
});

it.each([{ opened: true }, { kind: MediaKind.kAudio }])("tells nothing of what is %o", async (media) => {
  const model = player();
  model.toggle(voice(media));
  await settle();
  expect(sound.play).toHaveBeenCalled();
  expect(core.called("markPlayed")).toEqual([]);
});

it("tells nothing of one's own, nor of what can't be played, and tells it again when that failed", async () => {
  const model = player();
  model.toggle({ ...voice(), outgoing: true });
  await settle();
  sound.play.mockRejectedValueOnce(new Error("no"));
  const one = voice();
  model.toggle(one);
  await settle();
  expect(core.called("markPlayed")).toEqual([]);
  core.failing("markPlayed", FailureCode.kStorage);
  for (const _ of [1, 2]) {
    model.stop();
    model.toggle(one);
    await settle();
  }
  expect(core.called("markPlayed")).toEqual([{ id: one.id }, { id: one.id }]);
});

it("stops when what plays is deleted, for everyone or here, and goes on when something else is", async () => {
  const model = player();
  const [one, other] = [voice(), voice()];
  const deleted = { ...one, body: { case: "deleted", value: {} } } as never;
  for (const gone of [
    { messages: [deleted], removed: new Set<string>() },
    { messages: [], removed: new Set([one.id]) },
  ]) {
    model.toggle(one);
    await settle();
    model.take({ messages: [{ ...one, starred: true }], removed: new Set([other.id]) });
    expect(model.snapshot()).toMatchObject({ message: { id: one.id }, playing: true });
    model.take(gone);
    expect(model.snapshot().message).toBeUndefined();
  }
});
