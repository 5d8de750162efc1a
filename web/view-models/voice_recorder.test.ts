// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { MediaKind } from "./core";
import type { Outgoing } from "./sending_files";
import { BEN, FakeCore } from "./testing/fake_core";
import { FakeMedia } from "./testing/fake_media";
import { VoiceRecorderViewModel } from "./voice_recorder";

let media: FakeMedia;
let model: VoiceRecorderViewModel;
let sent: Outgoing[];
let closed: string[];
const LONGEST_SECONDS = 60;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:recorded");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
  media = new FakeMedia(new FakeCore());
  sent = [];
  closed = [];
  model = new VoiceRecorderViewModel({
    conversation: BEN,
    quoteMessageId: () => "quoted",
    media: media.port,
    limits: () => ({ voiceSecondsMax: LONGEST_SECONDS }) as never,
    send: (outgoing) => sent.push(outgoing),
    onClose: (words) => {
      closed.push(words);
      model.dispose();
    },
  });
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const recordFor = async (ms: number) => {
  await model.start();
  await vi.advanceTimersByTimeAsync(ms);
};

describe("a button that is held", () => {
  it("records until it is let go, and sends that", async () => {
    await recordFor(2000);
    expect(model.snapshot()).toMatchObject({ stage: "recording", locked: false, ms: 2000, secondsLeft: 0 });
    expect(model.snapshot().levels).toEqual(Array(20).fill(0.5));
    model.letGo();
    expect(closed).toEqual([""]);
    expect(sent).toMatchObject([
      { conversation: BEN, kind: MediaKind.kVoice, caption: "", quoteMessageId: "quoted", once: false },
    ]);
    expect(await sent[0]?.prepare()).toMatchObject({
      type: "audio/mp4",
      durationMs: 2000,
      waveform: Uint8Array.of(1, 2),
    });
    expect(media.recording.cancel).not.toHaveBeenCalled();
  });

  it("and slips sends nothing", async () => {
    await recordFor(500);
    model.letGo();
    expect([sent, closed]).toEqual([[], [""]]);
    expect(media.recording.cancel).toHaveBeenCalledOnce();
  });

  it("and let go before there is a microphone leaves none on", async () => {
    const asking = model.start();
    model.letGo();
    await asking;
    expect([sent, closed]).toEqual([[], [""]]);
    expect(media.recording.cancel).toHaveBeenCalledOnce();
  });
});

describe("a recording that goes on by itself", () => {
  it("can be heard before it is sent, to be heard once", async () => {
    await recordFor(2000);
    model.lock();
    await model.stop();
    expect(model.snapshot()).toMatchObject({
      stage: "recorded",
      locked: true,
      ms: 2000,
      waveform: Uint8Array.of(1, 2),
    });
    await model.hear();
    expect(media.sound.play).toHaveBeenCalledWith("blob:recorded", 0, 1);
    media.sound.position = 1;
    media.sound.tell("moved");
    expect(model.snapshot()).toMatchObject({ playing: true, played: 0.5 });
    await model.hear();
    expect(media.sound.pause).toHaveBeenCalledOnce();
    await model.hear();
    expect(media.sound.play).toHaveBeenLastCalledWith("blob:recorded", 1, 1);
    media.sound.tell("ended");
    expect(model.snapshot()).toMatchObject({ playing: false, played: 0 });
    model.setOnce(true);
    model.send();
    expect(sent).toMatchObject([{ once: true }]);
    expect(media.recording.stop).toHaveBeenCalledOnce();
    expect(media.sound.stop).toHaveBeenCalledOnce();
    expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:recorded");
  });

  it("says when the end is near, and stops there", async () => {
    await recordFor((LONGEST_SECONDS - 30) * 1000);
    expect(model.snapshot().secondsLeft).toBe(30);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(model.snapshot()).toMatchObject({ stage: "recorded", secondsLeft: 0 });
    expect([sent, closed]).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(model.snapshot().ms).toBe(2000); // as the recording says, and no later
  });

  it("is sent whole, also while its end is being waited for", async () => {
    await recordFor(2000);
    const stopping = model.stop();
    model.send();
    await stopping;
    expect(sent).toHaveLength(1);
    expect(await sent[0]?.prepare()).toMatchObject({ durationMs: 2000 });
    expect(media.recording.stop).toHaveBeenCalledOnce();
  });
});

it.each([
  [{ trouble: "refused" }, "may not use the microphone"],
  [{ trouble: "none" }, "No microphone was found"],
  [new Error("something else"), "can't be used"],
])("that nothing can be recorded is said: %s", async (trouble, words) => {
  media.record.mockRejectedValue(trouble);
  await model.start();
  expect(closed).toEqual([expect.stringContaining(words)]);
});

it("a recording that does not end is given up, and that is said", async () => {
  media.recording.stop.mockRejectedValue(new Error("the recorder is gone"));
  await recordFor(2000);
  await model.stop();
  expect(closed).toEqual([expect.stringContaining("can't be used")]);
});

it("one that does not end when it is sent is for whoever makes it ready, however late", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  // Not a mock, which would look after what it answers.
  Object.assign(media.recording, { stop: () => Promise.reject(new Error("the recorder is gone")) });
  await recordFor(2000);
  model.send();
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  await expect(sent[0]?.prepare()).rejects.toThrow("the recorder is gone");
});
