// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core for pages: typed calls, and events in order. The core itself is in a Worker, in this tab or in
// another one that shows the same profile (profile_worker.ts); pages can't tell.
import { EventPacer } from "./event_pacer";
import type { DeviceMedia, MediaUrlOptions, SealOptions } from "./media";
import { PageMedia } from "./page_media";
import type { FromWorker, StartError, ToWorker } from "./messages";
import {
  CoreFailure,
  decodeEvent,
  decodeResponse,
  encodeRequest,
  randomId,
  Failure_Code,
  resultOf,
  type Event as CoreEvent,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type Response,
  type SealedFile,
} from "./schema";

export * from "./schema";
export * from "./media";
export type { StartError } from "./messages";

/** There is no core for this profile: the reason is final for this page. */
export class CoreUnavailable extends Error {
  override readonly name = "CoreUnavailable";

  constructor(
    readonly reason: StartError,
    detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

export interface CoreClientOptions {
  /** Names the device's data in this browser: 1 to 64 letters, digits, "-" and "_". */
  profile: string;
  /** Where kith_core.wasm is. */
  wasmUrl: URL | string;
  /** Where kith_media.wasm is. */
  mediaWasmUrl: URL | string;
}

interface Waiting {
  resolve(response: Response): void;
  reject(error: Error): void;
}

const PROFILE = /^[A-Za-z0-9_-]{1,64}$/;

export class CoreClient implements DeviceMedia {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(events: readonly CoreEvent[]) => void>();
  private readonly pacer = new EventPacer<CoreEvent>((events) => this.tell(events));
  private nextId = 1;
  private ended: Error | undefined;

  private readonly media: PageMedia;

  private constructor(
    private readonly worker: Worker,
    mediaWorker: Worker,
  ) {
    this.media = new PageMedia(mediaWorker, {
      openMedia: (id, coming) => this.call("openMedia", { id, coming }),
      openPhoto: (photo) => this.call("openPhoto", { photo }),
      removeMedia: (id) => this.call("removeMedia", { id }),
      fetchMedia: (id) => this.call("fetchMedia", { id }),
    });
    addEventListener("online", this.onNetwork);
    addEventListener("offline", this.onNetwork);
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.receive(data));
    worker.addEventListener("error", (event) => this.receive({ kind: "failed", error: "load", detail: event.message }));
  }

  /** Resolves when the core answers. Rejects with CoreUnavailable. */
  static async start(options: CoreClientOptions): Promise<CoreClient> {
    if (!PROFILE.test(options.profile)) throw new RangeError(`no name for a profile: ${options.profile}`);
    const { profile } = options;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: `kith ${profile}` });
    const mediaWorker = new Worker(new URL("./media_worker.ts", import.meta.url), {
      type: "module",
      name: `kith ${profile} files`,
    });
    const client = new CoreClient(worker, mediaWorker);
    const { port1: core, port2: media } = new MessageChannel();
    const address = (url: URL | string): string => new URL(url, location.href).href;
    mediaWorker.postMessage({ kind: "start", profile, wasmUrl: address(options.mediaWasmUrl), core }, [core]);
    worker.postMessage({ kind: "start", profile, wasmUrl: address(options.wasmUrl), media }, [media]);
    await client.call("getState");
    return client;
  }

  /** Rejects with CoreFailure when the request fails, with CoreUnavailable when there is no core any more. */
  async call<M extends MethodName>(
    method: M,
    params: MethodParams<M> = {} as MethodParams<M>,
  ): Promise<MethodResult<M>> {
    if (this.ended !== undefined) throw this.ended;
    const response = await new Promise<Response>((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.post({ kind: "call", id, method, request: encodeRequest(method, params, randomId()) });
    });
    const result = resultOf(method, response);
    // Or the browser may drop the account when short of space.
    if (method === "register") void navigator.storage.persist();
    return result;
  }

  seal(file: Blob, options?: SealOptions): Promise<SealedFile> {
    return this.media.seal(file, options);
  }

  readMedia(messageId: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.media.readMedia(messageId);
  }

  readPhoto(photo: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.media.readPhoto(photo);
  }

  mediaUrl(messageId: string, options: MediaUrlOptions): string {
    return this.media.mediaUrl(messageId, options);
  }

  streamsMedia(): boolean {
    return this.media.streamsMedia();
  }

  saveMedia(messageId: string, options: { type: string; name: string }): Promise<void> {
    return this.media.saveMedia(messageId, options);
  }

  mediaBlobUrl(messageId: string, options: MediaUrlOptions): Promise<string> {
    return this.media.mediaBlobUrl(messageId, options);
  }

  /** Every event from now on, in order, as many at a time as came together; the answer unsubscribes. */
  onEvents(listener: (events: readonly CoreEvent[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** As when the browser says that the network is back: the core looks for the server at once. */
  tryNow(): void {
    this.post({ kind: "network", online: true });
  }

  private readonly onNetwork = ({ type }: Event): void => this.post({ kind: "network", online: type === "online" });

  /** Closes this page's part; calls that wait are rejected. */
  close(): void {
    this.post({ kind: "close" });
    this.media.close();
    this.end(new CoreFailure(Failure_Code.kUnspecified, "the client was closed"));
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case "answer":
        this.pacer.flush();
        this.waiting.get(message.id)?.resolve(decodeResponse(message.response));
        this.waiting.delete(message.id);
        return;
      case "events":
        return this.pacer.push(message.events.map(decodeEvent));
      case "failed":
        this.end(new CoreUnavailable(message.error, message.detail));
        return this.worker.terminate();
      case "closed":
        return this.worker.terminate();
    }
  }

  private tell(events: readonly CoreEvent[]): void {
    for (const listener of this.listeners) {
      try {
        listener(events);
      } catch (error) {
        reportError(error);
      }
    }
    this.post({ kind: "taken", count: events.length });
  }

  private end(error: Error): void {
    this.ended ??= error;
    removeEventListener("online", this.onNetwork);
    removeEventListener("offline", this.onNetwork);
    this.pacer.flush();
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}
