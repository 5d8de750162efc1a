// SPDX-License-Identifier: AGPL-3.0-or-later

// Files of a device for tests of views: in memory, and not sealed.
import type { DeviceMedia, MediaUrlOptions } from "../../core-client/media";

export class FakeFiles implements DeviceMedia {
  /** By the ids that sealing gave. */
  private readonly sealed = new Map<string, Blob>();
  private readonly kept = new Map<string, Blob>();
  /** What sealing is to be rejected with, once. */
  refusal: unknown;

  async seal(file: Blob, { progress, signal }: Parameters<DeviceMedia["seal"]>[1] = {}) {
    signal?.throwIfAborted();
    if (this.refusal !== undefined) {
      const { refusal } = this;
      this.refusal = undefined;
      throw refusal;
    }
    progress?.(file.size);
    const fileId = (this.sealed.size + 1).toString(16).padStart(32, "0");
    this.sealed.set(fileId, file);
    const size = BigInt(file.size);
    const { fileIdOf } = FakeFiles;
    return fileIdOf(fileId, size);
  }

  private static fileIdOf(fileId: string, size: bigint) {
    const none = new Uint8Array(32);
    return { $typeName: "kith.client_api.SealedFile" as const, fileId, key: none, size, digest: none };
  }

  /** The file that a message has: what was sealed, by its id, or these bytes. */
  keep(messageId: string, file: string | Uint8Array<ArrayBuffer>): void {
    const blob = typeof file === "string" ? this.sealed.get(file) : new Blob([file]);
    if (blob !== undefined) this.kept.set(messageId, blob);
  }

  async readMedia(messageId: string): Promise<Uint8Array<ArrayBuffer>> {
    const blob = this.kept.get(messageId);
    if (blob === undefined) throw new Error("no such file");
    return new Uint8Array(await blob.arrayBuffer());
  }

  readPhoto(photo: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.readMedia(photo);
  }

  mediaUrl(): string {
    return "";
  }

  /** What was saved, by the names. */
  readonly saved: string[] = [];

  async saveMedia(messageId: string, { name }: { name: string }): Promise<void> {
    await this.readMedia(messageId);
    this.saved.push(name);
  }

  streamsMedia(): boolean {
    return false;
  }

  async mediaBlobUrl(messageId: string, { type }: MediaUrlOptions): Promise<string> {
    return URL.createObjectURL(new Blob([await this.readMedia(messageId)], { type }));
  }
}
