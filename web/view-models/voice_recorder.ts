// SPDX-License-Identifier: AGPL-3.0-or-later

// A voice message that is being recorded. Fetched when somebody first records one.
//
//   asking ──► recording, while the button is held ──► sent, or thrown away
//                  └──► locked: goes on by itself ──► heard once more ──► sent, or thrown away
//
// At the longest that the server allows it stops, and can be heard and sent.
import { MediaKind, type MediaLimits } from "./core";
import { limitsOf } from "./media_plan";
import type { MediaPort, Prepared, Recording, RecordingTrouble, Sound } from "./media_port";
import { say } from "./say";
import type { Outgoing } from "./sending_files";
import { ViewModel } from "./view_model";

export interface VoiceRecorderSnapshot {
  stage: "asking" | "recording" | "recorded";
  /** Nobody has to hold anything. */
  locked: boolean;
  ms: number;
  /** How loud it was lately, 0 to 1, the newest last. */
  levels: readonly number[];
  /** So many seconds are left, when that is few; 0 while there is time. */
  secondsLeft: number;
  /** Of what was recorded, while it is heard. */
  waveform: Uint8Array;
  playing: boolean;
  /** It is sent to be heard once. */
  once: boolean;
  /** 0 to 1. */
  played: number;
}

export interface VoiceRecorderOptions {
  conversation: string;
  quoteMessageId: () => string;
  media: MediaPort;
  limits: () => MediaLimits | undefined;
  send: (outgoing: Outgoing) => void;
  /** It is over; why, in words, when nothing could be recorded. */
  onClose: (words: string) => void;
}

const TICK_MS = 100;
const LEVELS = 60;
/** Before the end it is said that there is one. */
const NOTICE_SECONDS = 30;
/** Less than that is no message: a finger that slipped. */
const SHORTEST_MS = 600;

type Recorded = Awaited<ReturnType<Recording["stop"]>>;

export class VoiceRecorderViewModel extends ViewModel<VoiceRecorderSnapshot> {
  private recording: Recording | undefined;
  private recorded: Recorded | undefined;
  /** From its end on. */
  private made: Promise<Recorded> | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private begun = 0;
  private ended = false;
  private sound: Sound | undefined;
  private url = "";

  constructor(private readonly options: VoiceRecorderOptions) {
    super({
      stage: "asking",
      locked: false,
      ms: 0,
      levels: [],
      secondsLeft: 0,
      waveform: new Uint8Array(),
      playing: false,
      once: false,
      played: 0,
    });
    this.onDispose(() => this.end());
  }

  async start(): Promise<void> {
    try {
      const recording = await (await this.options.media.microphone()).record();
      if (this.ended) return recording.cancel();
      this.recording = recording;
      this.begun = Date.now();
      this.timer = setInterval(() => this.tick(), TICK_MS);
      this.update({ stage: "recording" });
    } catch (error) {
      if (!this.ended) this.options.onClose(troubleText(error));
    }
  }

  readonly lock = (): void => this.update({ locked: true });
  readonly setOnce = (once: boolean): void => this.update({ once });
  readonly cancel = (): void => this.options.onClose("");

  /** Ends the recording: it can be heard before it is sent. */
  readonly stop = async (): Promise<void> => {
    if (this.snapshot().stage !== "recording") return;
    this.update({ stage: "recorded", locked: true, secondsLeft: 0 });
    try {
      const recorded = await this.finish();
      if (this.ended || recorded === undefined) return;
      this.recorded = recorded;
      this.update({ ms: recorded.durationMs, waveform: recorded.waveform });
    } catch (error) {
      console.debug(`kith: a recording does not end: ${String(error)}`);
      if (!this.ended) this.options.onClose(say("voice.failed"));
    }
  };

  private finish(): Promise<Recorded> | undefined {
    clearInterval(this.timer);
    this.made ??= this.recording?.stop();
    this.recording = undefined; // what is sent is not thrown away
    this.made?.catch(() => undefined); // said by whoever waits for it, which may be later
    return this.made;
  }

  /** The button was held, and let go. */
  readonly letGo = (): void => {
    const { stage, ms } = this.snapshot();
    if (stage !== "recording" || ms < SHORTEST_MS) this.cancel();
    else this.send();
  };

  readonly send = (): void => {
    const { options } = this;
    const made = this.finish();
    if (made === undefined) return;
    options.send({
      conversation: options.conversation,
      kind: MediaKind.kVoice,
      name: "",
      caption: "",
      mentions: [],
      quoteMessageId: options.quoteMessageId(),
      album: "",
      once: this.snapshot().once,
      prepare: async () => preparedOf(await made),
    });
    options.onClose("");
  };

  /** Plays what was recorded, or pauses it. */
  readonly hear = async (): Promise<void> => {
    const { recorded } = this;
    if (recorded === undefined) return;
    if (this.snapshot().playing) {
      this.sound?.pause();
      return this.update({ playing: false });
    }
    const sound = this.heard();
    this.url ||= URL.createObjectURL(recorded.file);
    this.update({ playing: true });
    const { played } = this.snapshot();
    const from = played >= 1 ? 0 : (played * recorded.durationMs) / 1000;
    await sound.play(this.url, from, 1).catch(() => this.update({ playing: false }));
  };

  private heard(): Sound {
    if (this.sound !== undefined) return this.sound;
    const sound = this.options.media.sound();
    sound.onChange((what) => {
      if (this.ended) return;
      if (what !== "moved") return this.update({ playing: false, ...(what === "ended" ? { played: 0 } : {}) });
      const seconds = (this.recorded?.durationMs ?? 0) / 1000;
      this.update({ played: seconds === 0 ? 0 : Math.min(1, sound.position / seconds) });
    });
    return (this.sound = sound);
  }

  private tick(): void {
    const ms = Date.now() - this.begun;
    const most = limitsOf(this.options.limits()).voiceSecondsMax;
    const left = Math.ceil(most - ms / 1000);
    const levels = [...this.snapshot().levels, this.recording?.level() ?? 0].slice(-LEVELS);
    this.update({ ms, levels, secondsLeft: left <= NOTICE_SECONDS ? Math.max(1, left) : 0 });
    if (ms >= most * 1000) void this.stop();
  }

  private end(): void {
    this.ended = true;
    clearInterval(this.timer);
    this.recording?.cancel();
    this.sound?.stop();
    if (this.url !== "") URL.revokeObjectURL(this.url);
  }
}

const preparedOf = ({ file, type, durationMs, waveform }: Recorded): Prepared => {
  const none = new Uint8Array();
  return { file, type, width: 0, height: 0, durationMs, thumbhash: none, thumbnail: none, waveform };
};

function troubleText(error: unknown): string {
  const known = typeof error === "object" && error !== null && "trouble" in error;
  switch (known ? (error.trouble as RecordingTrouble) : "failed") {
    case "refused":
      return say("voice.refused");
    case "none":
      return say("voice.none");
    default:
      return say("voice.failed");
  }
}
