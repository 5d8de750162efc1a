// SPDX-License-Identifier: AGPL-3.0-or-later

// One line about a message, for the list of conversations, quotes, what was found, and notifications. Links in it are
// shown as in the bubble: what could pass for another host is no more hidden here than there.
import type { BodyKind, BodyOf } from "./content_kinds";
import { MediaKind, type Media, type Message, type Quote, type SearchExcerpt } from "./core";
import { formatted, onOneLine, wordsOf, type Inline } from "./formatting";
import { groupEventText, nameOf } from "./group_text";
import { findLinks, WORD_MAX } from "./links";
import { mediaLine } from "./media_text";
import { beginning } from "./rich_text";
import { say } from "./say";

const CHARACTERS_MAX = 200;

export type Line = readonly Inline[];

/** Words that are ours: nothing in them is a mark. */
const plain = (text: string): Line => (text === "" ? [] : [{ kind: "text", text }]);

/** The beginning of a text, on one line. */
export function lineOf(text: string): Line {
  // A link that begins in what is shown is looked at as a whole.
  const first = beginning(text, CHARACTERS_MAX + WORD_MAX);
  return shortened(onOneLine(formatted(first, [], first.length < text.length)), CHARACTERS_MAX);
}

function shortened(line: Line, most: number): Inline[] {
  const shown: Inline[] = [];
  let left = most;
  for (const each of line) {
    if (left <= 0) break;
    if ("inside" in each) shown.push({ ...each, inside: shortened(each.inside, left) });
    else shown.push({ ...each, text: beginning(each.text, left).replace(/\s+/g, " ") });
    left -= wordsOf([each]).length;
  }
  return shown;
}

const CAPTION = "\ufffc";

/** What a file is, and what is said of it. */
function captioned(media: Pick<Media, "kind" | "name" | "durationMs">, caption: Line): Line {
  if (caption.length === 0) return plain(mediaLine(media, ""));
  const [before = "", after = ""] = mediaLine(media, CAPTION).split(CAPTION);
  return [...plain(before), ...caption, ...plain(after)];
}

/** What is said of a message that is quoted; of a file what it is, too. */
export function quoteLine({ excerpt, media: kind, deleted }: Pick<Quote, "excerpt" | "media" | "deleted">): Line {
  if (deleted) return plain(say("preview.quotedDeleted"));
  const line = lineOf(excerpt);
  return kind === MediaKind.kUnspecified ? line : captioned({ kind, name: "", durationMs: 0 }, line);
}

type FoundPiece = Pick<SearchExcerpt["pieces"][number], "text" | "matched">;

/** What is shown of a message that was found: a link that is shown as another text is one piece. */
export function foundPieces(pieces: readonly FoundPiece[]): readonly FoundPiece[] {
  const text = pieces.map((piece) => piece.text).join("");
  const links = findLinks(text).filter(({ begin, end, shown }) => shown !== text.slice(begin, end));
  if (links.length === 0) return pieces;
  const shown: FoundPiece[] = [];
  let begin = 0;
  for (const piece of pieces) {
    const end = begin + piece.text.length;
    let at = begin;
    for (const link of links) {
      if (link.end <= at || link.begin >= end) continue;
      if (link.begin >= at) {
        if (link.begin > at) shown.push({ ...piece, text: text.slice(at, link.begin) });
        shown.push({ text: link.shown, matched: piece.matched });
      } else if (piece.matched) {
        const last = shown.at(-1); // the link began in the piece before
        if (last !== undefined) shown[shown.length - 1] = { ...last, matched: true };
      }
      at = Math.min(link.end, end);
    }
    if (at < end) shown.push({ ...piece, text: text.slice(at, end) });
    begin = end;
  }
  return shown;
}

const PREVIEWS: { [Kind in BodyKind]: (body: BodyOf<Kind>, message: Message, self: string) => Line | string } = {
  text: ({ text }) => lineOf(text),
  identityChanged: () => say("preview.identityChanged"),
  handleMoved: () => say("preview.handleMoved"),
  undecryptable: () => say("preview.undecryptable"),
  unsupported: () => say("preview.unsupported"),
  groupEvent: (_, message, self) => groupEventText(message, self),
  media: (media) => captioned(media, lineOf(media.caption?.text ?? "")),
  deleted: ({ by }, { sender }, self) => {
    const account = by?.accountId ?? sender?.accountId;
    const who = account === self ? "own" : account === sender?.accountId ? "sender" : "admin";
    return say("preview.deleted", { who, name: nameOf(by) });
  },
};

/** `self`: one's own account. */
export function previewLine(message: Message, self: string): Line {
  const { body } = message;
  const preview = PREVIEWS[body.case ?? "unsupported"] as (
    value: unknown,
    message: Message,
    self: string,
  ) => Line | string;
  const line = preview(body.value, message, self);
  return typeof line === "string" ? plain(line) : line;
}

/** The same in plain words. */
export const previewText = (message: Message, self: string): string => wordsOf(previewLine(message, self));
