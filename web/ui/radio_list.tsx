// SPDX-License-Identifier: AGPL-3.0-or-later

import type { KeyboardEvent } from "react";

import styles from "./parts/choices.module.css";

interface RadioListProps<Value extends string | number> {
  /** What the choices are. */
  legend: string;
  /** Of one in another language than the page: which. */
  choices: readonly { value: Value; label: string; language?: string }[];
  chosen: Value;
  /** The one that is chosen gets the focus. */
  autoFocus?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
  onChoose: (value: Value) => void;
}

/** One of a few, all of which are seen. */
export function RadioList<Value extends string | number>(props: RadioListProps<Value>) {
  const { legend, choices, chosen, autoFocus = false, onKeyDown, onChoose } = props;
  return (
    <fieldset className={styles.choices} onKeyDown={onKeyDown}>
      <legend>{legend}</legend>
      {choices.map(({ value, label, language }) => (
        <label key={value} className={styles.choice}>
          <input
            type="radio"
            name="choice"
            value={value}
            checked={chosen === value}
            autoFocus={autoFocus && chosen === value}
            onChange={() => onChoose(value)}
          />
          <span lang={language}>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
