// SPDX-License-Identifier: AGPL-3.0-or-later

// Files, messages with files, and what records and plays, for tests of view-models.
import { vi } from "vitest";

import { MediaKind, MediaState, type Message } from "../core";
import type { MediaPort, Recording, Sound, VideoFacts } from "../media_port";
import { noMedia } from "../no_media";
import { message, NOON, type FakeCore } from "./fake_core";

type Heard = "moved" | "ended" | "failed" | "paused";

/** Something that plays: `tell` says what happens to it. */
export class FakeSound implements Sound {
  play = vi.fn(async () => undefined);
  pause = vi.fn();
  seek = vi.fn();
  setRate = vi.fn();
  stop = vi.fn();
  position = 0;
  duration = 10;
  tell: (what: Heard) => void = () => undefined;

  onChange(listener: (what: Heard) => void): void {
    this.tell = listener;
  }
}

/** A recording of two seconds. */
export class FakeRecording implements Recording {
  stop = vi.fn(async () => ({
    file: new Blob(["spoken"]),
    type: "audio/mp4",
    durationMs: 2000,
    waveform: Uint8Array.of(1, 2),
  }));
  cancel = vi.fn();
  level = vi.fn(() => 0.5);
}

export class FakeMedia {
  readonly sound = new FakeSound();
  readonly recording = new FakeRecording();
  record = vi.fn(async (): Promise<Recording> => this.recording);

  constructor(private readonly core: FakeCore) {}

  get port(): MediaPort {
    return {
      ...noMedia,
      files: this.core.files,
      sound: () => this.sound,
      microphone: async () => ({ record: this.record }),
    };
  }
}

/** Of a video of a minute that everybody plays, in a browser that reads and makes such. */
export const videoFacts = (more: Partial<VideoFacts> = {}): VideoFacts => ({
  codec: "avc",
  decodes: true,
  width: 1920,
  height: 1080,
  durationMs: 60_000,
  frames: 30,
  hidden: false,
  audio: { codec: "aac", decodes: true, bits: 128_000 },
  encodes: { video: "avc", audio: "opus" },
  ...more,
});

/** One with a file, `second` seconds after noon; it is here. */
export function withFile(second: number, media: object = {}, fields: object = {}): Message {
  const value = { kind: MediaKind.kPhoto, state: MediaState.kHere, mimeType: "image/jpeg", ...media };
  return message({ atMs: NOON + second * 1000, body: { case: "media", value }, ...fields } as never);
}
