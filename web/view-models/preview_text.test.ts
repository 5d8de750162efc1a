// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { draftOf } from "./composer";
import { MediaKind } from "./core";
import { wordsOf } from "./formatting";
import { foundPieces, lineOf, previewLine, previewText, quoteLine } from "./preview_text";
import { ANA, BEN, CEM, conversation, message } from "./testing/fake_core";

const quoteText = (quote: Parameters<typeof quoteLine>[0]) => wordsOf(quoteLine(quote));
const LOOKALIKE = "http://аррӏе.com";
const SHOWN = "http://xn--80ak6aa92e.com";

describe("the line about a message", () => {
  it("shows a host that could pass for another as the bubble does, in the list and in quotes", () => {
    expect(previewText(message({ text: `see\n${LOOKALIKE} now` }), ANA)).toBe(`see ${SHOWN} now`);
    expect(wordsOf(lineOf("https://bücher.example/a stays"))).toBe("https://bücher.example/a stays");
    const draftQuote = { messageId: "1", excerpt: LOOKALIKE };
    expect(wordsOf(draftOf(conversation({ draftQuote }), ANA).quoted?.excerpt ?? [])).toBe(SHOWN);
  });

  it("is short, also where it ends within a link", () => {
    const before = "a".repeat(189);
    expect(wordsOf(lineOf(`${before} ${LOOKALIKE}/path`))).toBe(`${before} http://xn-`);
    expect(wordsOf(lineOf("word ".repeat(100_000)))).toHaveLength(200);
    expect(wordsOf(lineOf(`*${"word ".repeat(39)}_word word_ word*`))).toBe("word ".repeat(40));
  });

  it("has no marks, and no blocks: quotes, lists and code are one line", () => {
    expect(previewText(message({ text: "*so* _much_ ~snow~ `x = 1`" }), ANA)).toBe("so much snow x = 1");
    expect(previewText(message({ text: "> really?\nyes\n- *tea*\n- milk\n1. first" }), ANA)).toBe(
      "really? yes • tea • milk 1. first",
    );
    expect(previewText(message({ text: "```\nlet a;\nlet b;\n```" }), ANA)).toBe("let a; let b;");
    expect(previewText(message({ text: "snake_case_names and 2*3*4" }), ANA)).toBe("snake_case_names and 2*3*4");
  });

  it("keeps the styles where it is shown, under a file too", () => {
    const bold = { kind: "bold", inside: [{ kind: "text", text: "look" }] };
    expect(previewLine(message({ text: "*look*" }), ANA)).toEqual([bold]);
    expect(quoteLine({ excerpt: "*look*", media: MediaKind.kPhoto, deleted: false })).toEqual([
      { kind: "text", text: "📷 " },
      bold,
    ]);
  });
});

describe("what is shown of a message that was found", () => {
  const piece = (text: string, matched = false) => ({ text, matched });

  it("shows such a host in the same way, wherever in it the words were found", () => {
    const rest = [piece(" and "), piece("words", true)];
    expect(foundPieces([piece(`see ${LOOKALIKE} and `), piece("words", true)])).toEqual([
      piece("see "),
      piece(SHOWN),
      ...rest,
    ]);
    expect(foundPieces([piece("see http://"), piece("аррӏе", true), piece(".com and "), piece("words", true)])).toEqual(
      [piece("see "), piece(SHOWN, true), ...rest],
    );
    expect(foundPieces([piece(LOOKALIKE, true), piece(` ${LOOKALIKE}`)])).toEqual([
      piece(SHOWN, true),
      piece(" "),
      piece(SHOWN),
    ]);
  });

  it("is otherwise what the core gave", () => {
    const pieces = [piece("the "), piece("train", true), piece(" of https://example.org/a")];
    expect(foundPieces(pieces)).toBe(pieces);
  });
});

it("what is quoted says what its file is, and what stands under it", () => {
  expect(quoteText({ excerpt: "by the lake", media: MediaKind.kPhoto, deleted: false })).toBe("📷 by the lake");
  expect(quoteText({ excerpt: "", media: MediaKind.kVoice, deleted: false })).toBe("🎤 Voice message");
  expect(quoteText({ excerpt: "  hello\nthere", media: MediaKind.kUnspecified, deleted: false })).toBe(" hello there");
});

it("a file is told by what it is, and by what it says of itself", () => {
  const line = (value: object) => previewText(message({ body: { case: "media", value } } as never), "");
  expect(line({ kind: MediaKind.kPhoto })).toBe("📷 Photo");
  expect(line({ kind: MediaKind.kPhoto, caption: { text: "look\nhere" } })).toBe("📷 look here");
  expect(line({ kind: MediaKind.kVoice, durationMs: 65_000 })).toBe("🎤 1:05");
  expect(line({ kind: MediaKind.kDocument, name: "../a\u202Eb.pdf" })).toBe("📄 ab.pdf");
  expect(line({ kind: 99 })).toBe("📄 Document");
});

it("what was deleted says by whom, and a quote of it that it was", () => {
  const by = (account: string, fields: object = {}) =>
    previewText(
      message({ body: { case: "deleted", value: { by: { accountId: account, name: "Cem" } } }, ...fields }),
      ANA,
    );
  expect(by(ANA, { outgoing: true })).toBe("You deleted this message");
  expect(by(ANA)).toBe("You deleted this message");
  expect(by(BEN)).toBe("This message was deleted");
  expect(by(CEM)).toBe("Deleted by admin Cem");
  expect(previewText(message({ body: { case: "deleted", value: {} } }), ANA)).toBe("This message was deleted");
  expect(quoteText({ excerpt: "", media: MediaKind.kUnspecified, deleted: true })).toBe("Deleted message");
});
