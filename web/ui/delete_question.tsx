// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ConversationViewModel } from "../view-models/conversation";
import type { Message } from "../view-models/core";
import { mayDeleteForEveryone, type Corrections, type TellForAWhile } from "../view-models/corrections";
import { say } from "../view-models/say";
import { Dialog } from "./dialog";
import { isFocusLost } from "./focus_return";
import { useViewModel } from "./use_view_model";
import styles from "./delete_question.module.css";
import buttons from "./parts/button.module.css";

interface DeleteQuestionProps {
  messages: readonly Message[];
  model: ConversationViewModel;
  tell: TellForAWhile;
  toComposer: () => void;
  /** It was answered so. */
  onDeleted?: () => void;
  onClose: () => void;
}

/** The message that stands where the focus goes when these are no more. */
function nextRow(messages: readonly Message[]): HTMLElement | undefined {
  const ids = new Set(messages.map(({ id }) => id));
  const rows = [...document.querySelectorAll<HTMLElement>("[data-message]")];
  const goes = ({ dataset: { key = "", members = key } }: HTMLElement) => members.split(" ").every((id) => ids.has(id));
  const last = rows.findLastIndex(goes);
  return rows.find((row, at) => at > last && !goes(row)) ?? rows.findLast((row) => !goes(row));
}

/** Asks whether messages are to be deleted, and for whom. */
export function DeleteQuestion({ messages, model, tell, toComposer, onDeleted, onClose }: DeleteQuestionProps) {
  const { conversation } = useViewModel(model);
  const count = messages.length;
  const isNote = conversation.peer.case === "self";
  const forEveryone = mayDeleteForEveryone(conversation, messages);
  const answer = (act: (corrections: Corrections) => unknown) => async () => {
    const next = nextRow(messages);
    onClose();
    onDeleted?.();
    act(await model.corrections());
    requestAnimationFrame(() => {
      if (!isFocusLost()) return;
      if (next?.isConnected === true) next.focus();
      else toComposer();
    });
  };
  const answers = (
    <div className={styles.answers}>
      <button type="button" className={buttons.button} onClick={onClose}>
        {say("common.cancel")}
      </button>
      <button
        type="button"
        className={`${buttons.button} ${buttons.danger} ${forEveryone ? "" : buttons.final}`}
        onClick={answer((corrections) => corrections.deleteForMe(messages, tell))}
      >
        {say(isNote ? "common.delete" : "deletion.forMe")}
      </button>
      {forEveryone && (
        <button
          type="button"
          className={`${buttons.button} ${buttons.danger} ${buttons.final}`}
          onClick={answer((corrections) => corrections.deleteForEveryone(messages))}
        >
          {say("deletion.forEveryone")}
        </button>
      )}
    </div>
  );
  return (
    <Dialog title={say("deletion.question", { count })} answers={answers} onCancel={onClose}>
      <p>
        {say(forEveryone ? "deletion.hintOfEveryone" : isNote ? "deletion.hintOfNote" : "deletion.hint", { count })}
      </p>
    </Dialog>
  );
}
