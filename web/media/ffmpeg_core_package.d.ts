// SPDX-License-Identifier: AGPL-3.0-or-later

declare module "@ffmpeg/core" {
  interface Options {
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
  }
  export default function createCore(options: Options): Promise<import("./ffmpeg_core").FfmpegCore>;
}
