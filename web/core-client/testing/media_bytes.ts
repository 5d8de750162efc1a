// SPDX-License-Identifier: AGPL-3.0-or-later

/** Bytes that tell where they are: those of crypto/media_test.cc. */
export function numbered(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => at * 31 + Math.floor(at / 251));
}
