// SPDX-License-Identifier: AGPL-3.0-or-later

import { PIN_DAYS } from "../view-models/corrections";
import { say } from "../view-models/say";
import { ChoiceQuestion } from "./choice_question";

interface PinQuestionProps {
  onPin: (days: number) => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** For how long a message is to stand at the top of its conversation. */
export function PinQuestion({ onPin, onClose }: PinQuestionProps) {
  return (
    <ChoiceQuestion
      title={say("pin.question")}
      legend={say("pin.howLong")}
      choices={PIN_DAYS.map((days) => ({ value: days, label: say("pin.days", { count: days }) }))}
      first={7}
      confirm={say("messageMenu.pin")}
      onChoose={(days) => {
        onClose();
        onPin(days);
      }}
      onCancel={onClose}
    >
      {say("pin.hint")}
    </ChoiceQuestion>
  );
}
