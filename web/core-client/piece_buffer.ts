// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes of files and answers, read into memory that is used again and again: what is left to the collector comes faster
// than it takes it, and then there are hundreds of megabytes of it.

type Bytes = Uint8Array<ArrayBuffer>;
type Step = { done: boolean; value?: Bytes | undefined };

/** Bytes of files: one read at a time. */
export class PieceBuffer {
  private memory: ArrayBuffer;

  constructor(bytes: number) {
    this.memory = new ArrayBuffer(bytes);
  }

  /** All of the blob, which has at most as many bytes: valid until the next read. Rejects when it can't be read. */
  async whole(blob: Blob): Promise<Bytes> {
    const reader = byobReaderOf(blob.stream());
    if (reader === undefined) return new Uint8Array(await blob.arrayBuffer());
    let at = 0;
    while (at < blob.size) {
      const memory = this.memory;
      this.memory = new ArrayBuffer(0); // it is the stream's until it comes back
      const step = (await reader.read(new Uint8Array(memory, at, blob.size - at))) as Step;
      if (step.value === undefined) throw new Error("the bytes can't be read");
      this.memory = step.value.buffer;
      if (step.done) break;
      at += step.value.length;
    }
    reader.releaseLock();
    return new Uint8Array(this.memory, 0, at);
  }
}

/** The pieces of a stream, each valid until the next one is asked for; they end also where it breaks off. */
export async function* piecesOf(stream: ReadableStream<Bytes>, bytes: number): AsyncGenerator<Bytes> {
  const byob = byobReaderOf(stream);
  const reader = byob ?? stream.getReader();
  let memory = new ArrayBuffer(bytes);
  const next = async (): Promise<Step> =>
    byob === undefined
      ? (reader as ReadableStreamDefaultReader<Bytes>).read()
      : ((await byob.read(new Uint8Array(memory))) as Step);
  try {
    for (;;) {
      const step = await next().catch(() => undefined);
      if (step?.value === undefined || step.done) return;
      memory = step.value.buffer;
      yield step.value;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** Undefined where streams of this kind bring memory of their own. */
function byobReaderOf(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
