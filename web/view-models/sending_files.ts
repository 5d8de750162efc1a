// SPDX-License-Identifier: AGPL-3.0-or-later

// Files on their way from a choice to a message: each is made ready, sealed on this device, and given to the core, one
// after the other, so that they are in the order in which they were chosen. From there on the message says how far it
// is. Goes on while another conversation is looked at.
//
//   chosen ──► made ready ──► sealed ──► SendMessage ──► a message
//                   └────────────┴────────────┴──► failed: tried again, or left
import { CAPTION_BYTES_MAX, MediaKind, type Core, type Message } from "./core";
import { failureText } from "./failure_text";
import { mediaFailureOf, type MediaFiles, type Prepared } from "./media_port";
import { say } from "./say";
import { ViewModel } from "./view_model";

export interface Outgoing {
  conversation: string;
  kind: MediaKind;
  /** For people, of a document. */
  name: string;
  caption: string;
  mentions: readonly { accountId: string; start: number; length: number }[];
  quoteMessageId: string;
  /** "" for one that is alone. */
  album: string;
  /** It can be viewed once: nothing of it is in the message itself. */
  once: boolean;
  /** Rejects when it can't be made. */
  prepare: () => Promise<Prepared>;
}

export interface SendingFile {
  id: string;
  conversation: string;
  kind: MediaKind;
  name: string;
  /** 0 to 1 of what is to be done before there is a message. */
  done: number;
  /** Words; "" while nothing went wrong. */
  failure: string;
}

interface Job extends Outgoing {
  id: string;
  messageId: string;
  cancel: AbortController;
}

const randomId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** As much of a text as fits under a file. */
export const fitsCaption = (text: string): boolean => new TextEncoder().encode(text).length <= CAPTION_BYTES_MAX;

export interface SendingFilesSnapshot {
  files: readonly SendingFile[];
}

export class SendingFilesViewModel extends ViewModel<SendingFilesSnapshot> {
  private readonly jobs: Job[] = [];
  private running = false;

  constructor(
    private readonly core: Core,
    private readonly files: MediaFiles,
    private readonly onSent: (message: Message) => void,
  ) {
    super({ files: [] });
    this.onDispose(() => this.jobs.forEach(({ cancel }) => cancel.abort()));
  }

  send(outgoing: readonly Outgoing[]): void {
    for (const each of outgoing)
      this.jobs.push({ ...each, id: randomId(), messageId: randomId(), cancel: new AbortController() });
    const added = this.jobs.slice(-outgoing.length);
    this.show([...this.snapshot().files, ...added.map(shownOf)]);
    void this.run();
  }

  /** Leaves it, also when it failed. */
  readonly cancel = (id: string): void => {
    const at = this.jobs.findIndex((each) => each.id === id);
    const [job] = at < 0 ? [] : this.jobs.splice(at, 1);
    job?.cancel.abort();
    this.show(this.snapshot().files.filter((each) => each.id !== id));
  };

  /** What was of another account. */
  clear(): void {
    for (const { id } of [...this.jobs]) this.cancel(id);
  }

  readonly tryAgain = (id: string): void => {
    this.change(id, { failure: "", done: 0 });
    void this.run();
  };

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let job = this.next(); job !== undefined; job = this.next()) await this.carryOut(job);
    this.running = false;
  }

  private next(): Job | undefined {
    const { files } = this.snapshot();
    return this.jobs.find(({ id }) => files.find((each) => each.id === id)?.failure === "");
  }

  private async carryOut(job: Job): Promise<void> {
    const { signal } = job.cancel;
    try {
      const prepared = await job.prepare();
      signal.throwIfAborted();
      const { size } = prepared.file;
      const progress = (done: number) => this.change(job.id, { done: done / Math.max(1, size) });
      const file = await this.files.seal(prepared.file, { progress, signal });
      signal.throwIfAborted();
      const { message } = await this.core.call("sendMessage", requestOf(job, prepared, file));
      if (message !== undefined) this.onSent(message);
      this.cancel(job.id);
    } catch (error) {
      if (!signal.aborted) this.change(job.id, { failure: this.words(error) });
    }
  }

  private words(error: unknown): string {
    const reason = mediaFailureOf(error);
    if (reason === "noRoom") return say("media.noRoom");
    if (reason !== "") return say("media.cantRead");
    if (typeof error === "object" && error !== null && "code" in error) return failureText(error);
    console.debug(`kith: a file can't be made ready: ${String(error)}`);
    return say("media.cantPrepare");
  }

  private change(id: string, changes: Partial<SendingFile>): void {
    this.show(this.snapshot().files.map((each) => (each.id === id ? { ...each, ...changes } : each)));
  }

  private show(files: readonly SendingFile[]): void {
    this.update({ files });
  }
}

const shownOf = ({ id, conversation, kind, name }: Job): SendingFile => ({
  id,
  conversation,
  kind,
  name,
  done: 0,
  failure: "",
});

function requestOf(job: Job, prepared: Prepared, file: Awaited<ReturnType<MediaFiles["seal"]>>) {
  const { kind, name, album, once: viewOnce } = job;
  const { type: mimeType, width, height, durationMs, thumbhash, thumbnail, waveform } = prepared;
  const shown = viewOnce ? {} : { thumbhash, thumbnail, waveform, album };
  const about = { kind, name, mimeType, width, height, durationMs, viewOnce, ...shown };
  return {
    conversation: job.conversation,
    messageId: job.messageId,
    text: job.caption,
    quoteMessageId: job.quoteMessageId,
    ...(job.mentions.length === 0 ? {} : { mentions: [...job.mentions] }),
    attachment: { file, about },
  };
}

export { randomId };
