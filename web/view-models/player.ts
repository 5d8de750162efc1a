// SPDX-License-Identifier: AGPL-3.0-or-later

// The one recording that plays in this page. It goes on while another conversation is looked at; the voice message that
// comes right after it is next.
import { MediaKind, mediaOf, MediaState, type Core, type Message } from "./core";
import type { Changes } from "./entity_store";
import { playingUrl, type MediaPort, type Sound } from "./media_port";
import { ViewModel } from "./view_model";

export interface PlayerSnapshot {
  /** What plays, or is paused. */
  message: Message | undefined;
  playing: boolean;
  /** Seconds. */
  position: number;
  /** As the recording says it, in seconds; 0: not known yet. */
  duration: number;
  rate: number;
  /** It can't be played. */
  failed: boolean;
}

export const RATES = [1, 1.5, 2] as const;
const NOTHING = { message: undefined, playing: false, position: 0, duration: 0, failed: false };

export const isVoice = (message: Message): boolean => mediaOf(message)?.kind === MediaKind.kVoice;
/** It came, and this account has not played it. */
export const isUnplayed = (message: Message): boolean =>
  isVoice(message) && !message.outgoing && mediaOf(message)?.opened === false;
const isSound = (message: Message): boolean => isVoice(message) || mediaOf(message)?.kind === MediaKind.kAudio;

export class PlayerViewModel extends ViewModel<PlayerSnapshot> {
  private sound: Sound | undefined;
  private url = "";
  private readonly told = new Set<string>();

  constructor(
    private readonly core: Core,
    private readonly media: MediaPort,
    /** Whatever else plays is to be silent. */
    private readonly onPlay: () => void = () => undefined,
  ) {
    super({ ...NOTHING, rate: RATES.find((rate) => rate === media.load().rate) ?? 1 });
    this.onDispose(() => this.stop());
  }

  /** Plays it, or pauses it when it is what plays. */
  readonly toggle = (message: Message): void => {
    const { message: now, playing } = this.snapshot();
    if (now?.id !== message.id) return void this.start(message, 0);
    if (playing) this.pause();
    else void this.goOn(message);
  };

  readonly pause = (): void => {
    this.sound?.pause();
    this.update({ playing: false });
  };

  readonly stop = (): void => {
    this.sound?.stop();
    this.forgetUrl();
    this.update({ ...NOTHING });
  };

  /** What plays may be no more. */
  readonly take = ({ messages, removed }: Pick<Changes, "messages" | "removed">): void => {
    const { message } = this.snapshot();
    if (message === undefined) return;
    const now = messages.find(({ id }) => id === message.id) ?? message;
    if (removed.has(message.id) || !isSound(now)) this.stop();
  };

  /** 0 to 1. What doesn't play yet is then played from there. */
  readonly seek = (message: Message, part: number): void => {
    const { message: now, duration } = this.snapshot();
    const seconds = Math.min(1, Math.max(0, part)) * (duration || (mediaOf(message)?.durationMs ?? 0) / 1000);
    if (now?.id !== message.id) return void this.start(message, seconds);
    this.sound?.seek(seconds);
    this.update({ position: seconds });
  };

  readonly nextRate = (): void => {
    const rate = RATES[(RATES.findIndex((each) => each === this.snapshot().rate) + 1) % RATES.length] ?? 1;
    this.media.save({ rate });
    this.sound?.setRate(rate);
    this.update({ rate });
  };

  private async start(message: Message, from: number): Promise<void> {
    const media = mediaOf(message);
    if (media === undefined) return;
    this.sound?.stop();
    this.forgetUrl();
    this.update({ ...NOTHING, message, playing: true, position: from });
    try {
      const url = await playingUrl(this.media.files, message.id, media.mimeType);
      if (this.snapshot().message?.id !== message.id) return this.forget(url);
      this.url = url;
      await this.play(from);
      await this.tellOfIt(message);
    } catch (error) {
      this.fail(message, error);
    }
  }

  /** Once, of one that came: its sender and the account's other devices see that it was played. */
  private async tellOfIt(message: Message): Promise<void> {
    if (isUnplayed(message) && !this.told.has(message.id)) {
      this.told.add(message.id);
      await this.core.call("markPlayed", { id: message.id }).catch(() => this.told.delete(message.id));
    }
  }

  private async goOn(message: Message): Promise<void> {
    this.update({ playing: true, failed: false });
    try {
      await this.play(this.snapshot().position);
    } catch (error) {
      this.fail(message, error);
    }
  }

  private async play(from: number): Promise<void> {
    this.onPlay();
    await this.made().play(this.url, from, this.snapshot().rate);
    if (!this.snapshot().playing) this.sound?.pause();
  }

  private fail(message: Message, error: unknown): void {
    if (this.snapshot().message?.id !== message.id) return;
    console.debug(`kith: a recording does not play: ${String(error)}`);
    this.update({ playing: false, failed: true });
  }

  private made(): Sound {
    if (this.sound !== undefined) return this.sound;
    const sound = this.media.sound();
    sound.onChange((what) => {
      const { message } = this.snapshot();
      if (message === undefined) return;
      if (what === "ended") return void this.playNext(message);
      if (what === "failed") return this.fail(message, "");
      if (what === "paused") return this.update({ playing: false });
      this.update({ position: sound.position, duration: sound.duration });
    });
    return (this.sound = sound);
  }

  private async playNext(message: Message): Promise<void> {
    const next = isVoice(message) ? await this.following(message).catch(() => undefined) : undefined;
    if (this.snapshot().message?.id !== message.id) return;
    if (next === undefined) this.stop();
    else void this.start(next, 0);
  }

  private async following({ conversation, orderUs, id }: Message): Promise<Message | undefined> {
    const after = { conversation, afterOrderUs: orderUs, afterId: id, limit: 1 };
    const { messages } = await this.core.call("listMessages", after);
    const [next] = messages;
    return next !== undefined &&
      isSound(next) &&
      mediaOf(next)?.state === MediaState.kHere &&
      mediaOf(next)?.viewOnce === false
      ? next
      : undefined;
  }

  private forgetUrl(): void {
    this.forget(this.url);
    this.url = "";
  }

  private forget(url: string): void {
    if (url.startsWith("blob:")) URL.revokeObjectURL(url);
  }
}
