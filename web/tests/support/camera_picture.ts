// SPDX-License-Identifier: AGPL-3.0-or-later

// What a camera sees that is held before a QR code: a file of one frame for Chromium's fake camera.
import { writeFileSync } from "node:fs";
import { encode } from "uqr";

const WIDTH = 640;
const HEIGHT = 480;
const MODULE = 7;

/** Source: the Y4M format of mjpegtools. The code stands a little off the middle, on grey. */
export function writeCameraPicture(file: string, text: string): void {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const luma = Buffer.alloc(WIDTH * HEIGHT, 140);
  const left = Math.floor((WIDTH - size * MODULE) / 2) + 23;
  const top = Math.floor((HEIGHT - size * MODULE) / 2) - 11;
  for (let y = 0; y < size * MODULE; ++y)
    for (let x = 0; x < size * MODULE; ++x)
      luma[(top + y) * WIDTH + left + x] = data[Math.floor(y / MODULE)]?.[Math.floor(x / MODULE)] === true ? 40 : 220;
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip C420\nFRAME\n`), luma, chroma]),
  );
}
