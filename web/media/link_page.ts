// SPDX-License-Identifier: AGPL-3.0-or-later

// What a web page says of itself: its title, a description, where a picture of it is. The page is a stranger's, and cut
// off where the server stopped reading. It is parsed into a document that nothing shows, runs or fetches (DOMParser has
// no scripting and loads nothing), of which a few attributes are read.
//
// Bounds: LINK_PAGE_BYTES_MAX bytes are looked at, ELEMENTS_MAX elements of a kind, each as far as what is kept of it
// asks.
//
// Source: PREVIEW-3; ogp.me; HTML, "encoding sniffing algorithm" (BOM, transport, prescan).
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
const ELEMENTS_MAX = 500;

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

/** What the page says in <meta property="…"> or <meta name="…">, by that, in lower case: of each the first. */
function metaOf(page: Document): Map<string, string> {
  const said = new Map<string, string>();
  let looked = 0;
  for (const element of page.getElementsByTagName("meta")) {
    if (++looked > ELEMENTS_MAX) break;
    const content = element.getAttribute("content")?.slice(0, 16 * PREVIEW_DESCRIPTION_BYTES_MAX) ?? "";
    if (content.trim() === "") continue;
    for (const attribute of ["property", "name"]) {
      const name = element.getAttribute(attribute)?.trim().toLowerCase() ?? "";
      if (name !== "" && !said.has(name)) said.set(name, content);
    }
  }
  return said;
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

/** Only the page's own: a picture in it may have a title, too. */
function titleOf(page: Document): string {
  for (const element of page.getElementsByTagName("title"))
    if (element.namespaceURI === "http://www.w3.org/1999/xhtml" && element.closest("svg, template") === null)
      return element.textContent?.slice(0, 16 * PREVIEW_TITLE_BYTES_MAX) ?? "";
  return "";
}

/** `url`: where the page was found, after all redirects. undefined when it has no title. */
export function pageFacts(bytes: Uint8Array, contentType: string, url: string): PageFacts | undefined {
  const page = new DOMParser().parseFromString(
    textOf(bytes.subarray(0, LINK_PAGE_BYTES_MAX), contentType),
    "text/html",
  );
  const meta = metaOf(page);
  const first = (names: readonly string[], bytesMax: number, ...others: string[]) => {
    for (const words of [...names.map((name) => meta.get(name) ?? ""), ...others]) {
      const plain = plainWords(words, bytesMax);
      if (plain !== "") return plain;
    }
    return "";
  };
  const title = first(["og:title", "twitter:title"], PREVIEW_TITLE_BYTES_MAX, titleOf(page));
  if (title === "") return undefined;
  const described = ["og:description", "twitter:description", "description"];
  const description = first(described, PREVIEW_DESCRIPTION_BYTES_MAX);
  const base = addressOf(page.querySelector("base[href]")?.getAttribute("href") ?? "", url) || url;
  const picture = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"]
    .map((name) => addressOf(meta.get(name), base))
    .find((address) => address !== "");
  const linked = page.querySelector("link[rel~='image_src' i]")?.getAttribute("href") ?? "";
  return {
    title,
    description: description === title ? "" : description,
    picture: picture ?? addressOf(linked, base),
  };
}
