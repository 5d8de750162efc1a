// SPDX-License-Identifier: AGPL-3.0-or-later

// One line about a message, for the list of conversations, quotes, what was found, and notifications. Links in it are
// shown as in the bubble: what could pass for another host is no more hidden here than there.
import type { BodyKind, BodyOf } from "./content_kinds";
import { MediaKind, type Message, type Quote, type SearchExcerpt } from "./core";
import { groupEventText, nameOf } from "./group_text";
import { findLinks, WORD_MAX } from "./links";
import { mediaLine } from "./media_text";
import { beginning, textPieces } from "./rich_text";
import { say } from "./say";

const CHARACTERS_MAX = 200;

/** The beginning of a text, on one line. */
export function lineOf(text: string): string {
  // A link that begins in what is shown is looked at as a whole.
  const pieces = textPieces(beginning(text, CHARACTERS_MAX + WORD_MAX));
  const shown = pieces.map((piece) => piece.text).join("");
  return beginning(shown, CHARACTERS_MAX).replace(/\s+/g, " ");
}

/** What is said of a message that is quoted; of a file what it is, too. */
export function quoteText({ excerpt, media: kind, deleted }: Pick<Quote, "excerpt" | "media" | "deleted">): string {
  if (deleted) return say("preview.quotedDeleted");
  const line = lineOf(excerpt);
  return kind === MediaKind.kUnspecified ? line : mediaLine({ kind, name: "", durationMs: 0 }, line);
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

const PREVIEWS: { [Kind in BodyKind]: (body: BodyOf<Kind>, message: Message, self: string) => string } = {
  text: ({ text }) => lineOf(text),
  identityChanged: () => say("preview.identityChanged"),
  handleMoved: () => say("preview.handleMoved"),
  undecryptable: () => say("preview.undecryptable"),
  unsupported: () => say("preview.unsupported"),
  groupEvent: (_, message, self) => groupEventText(message, self),
  media: (media) => mediaLine(media, lineOf(media.caption?.text ?? "")),
  deleted: ({ by }, { sender }, self) => {
    const account = by?.accountId ?? sender?.accountId;
    const who = account === self ? "own" : account === sender?.accountId ? "sender" : "admin";
    return say("preview.deleted", { who, name: nameOf(by) });
  },
};

/** `self`: one's own account. */
export function previewText(message: Message, self: string): string {
  const { body } = message;
  const preview = PREVIEWS[body.case ?? "unsupported"] as (value: unknown, message: Message, self: string) => string;
  return preview(body.value, message, self);
}
