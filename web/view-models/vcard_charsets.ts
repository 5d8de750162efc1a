// SPDX-License-Identifier: AGPL-3.0-or-later

// Address books in the charsets of East Asia. The core reads UTF-8 and the charsets of one byte; the tables of these
// are as large as the core, and the browser has them. What of a vCard is in one of them is written as UTF-8 before the
// core gets the file:
//
//   FN;CHARSET=SHIFT_JIS:…   →   FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=B1=B1=E7=94=B0
//
// Everything else stays as it is, byte for byte; so does what isn't text in the charset that it names, which the core
// leaves out.

const CHARSET =
  /;CHARSET="?(SHIFT[_-]JIS|X-SJIS|SJIS|EUC-JP|ISO-2022-JP|GB2312|GBK|GB18030|BIG5|EUC-KR|KS_C_5601-1987)"?(?=;|$)/i;
const ENCODING = /;(?:ENCODING=)?(QUOTED-PRINTABLE|BASE64|B)(?=;|$)/i;
/** What the browser calls otherwise. */
const LABELS: Record<string, string> = { "SHIFT-JIS": "shift_jis", SJIS: "shift_jis" };

interface Property {
  /** Name and parameters. */
  head: string;
  value: string;
  /** The line after its last one. */
  end: number;
}

/** One character for each byte. */
function textOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return parts.join("");
}
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (each) => each.charCodeAt(0));

/** The property that begins in a line, with the lines that continue it. */
function propertyAt(lines: readonly string[], at: number): Property {
  const line = lines[at] as string;
  const colon = line.indexOf(":");
  const head = colon < 0 ? line : line.slice(0, colon);
  const isQuotedPrintable = ENCODING.exec(head)?.[1]?.toUpperCase() === "QUOTED-PRINTABLE";
  const parts = [line.slice(head.length + 1)];
  let end = at + 1;
  for (; end < lines.length; ++end) {
    const last = parts.at(-1) as string;
    const next = lines[end] as string;
    if (isQuotedPrintable && last.endsWith("=")) parts.splice(-1, 1, last.slice(0, -1), next);
    else if (/^[ \t]/.test(next)) parts.push(next.slice(1));
    else break;
  }
  return { head, value: parts.join(""), end };
}

/** The bytes that the value stands for; undefined when it isn't in its encoding. */
function decoded(head: string, value: string): string | undefined {
  switch (ENCODING.exec(head)?.[1]?.toUpperCase()) {
    case undefined:
      return value;
    case "QUOTED-PRINTABLE":
      return value.replace(/=([0-9A-F]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
    default:
      try {
        return atob(value.replace(/\s/g, ""));
      } catch {
        return undefined;
      }
  }
}

/** The property in one line, as UTF-8; undefined when it is to stay as it is. */
function asUtf8({ head, value }: Property): string | undefined {
  const charset = CHARSET.exec(head)?.[1]?.toUpperCase();
  const bytes = charset === undefined ? undefined : decoded(head, value);
  if (charset === undefined || bytes === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder(LABELS[charset] ?? charset, { fatal: true }).decode(bytesOf(bytes));
  } catch {
    return undefined;
  }
  const quoted = Array.from(new TextEncoder().encode(text), (byte) => `=${byte.toString(16).padStart(2, "0")}`).join(
    "",
  );
  const rest = head.replace(CHARSET, "").replace(ENCODING, "");
  return `${rest};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${quoted.toUpperCase()}`;
}

/** A vCard file, its texts in the charsets of East Asia as UTF-8. The same bytes when there are none. */
export function withUtf8(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = textOf(file);
  if (!/;CHARSET=/i.test(whole)) return file;
  const lines = whole.split(/\r\n|\r|\n/);
  const written: string[] = [];
  let changed = false;
  for (let at = 0; at < lines.length;) {
    const [head = "", value] = (lines[at] as string).split(":", 2);
    if (value === undefined || !CHARSET.test(head)) {
      written.push(lines[at++] as string);
      continue;
    }
    const property = propertyAt(lines, at);
    const line = asUtf8(property);
    changed ||= line !== undefined;
    written.push(...(line === undefined ? lines.slice(at, property.end) : [line]));
    at = property.end;
  }
  return changed ? bytesOf(written.join("\r\n")) : file;
}
