// SPDX-License-Identifier: AGPL-3.0-or-later

// A device's sealed files as a page sees them: what it sends it seals here, what came it reads or plays from here.
import type { SealedFile } from "./generated/client_api/client_api_pb";

/**
 * noRoom: the browser gives no more space. failed: its files, or the file that was given, can't be read or written.
 * broken: what is on this device is not what the message is about, or is gone; the core is asked to fetch it, once for
 * each message and page. aborted: by the caller.
 */
export type MediaFailureReason = "noRoom" | "failed" | "broken" | "aborted";

export class MediaFailure extends Error {
  override readonly name = "MediaFailure";

  constructor(
    readonly reason: MediaFailureReason,
    detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

export interface SealOptions {
  /** So many bytes of the file are sealed; at most five times a second. */
  progress?: (done: number) => void;
  signal?: AbortSignal;
}
export interface MediaUrlOptions {
  /** One of MEDIA_TYPES (media_types.ts), else the file is served as application/octet-stream and as attachment. */
  type: string;
  /** The name under which it is to be saved: as an attachment then. */
  download?: string;
}

export interface DeviceMedia {
  /** Seals a file of 1 byte to 2 GiB on this device, for SendMessage's attachment. Rejects with MediaFailure. */
  seal(file: Blob, options?: SealOptions): Promise<SealedFile>;
  /**
   * What a message's file holds, unsealed, in memory: for pictures and recordings; at most 64 MiB. Its type is the
   * caller's to choose. What is to be viewed once is opened by this, and of no use from an address: it is there for a
   * minute. Rejects with CoreFailure (OpenMedia's), MediaFailure.
   */
  readMedia(messageId: string): Promise<Uint8Array<ArrayBuffer>>;
  /** What the photo of a profile holds, of its id (Person.photo), unsealed. Rejects with CoreFailure, MediaFailure. */
  readPhoto(photo: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * An address under this origin for <video>, <audio> and downloads of a message's file: /media/<message id>, with
   * ranges, served by the service worker to this page alone, while it is open. The same for the same arguments. Saving
   * is simpler by saveMedia. What is still on the server is fetched, and can be played meanwhile; not what is to be
   * viewed once.
   *
   * Where no service worker has this page (streamsMedia()), nothing answers: mediaBlobUrl instead.
   */
  mediaUrl(messageId: string, options: MediaUrlOptions): string;
  /** mediaUrl's addresses are answered. Not so on a first visit for some seconds, nor with the app from its sources. */
  streamsMedia(): boolean;
  /**
   * Saves a message's file on the person's disk under a safe form of the name: of any size through the service worker,
   * else of at most 64 MiB through the memory. Resolves when it has begun. Rejects as readMedia does.
   *
   * A link with the attribute `download` will not do: Chromium asks the server for it, and not the service worker.
   */
  saveMedia(messageId: string, options: { type: string; name: string }): Promise<void>;
  /** As mediaUrl, of a file of at most 64 MiB, in memory until URL.revokeObjectURL. Rejects as readMedia does. */
  mediaBlobUrl(messageId: string, options: MediaUrlOptions): Promise<string>;
}
