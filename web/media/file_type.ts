// SPDX-License-Identifier: AGPL-3.0-or-later

// What a file is, by its first bytes: names and what browsers make of them are no more than a hint.
import { says } from "./image_header";

export interface Container {
  type: string;
  /** What can be in it: what is, the browser finds out. */
  holds: "video" | "audio" | "either";
}

const either = (type: string): Container => ({ type, holds: "either" });
const audio = (type: string): Container => ({ type, holds: "audio" });

function isoContainer(bytes: Uint8Array): Container {
  const brand = String.fromCharCode(...bytes.slice(8, 12));
  if (/^(M4A|M4B|M4P|F4A|F4B)/.test(brand)) return audio("audio/mp4");
  if (brand.startsWith("qt")) return either("video/quicktime");
  return either(/^3g/.test(brand) ? "video/3gpp" : "video/mp4");
}

export const PDF = "application/pdf";
export const isPdf = (bytes: Uint8Array): boolean => says(bytes, 0, "%PDF-");

/** undefined for what is no recording. */
export function containerOf(bytes: Uint8Array): Container | undefined {
  if (says(bytes, 4, "ftyp")) return isoContainer(bytes);
  if (["moov", "mdat", "wide", "free"].some((box) => says(bytes, 4, box))) return either("video/quicktime");
  if (says(bytes, 0, "\x1a\x45\xdf\xa3"))
    return either(String.fromCharCode(...bytes.slice(0, 64)).includes("webm") ? "video/webm" : "video/x-matroska");
  if (says(bytes, 0, "OggS")) return either("video/ogg");
  if (says(bytes, 0, "RIFF") && says(bytes, 8, "AVI ")) return either("video/x-msvideo");
  if (says(bytes, 0, "RIFF") && says(bytes, 8, "WAVE")) return audio("audio/wav");
  if (says(bytes, 0, "fLaC")) return audio("audio/flac");
  if (says(bytes, 0, "ID3")) return audio("audio/mpeg");
  if (says(bytes, 0, "#!AMR")) return audio("audio/amr");
  if (bytes[0] !== 0xff) return undefined;
  const second = bytes[1] ?? 0;
  if ((second & 0xf6) === 0xf0) return audio("audio/aac");
  return (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && second !== 0xff ? audio("audio/mpeg") : undefined;
}
