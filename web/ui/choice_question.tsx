// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type KeyboardEvent, type ReactNode } from "react";

import { Confirm } from "./dialog";
import { RadioList } from "./radio_list";

interface ChoiceQuestionProps<Value extends string | number> {
  title: string;
  /** What the choices are. */
  legend: string;
  choices: readonly { value: Value; label: string }[];
  /** Is chosen at first. */
  first: Value;
  confirm: string;
  children: ReactNode;
  onChoose: (value: Value) => void;
  onCancel: () => void;
}

/** Asks for one of a few; Enter answers with it. */
export function ChoiceQuestion<Value extends string | number>(props: ChoiceQuestionProps<Value>) {
  const { title, legend, choices, first, confirm, children, onChoose, onCancel } = props;
  const [chosen, setChosen] = useState(first);
  const answer = () => onChoose(chosen);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // else the same key presses the button that has the focus next
    answer();
  };
  return (
    <Confirm
      title={title}
      confirm={confirm}
      onCancel={onCancel}
      onConfirm={answer}
      choice={<RadioList {...{ legend, choices, chosen }} autoFocus onKeyDown={onKeyDown} onChoose={setChosen} />}
    >
      {children}
    </Confirm>
  );
}
