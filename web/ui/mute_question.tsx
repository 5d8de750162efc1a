// SPDX-License-Identifier: AGPL-3.0-or-later

import type { MuteFor } from "../view-models/arrangement";
import { say } from "../view-models/say";
import { ChoiceQuestion } from "./choice_question";

interface MuteQuestionProps {
  title: string;
  onMute: (how: MuteFor) => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** For how long nothing is to be told of a conversation. */
export default function MuteQuestion({ title, onMute, onClose }: MuteQuestionProps) {
  const choices: { value: MuteFor; label: string }[] = [
    { value: "hours", label: say("mute.hours") },
    { value: "week", label: say("mute.week") },
    { value: "always", label: say("mute.always") },
  ];
  return (
    <ChoiceQuestion
      title={say("mute.question", { title })}
      legend={say("mute.howLong")}
      choices={choices}
      first="hours"
      confirm={say("mute.mute")}
      onChoose={(how) => {
        onClose();
        onMute(how);
      }}
      onCancel={onClose}
    >
      {say("mute.hint", { title })}
    </ChoiceQuestion>
  );
}
