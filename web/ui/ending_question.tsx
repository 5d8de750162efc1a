// SPDX-License-Identifier: AGPL-3.0-or-later

import { say, type TextId } from "../view-models/say";
import { Confirm } from "./dialog";

/** What ends that somebody is heard from. */
export type Ending = "block" | "leave";

interface EndingQuestionProps {
  ending: Ending;
  /** Of the conversation. */
  title: string;
  onConfirm: () => void;
  /** It is answered, either way. */
  onClose: () => void;
}

const WORDS: Record<Ending, { question: TextId; confirm: TextId; consequence: TextId }> = {
  block: { question: "contact.blockQuestion", confirm: "common.block", consequence: "contact.blockConsequence" },
  leave: { question: "group.leaveQuestion", confirm: "group.leave", consequence: "group.leaveConsequence" },
};

/** Asks before somebody is blocked, or a group is left. */
export function EndingQuestion({ ending, title, onConfirm, onClose }: EndingQuestionProps) {
  const { question, confirm, consequence } = WORDS[ending];
  return (
    <Confirm
      title={say(question, { title })}
      confirm={say(confirm)}
      danger
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        onConfirm();
      }}
    >
      {say(consequence)}
    </Confirm>
  );
}
