// SPDX-License-Identifier: AGPL-3.0-or-later

import type { MouseEvent } from "react";

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import type { MessageRowProps } from "./message_row";
import styles from "./message_row.module.css";
import buttons from "./parts/button.module.css";

type PointerActionsProps = Pick<MessageRowProps, "message" | "album" | "reactable" | "actions" | "onPopup">;

/** Beside the bubble that somebody points at, and made only then: they are half of what a row consists of. */
export function PointerActions({ message, album = [message], reactable, actions, onPopup }: PointerActionsProps) {
  const react = ({ currentTarget: over }: MouseEvent<HTMLElement>) => {
    const row = over.closest<HTMLElement>("[data-message]");
    if (row !== null) onPopup({ kind: "react", message, row, over });
  };
  return (
    <span className={styles.messageActions}>
      {reactable && (
        <button
          type="button"
          tabIndex={-1}
          className={`${buttons.iconButton} ${styles.react}`}
          aria-label={say("pointerActions.react")}
          title={say("pointerActions.react")}
          onClick={react}
        >
          <Icon name="smile" />
        </button>
      )}
      {message.body.case !== "deleted" && (
        <button
          type="button"
          tabIndex={-1}
          className={buttons.iconButton}
          aria-label={say("common.reply")}
          title={say("common.reply")}
          onClick={() => actions.reply(message)}
        >
          <Icon name="reply" />
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        className={buttons.iconButton}
        aria-label={say("pointerActions.more")}
        title={say("pointerActions.more")}
        onClick={({ clientX: x, clientY: y }) => onPopup({ kind: "menu", message, shown: album, x, y })}
      >
        <Icon name="more" />
      </button>
    </span>
  );
}
