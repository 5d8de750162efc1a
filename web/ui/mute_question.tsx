// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type KeyboardEvent } from "react";

import type { MuteFor } from "../view-models/arrangement";
import { say, type TextId } from "../view-models/say";
import { Confirm } from "./dialog";
import styles from "./mute_question.module.css";

const CHOICES: readonly { how: MuteFor; label: TextId }[] = [
  { how: "hours", label: "mute.hours" },
  { how: "week", label: "mute.week" },
  { how: "always", label: "mute.always" },
];

interface MuteQuestionProps {
  title: string;
  onMute: (how: MuteFor) => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** For how long nothing is to be told of a conversation. */
export default function MuteQuestion({ title, onMute, onClose }: MuteQuestionProps) {
  const [how, setHow] = useState<MuteFor>("hours");
  const mute = () => {
    onClose();
    onMute(how);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // else the same key presses the button that has the focus next
    mute();
  };
  return (
    <Confirm
      title={say("mute.question", { title })}
      confirm={say("mute.mute")}
      onCancel={onClose}
      onConfirm={mute}
      choice={
        <fieldset className={styles.choices} onKeyDown={onKeyDown}>
          <legend>{say("mute.howLong")}</legend>
          {CHOICES.map(({ how: each, label }) => (
            <label key={each} className={styles.choice}>
              <input
                type="radio"
                name="mute"
                value={each}
                checked={how === each}
                autoFocus={how === each}
                onChange={() => setHow(each)}
              />
              {say(label)}
            </label>
          ))}
        </fieldset>
      }
    >
      {say("mute.hint", { title })}
    </Confirm>
  );
}
