// SPDX-License-Identifier: AGPL-3.0-or-later

// The page's part of the sealed files: asks the Worker that has them, and answers the service worker when it is asked
// for an address that this page has made.
//
//   <video src="/media/<message>?page=…"> ──► service worker ──(PageAsked, with a port)──► every page
//                                                  ▲                                         │ the one that made it:
//                                                  │ OfReader, ToReader                      │ OpenMedia
//                                                  └──────────── files' Worker ◄──(serve, with the port)
//
// The address has a secret of the page, made anew at each start. So nobody else makes one that is answered: whoever
// leads somebody to /media/<an id that they know> gets nothing shown, and nothing saved under a name of their choice.
import type { OpenMediaResponse, OpenPhotoResponse, SealedFile } from "./generated/client_api/client_api_pb";
import { safeFileName } from "./file_names";
import { randomHex } from "./hex";
import type { OpenedFile } from "./file_reading";
import { openedOf, sealedFileOf } from "./media_answers";
import { MediaFailure, type DeviceMedia, type MediaUrlOptions, type SealOptions } from "./media";
import type { FromMedia, ToMedia } from "./media_messages";
import { mediaAddress, safeType, type PageAsked } from "./media_types";

/** What of a Worker is needed here. */
export interface MediaWorker {
  postMessage(message: ToMedia, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<FromMedia>) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}
/** What the core is asked for. Each rejects with CoreFailure. */
export interface MediaCore {
  /** `coming`: also one that is not here yet. */
  openMedia(messageId: string, coming: boolean): Promise<OpenMediaResponse>;
  openPhoto(photo: string): Promise<OpenPhotoResponse>;
  removeMedia(messageId: string): Promise<unknown>;
  fetchMedia(messageId: string): Promise<unknown>;
}

interface Waiting {
  answered(message: FromMedia & { kind: "sealed" | "bytes" }): void;
  failed(failure: MediaFailure): void;
  progress: ((done: number) => void) | undefined;
}

/** As long as the core leaves a file on the device that it has opened for the only time (core/view_once.h). */
const OPENED_FOR_MS = 60_000;
const SAVING_BEGINS_WITHIN_MS = 60_000;

export class PageMedia implements DeviceMedia {
  private readonly page = randomHex(16);
  private readonly waiting = new Map<number, Waiting>();
  private readonly openings = new Map<string, Promise<OpenedFile>>(); // of the last minute
  private readonly fetchedAnew = new Set<string>(); // messages
  private nextId = 1;
  private ended: MediaFailure | undefined;

  /** The Worker is media_worker.ts, and this its only user. */
  constructor(
    private readonly worker: MediaWorker,
    private readonly core: MediaCore,
  ) {
    worker.addEventListener("message", ({ data }) => this.receive(data));
    worker.addEventListener("error", ({ message }) => this.end(new MediaFailure("failed", message)));
    this.container()?.addEventListener("message", this.asked);
  }

  async seal(file: Blob, { progress, signal }: SealOptions = {}): Promise<SealedFile> {
    if (signal?.aborted === true) throw new MediaFailure("aborted", "before it began");
    const answer = await this.ask((id) => ({ kind: "seal", id, file }), progress, signal);
    if (answer.kind !== "sealed") throw new MediaFailure("failed", "no answer to seal");
    return sealedFileOf(answer.sealed);
  }

  async readMedia(messageId: string): Promise<Uint8Array<ArrayBuffer>> {
    const opened = openedOf(await this.core.openMedia(messageId, false));
    const answer = await this.ask((id) => ({ kind: "read", id, opened })).catch((error: unknown) => {
      if (error instanceof MediaFailure && error.reason === "broken") this.fetchAnew(messageId);
      throw error;
    });
    if (answer.kind !== "bytes") throw new MediaFailure("failed", "no answer to read");
    return answer.bytes;
  }

  async readPhoto(photo: string): Promise<Uint8Array<ArrayBuffer>> {
    const opened = openedOf(await this.core.openPhoto(photo));
    const answer = await this.ask((id) => ({ kind: "read", id, opened }));
    if (answer.kind !== "bytes") throw new MediaFailure("failed", "no answer to read");
    return answer.bytes;
  }

