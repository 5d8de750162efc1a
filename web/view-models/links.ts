// SPDX-License-Identifier: AGPL-3.0-or-later

// Where the links of a text are: web addresses with and without http, mail addresses, phone numbers.
//
// Where one ends is linkify-it's to say. What is added here:
//   - text without spaces: "请看https://example.com/a。谢谢", "example.com에서": a link neither begins nor ends inside of
//     a word;
//   - a link never leads elsewhere than it seems to: no name before an "@", no signs that turn the reading direction,
//     and a host that could pass for another is shown as the network has it;
//   - bounds: work is linear in the length of the text, whatever is in it. Words longer than WORD_MAX have no links; of
//     the words that could have one, the first LOOKED_AT_MAX units are looked at, so that the page does not stand still
//     for a text made to be slow.
import { LinkifyIt } from "linkify-it";

import { isHonestHost } from "./link_hosts";

export interface Link {
  /** In the text: [begin, end). */
  begin: number;
  end: number;
  /** The text there, or another one that says where the link really leads. */
  shown: string;
  href: string;
}

export const WORD_MAX = 2048;
export const LOOKED_AT_MAX = 8192;
const PHONES_MAX = 100;

/** Ends of file names that are countries' domains too: README.md is not in Moldova. */
const FILE_ENDINGS = /\.(?:md|rs|py|sh|pl|cc|so|ps|ai|zip|mov|app|java|vi|ml|st|in|am|la|pm)$/i;
const TURNING = /[\u202a-\u202e\u2066-\u2069]/;
/** Invisible signs that words are written with; they part a link from what is around it. */
const PARTING = "\\u200b\\u200e\\u200f\\u061c\\ufeff";
const WORD = new RegExp(`[^\\s${PARTING}]+`, "g");
const UNSEEN = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}|\u2800/u;
const CJK = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}";
const SCHEME_BEGINS = /(?<![\w\-./:@=?&#%+~$!*])(?=https?:\/\/|www\.|mailto:)/giu;
const ALPHABET_CHANGES = new RegExp(`(?<=[${CJK}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[${CJK}])`, "giu");
/** An address in plain letters up to a letter that is written without spaces. */
const PLAIN_BEFORE_CJK = new RegExp(`^[\\x21-\\x7e]*[a-z0-9](?=[${CJK}])`, "iu");
const PHONE = /(?<![\p{L}\p{N}+])\+[1-9](?:[ \u00a0.()/\-\u2010\u2011]{0,2}\d){7,14}(?![\p{L}\p{N}])/gu;

const linkifier = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, urlAuth: true, maxLength: WORD_MAX })
  .add("//", null)
  .add("ftp:", null)
  .add("www.", {
    validate: (text, at, { re }) => {
      const rest = re.get_relative_proto_validator();
      rest.lastIndex = at;
      return rest.exec(text)?.[0].length ?? 0;
    },
  });

/** In their order; none touches another. */
export function findLinks(text: string): Link[] {
  const links: Link[] = [];
  let lookedAt = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (word.length > WORD_MAX || !/[.@][\p{L}\p{N}]|:\/\//u.test(word) || TURNING.test(word)) continue;
    lookedAt += word.length;
    if (lookedAt > LOOKED_AT_MAX) break;
    for (const link of linksOfWord(word)) links.push({ ...link, begin: index + link.begin, end: index + link.end });
  }
  return withPhones(text, links);
}

function linksOfWord(word: string): Link[] {
  const links: Link[] = [];
  let from = 0;
  for (const part of word.split(SCHEME_BEGINS)) {
    if (/^(?:https?:\/\/|www\.|mailto:)/i.test(part)) {
      const plain = PLAIN_BEFORE_CJK.exec(part)?.[0] ?? part;
      links.push(...linksOfPart(plain, from));
    } else {
      let at = from;
      for (const piece of part.split(ALPHABET_CHANGES)) {
        links.push(...linksOfPart(piece, at));
        at += piece.length;
      }
    }
    from += part.length;
  }
  return links;
}

function linksOfPart(part: string, from: number): Link[] {
  return (linkifier.match(part) ?? []).flatMap(({ schema, index, lastIndex, raw }) => {
    const begin = from + index;
    const end = from + lastIndex;
    if (UNSEEN.test(raw)) return [];
    if (schema === "mailto:") return mailLink(raw, begin, end);
    return webLink(raw, schema, begin, end);
  });
}

function mailLink(raw: string, begin: number, end: number): Link[] {
  const address = raw.replace(/^mailto:/i, "");
  const host = address.slice(address.lastIndexOf("@") + 1);
  return isHonestHost(host) ? [{ begin, end, shown: raw, href: `mailto:${address}` }] : [];
}

function webLink(raw: string, schema: string, begin: number, end: number): Link[] {
  const hasScheme = schema.startsWith("http");
  const scheme = hasScheme ? schema.length + 2 : 0;
  const authority = /^[^/?#\\]*/.exec(raw.slice(scheme))?.[0] ?? "";
  if (authority.includes("@") || (schema === "" && !isBareDomain(raw, authority))) return [];
  let url: URL;
  try {
    url = new URL(hasScheme ? raw : `https://${raw}`);
  } catch {
    return [];
  }
  if (url.hostname === "" || url.username !== "") return [];
  const isPlain = authority.toLowerCase().replace(/:\d*$/, "") === url.hostname;
  const honest = isPlain || isHonestHost(authority.replace(/:\d*$/, ""));
  const isWord = /[^\x21-\x7e]/.test(authority) || isPlain;
  const shown = honest && isWord ? raw : raw.slice(0, scheme) + url.host + raw.slice(scheme + authority.length);
  return [{ begin, end, shown, href: url.href }];
}

/** Without http, only what is surely meant: "done.It" is a missing space. */
function isBareDomain(raw: string, host: string): boolean {
  if (raw.length === host.length && FILE_ENDINGS.test(host)) return false;
  const last = host.slice(host.lastIndexOf(".") + 1);
  return last === last.toLowerCase() || host === host.toUpperCase();
}

function withPhones(text: string, links: readonly Link[]): Link[] {
  if (!text.includes("+")) return [...links];
  const phones: Link[] = [];
  let next = 0;
  for (const { 0: shown, index: begin } of text.matchAll(PHONE)) {
    const end = begin + shown.length;
    while ((links[next]?.end ?? Infinity) <= begin) ++next;
    if ((links[next]?.begin ?? Infinity) >= end)
      phones.push({ begin, end, shown, href: `tel:${shown.replace(/[^+\d]/g, "")}` });
    if (phones.length >= PHONES_MAX) break;
  }
  return [...links, ...phones].sort((a, b) => a.begin - b.begin);
}
