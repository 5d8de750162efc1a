// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState } from "react";

import { titleOf, type Conversation } from "../view-models/core";
import { say } from "../view-models/say";
import type { Removal } from "./arrange_items";
import { Confirm } from "./dialog";
import styles from "./parts/choices.module.css";

interface RemovalQuestionProps {
  conversation: Conversation;
  removal: Removal;
  onConfirm: (keepStarred: boolean) => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** Asks before a conversation is cleared or deleted. */
export default function RemovalQuestion({ conversation, removal, onConfirm, onClose }: RemovalQuestionProps) {
  const [keepsStarred, setKeepsStarred] = useState(false);
  const title = titleOf(conversation);
  const clears = removal === "clear";
  return (
    <Confirm
      title={say(clears ? "removal.clearQuestion" : "removal.deleteQuestion", { title })}
      confirm={say(clears ? "removal.clear" : "removal.delete")}
      danger
      choice={
        clears && (
          <label className={styles.choice}>
            <input
              type="checkbox"
              checked={keepsStarred}
              onChange={(event) => setKeepsStarred(event.currentTarget.checked)}
            />
            {say("removal.keepStarred")}
          </label>
        )
      }
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        onConfirm(keepsStarred);
      }}
    >
      {say(conversation.peer.case === "self" ? "removal.hintOfNote" : "removal.hint")}
    </Confirm>
  );
}
