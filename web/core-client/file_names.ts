// SPDX-License-Identifier: AGPL-3.0-or-later

// A name that a stranger has given a file, made into one to save it under: whatever it says, the file lands in the
// folder of downloads, is no hidden one and no device of Windows, and looks like what it is.

const BYTES_MAX = 200;
const EXTENSION_BYTES_MAX = 20;

/** Controls, those that turn the direction of what follows, what is invisible, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const NO_NAME_CHARACTER = /[<>:"|?*]/g;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(\.|$)/i;

const encoder = new TextEncoder();
const sizeOf = (text: string): number => encoder.encode(text).length;

/** Never empty, at most 200 bytes of UTF-8, its extension kept; the same again of what it has made. */
export function safeFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const plain = last.normalize("NFC").replace(UNSEEN, "").replace(NO_NAME_CHARACTER, "_").replace(/\s+/gu, " ");
  const shown = plain.replace(/^[. ]+/, "");
  const kept = shortened(WINDOWS_DEVICE.test(shown) ? `_${shown}` : shown).replace(/[. ]+$/, "");
  return kept === "" ? "file" : kept;
}

function shortened(name: string): string {
  if (sizeOf(name) <= BYTES_MAX) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && sizeOf(name.slice(dot)) <= EXTENSION_BYTES_MAX ? name.slice(dot) : "";
  let stem = "";
  let left = BYTES_MAX - sizeOf(extension);
  for (const character of name.slice(0, name.length - extension.length)) {
    left -= sizeOf(character);
    if (left < 0) break;
    stem += character;
  }
  return stem.replace(/[. ]+$/, "") + extension;
}

/** RFC 6266, with the name as RFC 8187 has it and, for whoever knows only that, in ASCII. */
export function attachment(name: string): string {
  const safe = safeFileName(name);
  const ascii = safe.replace(/[^A-Za-z0-9 ._()-]/gu, "_");
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
