// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useContext } from "react";

import type { Person } from "../view-models/core";
import type { ShownMention } from "../view-models/mentions";
import { textPieces } from "../view-models/rich_text";
import { say } from "../view-models/say";
import { OwnAccount } from "./own_account";
import styles from "./rich_text.module.css";

interface RichTextProps {
  text: string;
  mentions?: readonly ShownMention[];
  onPerson?: (person: Person) => void;
}

/**
 * Message text with its links, and the members whom it names. Text is text: nothing in it is taken for markup. A link
 * is read from left to right, whatever is around it.
 */
export const RichText = memo(function RichText({ text, mentions, onPerson }: RichTextProps) {
  const self = useContext(OwnAccount);
  return textPieces(text, mentions).map((piece, at) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "link")
      return (
        <a key={at} dir="ltr" href={piece.href} target="_blank" rel="noopener noreferrer">
          {piece.text}
        </a>
      );
    const { who } = piece;
    if (who.accountId === self || onPerson === undefined)
      return (
        <span key={at} dir="auto" className={`${styles.mention} ${who.accountId === self ? styles.self : ""}`}>
          {piece.text}
        </span>
      );
    return (
      <button
        key={at}
        type="button"
        dir="auto"
        className={styles.mention}
        title={say("messageRow.openPerson", { name: who.name })}
        onClick={() => onPerson(who)}
      >
        {piece.text}
      </button>
    );
  });
});
