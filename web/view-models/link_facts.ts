// SPDX-License-Identifier: AGPL-3.0-or-later

// What is said of a link: by the page that it leads to, and, in a message, by whoever sent it. Either is a stranger's
// word: shown as words of one line, beside the host that the address itself has.
import { LINK_URL_BYTES_MAX } from "../core-client/generated/limits";
import { isHonestHost } from "./link_hosts";
import { shownLinks } from "./formatting";

/** Controls, marks of direction, separators of lines, and other signs that nobody sees, but for those that join. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
/** More signs on one letter than any writing has cover what is around it. */
const PILED = /(\p{M}{4})\p{M}+/gu;

const encoder = new TextEncoder();
const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * One line of what can be seen, of at most `bytesMax` bytes of UTF-8, cut between what a person sees as signs. At most
 * `16 * bytesMax` units of the words are looked at.
 */
export function plainWords(words: string, bytesMax: number): string {
  const line = words
    .slice(0, 16 * bytesMax)
    .normalize("NFC")
    .replace(/[\s\u2800\u3164\uffa0]+/gu, " ")
    .replace(UNSEEN, "")
    .replace(PILED, "$1")
    .trim();
  if (encoder.encode(line).length <= bytesMax) return line;
  let kept = "";
  let room = bytesMax - encoder.encode("…").length;
  for (const { segment } of signs.segment(line.slice(0, bytesMax))) {
    room -= encoder.encode(segment).length;
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

const parsed = (href: string): URL | undefined => {
  try {
    return new URL(href);
  } catch {
    return undefined;
  }
};

/** Where an address leads, as the network has it, but for "www."; "" for what is none of the web. */
export function hostOf(href: string): string {
  const url = parsed(href);
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) return "";
  return url.host.replace(/^www\.(?=[^.]+\.)/, "");
}

/** Names that lead to no other's server: of this machine, of the network around it, and of no network. */
const OWN_NAMES =
  /(?:^|\.)(?:localhost|local|lan|home|internal|intranet|corp|private|home\.arpa|invalid|test|onion|i2p)$/;

/** An IPv4 address of the internet: none of this machine, of the network around it, or of none. */
function isPublicIPv4(host: string): boolean {
  const [a = 0, b = 0, c = 0] = host.split(".").map(Number);
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  if (a === 169 && b === 254) return false;
  if (a === 172 && b >= 16 && b < 32) return false;
  if (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) return false;
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return false;
  return !(a === 203 && b === 0 && c === 113);
}

/**
 * Whether somebody else may be asked for what is at an address: one of the web, with a name that has a dot, or an
 * address of the internet in numbers. The server, which does ask, has rules of its own; this keeps from it what is none
 * of its business: names in the network at home, addresses with a password in them. `onLoopback`: the app itself is on
 * this machine, as in development, and what else is on it may be asked for.
 */
export function isAskable(href: string, onLoopback = false): boolean {
  const url = parsed(href);
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) return false;
  if (url.username !== "" || url.password !== "" || encoder.encode(href).length > LINK_URL_BYTES_MAX) return false;
  const host = url.hostname.replace(/\.$/, "");
  if (host.startsWith("[")) return false; // an address of IPv6 is nothing that people send each other
  if (/^[\d.]+$/.test(host)) return isPublicIPv4(host) || (onLoopback && host.startsWith("127."));
  return host.includes(".") && !OWN_NAMES.test(host) && isHonestHost(host);
}

export interface WebLink {
  /** As it is written in the text. */
  written: string;
  /** Where it leads. */
  href: string;
  /** Where it ends in the text. */
  end: number;
}

/** The first link to a page in a text; mail addresses and phone numbers are none. */
export function firstWebLink(text: string): WebLink | undefined {
  const link = shownLinks(text).find(({ href }) => /^https?:/.test(href));
  return link && { written: text.slice(link.begin, link.end), href: link.href, end: link.end };
}