  mediaUrl(messageId: string, { type, download }: MediaUrlOptions): string {
    return mediaAddress({ message: messageId, page: this.page, type, name: download });
  }

  streamsMedia(): boolean {
    return (this.container()?.controller ?? null) !== null;
  }

  async mediaBlobUrl(messageId: string, { type }: MediaUrlOptions): Promise<string> {
    return URL.createObjectURL(new Blob([await this.readMedia(messageId)], { type: safeType(type) }));
  }

  async saveMedia(messageId: string, { type, name }: { type: string; name: string }): Promise<void> {
    if (this.streamsMedia()) {
      await this.opened(messageId, false); // what has no file is said here, and not in a frame that nobody sees
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.src = this.mediaUrl(messageId, { type, download: name });
      document.body.append(frame);
      setTimeout(() => frame.remove(), SAVING_BEGINS_WITHIN_MS);
      return;
    }
    const link = document.createElement("a");
    link.href = await this.mediaBlobUrl(messageId, { type });
    link.download = safeFileName(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), SAVING_BEGINS_WITHIN_MS);
  }

  close(): void {
    this.container()?.removeEventListener("message", this.asked);
    this.worker.terminate();
    this.end(new MediaFailure("aborted", "the client was closed"));
  }

  /**
   * A player asks for many parts of a file: the core is asked once a minute, also of what it opens once (MEDIA-7).
   * `coming`: it may still be on its way here.
   */
  private async opened(messageId: string, coming: boolean): Promise<OpenedFile> {
    const known = this.openings.get(messageId);
    if (known !== undefined && (coming || (await known).from === undefined)) return known;
    const opening = this.core.openMedia(messageId, coming).then(openedOf);
    const forget = (): void => {
      if (this.openings.get(messageId) === opening) this.openings.delete(messageId);
    };
    this.openings.set(messageId, opening);
    opening.then(() => setTimeout(forget, OPENED_FOR_MS), forget);
    return opening;
  }

  /**
   * The core has it that a file is here which is not, or is another: it is told to do without, and to fetch it. Once:
   * if its sender has sealed it wrongly, a second time would be of no use.
   */
  private fetchAnew(messageId: string): void {
    if (this.fetchedAnew.has(messageId)) return;
    this.fetchedAnew.add(messageId);
    this.core
      .removeMedia(messageId)
      .then(() => this.core.fetchMedia(messageId))
      .catch(() => undefined); // its message is gone, or was opened for the only time
  }

  private container(): ServiceWorkerContainer | undefined {
    return "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  }

  private ask(
    message: (id: number) => ToMedia,
    progress?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<FromMedia & { kind: "sealed" | "bytes" }> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    return new Promise((answered, failed) => {
      const id = this.nextId++;
      this.waiting.set(id, { answered, failed, progress });
      signal?.addEventListener("abort", () => this.waiting.has(id) && this.worker.postMessage({ kind: "abort", id }));
      this.worker.postMessage(message(id));
    });
  }

  private receive(message: FromMedia): void {
    if (message.kind === "broken") return this.fetchAnew(message.message);
    const waiting = this.waiting.get(message.id);
    if (message.kind === "progress") return waiting?.progress?.(message.done);
    this.waiting.delete(message.id);
    if (message.kind === "failed") waiting?.failed(new MediaFailure(message.reason, message.detail));
    else waiting?.answered(message);
  }

  private end(failure: MediaFailure): void {
    this.ended ??= failure;
    for (const waiting of this.waiting.values()) waiting.failed(failure);
    this.waiting.clear();
  }

  /** The service worker wants to read: it gets the file, or the word that there is none. */
  private readonly asked = ({ data, ports }: MessageEvent<PageAsked>): void => {
    const [port] = ports;
    if (data?.kind !== "open-media" || port === undefined) return;
    if (data.page !== this.page) return port.postMessage({ kind: "failed", detail: "of another page" });
    this.opened(data.message, true).then(
      (opened) => this.worker.postMessage({ kind: "serve", message: data.message, opened, port }, [port]),
      (error: unknown) => port.postMessage({ kind: "failed", detail: String(error) }),
    );
  };
}
