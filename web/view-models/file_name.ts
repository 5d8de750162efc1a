// SPDX-License-Identifier: AGPL-3.0-or-later

// Names of files: a stranger's word, shown beside words of the app and given to a system of files.
import { FILE_NAME_BYTES_MAX, type Media } from "./core";

/** Controls, marks of direction, separators of lines, and other signs that nobody sees: with them a name lies. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
/** What no system of files has in a name, or takes for more than a name. */
const NOT_IN_NAMES = /[\\/:*?"<>|]/g;

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** ".pdf"; "" when the name has none. */
export function extensionOf(name: string): string {
  return /[^.](\.[\p{L}\p{N}]{1,10})$/u.exec(name)?.[1] ?? "";
}

/**
 * One line that says of a file what its name says: without a path, at most 255 bytes of UTF-8, of which the end is
 * kept. "" for none.
 */
export function fileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  const plain = last.normalize("NFC").replace(UNSEEN, "").replace(NOT_IN_NAMES, "_").replace(/\s+/gu, " ");
  const bare = plain.replace(/^[.\s]+|[.\s]+$/gu, "");
  if (bytes(bare) <= FILE_NAME_BYTES_MAX) return bare;
  const extension = extensionOf(bare);
  const room = FILE_NAME_BYTES_MAX - bytes(extension) - bytes("…");
  let kept = "";
  let used = 0;
  for (const { segment } of signs.segment(bare.slice(0, FILE_NAME_BYTES_MAX))) {
    used += bytes(segment);
    if (used > room) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…${extension}`;
}

const EXTENSIONS: Record<string, string> = {
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/gif": ".gif",
  "image/webp": ".webp",
  "video/mp4": ".mp4",
  "video/quicktime": ".mov",
  "video/webm": ".webm",
  "audio/mp4": ".m4a",
  "audio/mpeg": ".mp3",
  "audio/ogg": ".ogg",
  "audio/webm": ".weba",
};

/** What a file is saved as: its name, or, when it has none, when it was sent. */
export function savedName({ name, mimeType }: Pick<Media, "name" | "mimeType">, sentMs: number): string {
  const own = fileName(name);
  if (own !== "") return own;
  const when = new Date(sentMs).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
  return `Kith ${when}${EXTENSIONS[mimeType.split(";", 1)[0] ?? ""] ?? ""}`;
}
