// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes web/media/generated/ffmpeg_core.bin of the package @ffmpeg/core: its WebAssembly module, compressed by gzip. So
// neither the app's folder nor the memory of the server that serves it holds it in three forms; the browser unpacks it
// (web/media/ffmpeg_core.ts). Run by `npm run generate`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const web = join(dirname(fileURLToPath(import.meta.url)), "../web");
const target = join(web, "media/generated/ffmpeg_core.bin");
const module = readFileSync(join(web, "node_modules/@ffmpeg/core/dist/esm/ffmpeg-core.wasm"));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, gzipSync(module, { level: 9 }));
