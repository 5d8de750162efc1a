// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import styles from "./switch.module.css";

interface OptionProps {
  /** Of its label. */
  id: string;
  label: string;
  hint: string;
  /** The label names it, the hint describes it. */
  children: ReactNode;
}

/** The id of the hint beside the label. */
export const hintOf = (labelId: string): string => `${labelId}-hint`;

/** Something that can be chosen: what it is, and the control beside it. */
export function Option({ id, label, hint, children }: OptionProps) {
  return (
    <div className={styles.option}>
      <span className={styles.words}>
        <span id={id}>{label}</span>
        <small id={hintOf(id)}>{hint}</small>
      </span>
      {children}
    </div>
  );
}

interface SwitchProps {
  id: string;
  label: string;
  hint: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => unknown;
}

export function Switch({ id, label, hint, on, disabled = false, onChange }: SwitchProps) {
  return (
    <Option id={`${id}-label`} label={label} hint={hint}>
      <button
        type="button"
        role="switch"
        className={styles.switch}
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        aria-describedby={hintOf(`${id}-label`)}
        disabled={disabled}
        onClick={() => void onChange(!on)}
      />
    </Option>
  );
}
