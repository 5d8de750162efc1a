// SPDX-License-Identifier: AGPL-3.0-or-later

// What a web page says of itself: its title, a description, where a picture of it is. The page is a stranger's, and cut
// off where the server stopped reading. Its tags are read one after the other, and no document is made of them: a
// browser's own parser repairs what a page leaves open, and can be made to do so for minutes.
//
// Bounds: LINK_PAGE_BYTES_MAX bytes are looked at, and TAGS_MAX tags, each as far as what is kept of it asks.
//
// Source: PREVIEW-3; ogp.me; HTML, "encoding sniffing algorithm" (BOM, transport, prescan).
import { Parser } from "htmlparser2";

import {
  LINK_PAGE_BYTES_MAX,
  LINK_URL_BYTES_MAX,
  PREVIEW_DESCRIPTION_BYTES_MAX,
  PREVIEW_TITLE_BYTES_MAX,
} from "../core-client/generated/limits";
import type { PageFacts } from "../view-models/link_port";
import { plainWords } from "../view-models/link_facts";

/** How far an encoding is looked for that the page names itself. */
const PRESCAN_BYTES = 4096;
/** What says anything stands before that. */
const TAGS_MAX = 5000;

const MARKS: readonly [string, readonly number[]][] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];
const CHARSET = /charset\s*=\s*["']?\s*([\w.:-]{1,40})/i;

function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined; // one that browsers don't know
  }
}

/** The first that is known: by its first bytes, as the server of the page says, as the page itself says. */
function textOf(bytes: Uint8Array, contentType: string): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, PRESCAN_BYTES));
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0] ?? "";
  const told = CHARSET.exec(contentType)?.[1] ?? "";
  const named =
    [...head.matchAll(/<meta\s[^>]{0,500}>/gi)]
      .map(([tag]) => CHARSET.exec(tag)?.[1] ?? "")
      .find((name) => name !== "") ??
    /^\s*<\?xml\s[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(head)?.[1] ??
    "";
  // What can be read as Latin letters is not UTF-16, whatever it calls itself.
  const own = /^utf-?16/i.test(named) ? "utf-8" : named;
  for (const label of [marked, told, own]) {
    const decoder = label === "" ? undefined : decoderOf(label);
    if (decoder !== undefined) return decoder.decode(bytes);
  }
  return new TextDecoder().decode(bytes);
}

/** An address of the web that a page names, relative to its own; "" for none. */
function addressOf(written: string | undefined, base: string): string {
  const trimmed = written?.trim() ?? "";
  if (trimmed === "" || trimmed.length > LINK_URL_BYTES_MAX) return "";
  try {
    const url = new URL(trimmed, base);
    return /^https?:$/.test(url.protocol) && url.username === "" && url.href.length <= LINK_URL_BYTES_MAX
      ? url.href
      : "";
  } catch {
    return "";
  }
}

interface Said {
  /** In <meta property="…"> or <meta name="…">, by that, in lower case: of each the first. */
  meta: Map<string, string>;
  title: string;
  base: string;
  /** A picture, in <link rel="image_src">. */
  linked: string;
}

/** What of a title counts is the page's own: a picture in it may have one, too. */
const NOT_THE_PAGE = new Set(["svg", "math", "template"]);

function saidBy(html: string): Said {
  const said: Said = { meta: new Map(), title: "", base: "", linked: "" };
  let tags = 0;
  let inside = 0; // of what is not the page
  let title: string[] | undefined; // while it is open
  const ended = () => ++tags >= TAGS_MAX && parser.pause();
  const parser = new Parser({
    onopentag(name, attributes) {
      if (NOT_THE_PAGE.has(name)) ++inside;
      if (name === "title" && inside === 0 && said.title === "") title = [];
      if (name === "meta") takeMeta(said.meta, attributes);
      if (name === "base" && said.base === "") said.base = attributes.href ?? "";
      if (name === "link" && said.linked === "" && /(^|\s)image_src(\s|$)/i.test(attributes.rel ?? ""))
        said.linked = attributes.href ?? "";
      ended();
    },
    ontext(text) {
      title?.push(text);
    },
    onclosetag(name) {
      if (NOT_THE_PAGE.has(name)) inside = Math.max(0, inside - 1);
      if (name === "title" && title !== undefined) {
        said.title = title.join("").slice(0, 16 * PREVIEW_TITLE_BYTES_MAX);
        title = undefined;
      }
      ended();
    },
  });
  parser.write(html);
  if (tags < TAGS_MAX) parser.end();
  return said;
}

function takeMeta(said: Map<string, string>, attributes: Record<string, string>): void {
  const content = attributes.content?.slice(0, 16 * PREVIEW_DESCRIPTION_BYTES_MAX) ?? "";
  if (content.trim() === "") return;
  for (const attribute of [attributes.property, attributes.name]) {
    const name = attribute?.trim().toLowerCase() ?? "";
    if (name !== "" && !said.has(name)) said.set(name, content);
  }
}

/** `url`: where the page was found, after all redirects. undefined when it has no title. */
export function pageFacts(bytes: Uint8Array, contentType: string, url: string): PageFacts | undefined {
  const said = saidBy(textOf(bytes.subarray(0, LINK_PAGE_BYTES_MAX), contentType));
  const { meta } = said;
  const first = (names: readonly string[], bytesMax: number, ...others: string[]) => {
    for (const words of [...names.map((name) => meta.get(name) ?? ""), ...others]) {
      const plain = plainWords(words, bytesMax);
      if (plain !== "") return plain;
    }
    return "";
  };
  const title = first(["og:title", "twitter:title"], PREVIEW_TITLE_BYTES_MAX, said.title);
  if (title === "") return undefined;
  const described = ["og:description", "twitter:description", "description"];
  const description = first(described, PREVIEW_DESCRIPTION_BYTES_MAX);
  const base = addressOf(said.base, url) || url;
  const picture = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"]
    .map((name) => addressOf(meta.get(name), base))
    .find((address) => address !== "");
  return {
    title,
    description: description === title ? "" : description,
    picture: picture ?? addressOf(said.linked, base),
  };
}
