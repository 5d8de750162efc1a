// SPDX-License-Identifier: AGPL-3.0-or-later

// A video of 20 seconds, H.264 and AAC, as cameras write them: what says where everything is comes last. In its middle
// is a gap of any size, as if it were a large one, which the caller puts between head and tail.
//
//   ffmpeg -f lavfi -i testsrc=size=96x64:rate=5:duration=20
//     -f lavfi -i sine=frequency=440:sample_rate=8000:duration=20 -c:v libx264 -preset veryslow -crf 45 -g 5
//     -pix_fmt yuv420p -c:a aac -b:a 8k -ac 1 -map_metadata -1
//     -fflags +bitexact -flags:v +bitexact -flags:a +bitexact sample.mp4
import { readFileSync } from "node:fs";

export const VIDEO_SECONDS = 20;

/** Source: ISO/IEC 14496-12, boxes mdat and stco. */
export function sampleVideo(gapBytes: number): { head: Buffer; tail: Buffer } {
  const file = readFileSync(new URL("sample.mp4", import.meta.url));
  const data = file.indexOf("mdat") - 4;
  const dataSize = file.readUInt32BE(data);
  const tables = [...positionsOf(file, "stco")];
  const offsets = tables.flatMap((at) =>
    Array.from({ length: file.readUInt32BE(at + 8) }, (_, chunk) => at + 12 + 4 * chunk),
  );
  const starts = offsets.map((at) => file.readUInt32BE(at)).sort((one, other) => one - other);
  const middle = starts[Math.floor(starts.length / 2)] ?? 0;
  for (const at of offsets) {
    const start = file.readUInt32BE(at);
    if (start >= middle) file.writeUInt32BE(start + gapBytes, at);
  }
  file.writeUInt32BE(dataSize + gapBytes, data);
  return { head: file.subarray(0, middle), tail: file.subarray(middle) };
}

function* positionsOf(file: Buffer, name: string): Iterable<number> {
  for (let at = file.indexOf(name); at >= 0; at = file.indexOf(name, at + 1)) yield at;
}
