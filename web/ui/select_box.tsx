// SPDX-License-Identifier: AGPL-3.0-or-later

import { useContext } from "react";

import type { Message } from "../view-models/core";
import { previewText } from "../view-models/preview_text";
import { say } from "../view-models/say";
import { OwnAccount } from "./own_account";
import styles from "./select_box.module.css";

interface SelectBoxProps {
  /** Of the row: one, or those of an album. */
  messages: readonly Message[];
  author: string;
  selected: boolean;
  onSelect: (messages: readonly Message[], range: boolean) => void;
}

/** Lies over a row while messages are chosen: a click anywhere on it chooses it, and with Shift all up to it. */
export function SelectBox({ messages, author, selected, onSelect }: SelectBoxProps) {
  const self = useContext(OwnAccount);
  const last = messages.at(-1) as Message;
  const name = last.outgoing ? say("common.you") : author;
  return (
    // No label: one that is clicked with Shift is nothing to some browsers.
    <div
      className={styles.cover}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()} // which would select text
      onClick={(event) => onSelect(messages, event.shiftKey)}
    >
      <input
        type="checkbox"
        tabIndex={-1}
        checked={selected}
        aria-label={say("selection.message", { name, text: previewText(last, self) })}
        onChange={() => undefined} // the click is taken around it
      />
    </div>
  );
}
