// SPDX-License-Identifier: AGPL-3.0-or-later

// ffmpeg in a Worker, for what browsers can't read: 10 MB, fetched from the server of this page when it is needed. In
// its sandbox there is one file to read, a small memory to write into, and no network.
import createCore from "@ffmpeg/core";

import packed from "./generated/ffmpeg_core.bin?url";

export interface FfmpegCore {
  FS: {
    filesystems: { WORKERFS: unknown };
    mkdir(path: string): void;
    mount(type: unknown, options: { blobs: { name: string; data: Blob }[] }, path: string): void;
    readFile(path: string): Uint8Array<ArrayBuffer>;
    unlink(path: string): void;
  };
  /** 0: done. Returns when it is. */
  exec(...args: string[]): number;
  ffprobe(...args: string[]): number;
  setLogger(logger: (line: { message: string }) => void): void;
  /** Microseconds of what is made. */
  setProgress(progress: (now: { time: number }) => void): void;
}

export const INPUT = "/in/film";

/** `tell` is called as it comes. Rejects when it can't be had. */
export async function ffmpegCore(file: Blob, tell: () => void): Promise<FfmpegCore> {
  const response = await fetch(packed);
  if (!response.ok || response.body === null) throw new Error(`no ffmpeg: ${response.status}`);
  const told = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, control) {
      tell();
      control.enqueue(piece);
    },
  });
  const bytes = response.body.pipeThrough(told).pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compileStreaming(
    new Response(bytes, { headers: { "content-type": "application/wasm" } }),
  );
  const core = await createCore({
    instantiateWasm(imports, done) {
      void WebAssembly.instantiate(module, imports).then(done);
      return {};
    },
  });
  core.FS.mkdir("/in");
  core.FS.mount(core.FS.filesystems.WORKERFS, { blobs: [{ name: "film", data: file }] }, "/in");
  return core;
}
