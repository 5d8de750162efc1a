// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo } from "react";

import { textPieces } from "../view-models/rich_text";

/**
 * Message text with its links. Text is text: nothing in it is taken for markup. A link is read from left to right,
 * whatever is around it.
 */
export const RichText = memo(function RichText({ text }: { text: string }) {
  return textPieces(text).map((piece, at) =>
    piece.kind === "text" ? (
      piece.text
    ) : (
      <a key={at} dir="ltr" href={piece.href} target="_blank" rel="noopener noreferrer">
        {piece.text}
      </a>
    ),
  );
});
