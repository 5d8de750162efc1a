// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import styles from "./switch.module.css";

interface OptionProps {
  /** Of its label. */
  id: string;
  label: string;
  hint: string;
  /** The label names it. */
  children: ReactNode;
}

/** Something that can be chosen: what it is, and the control beside it. */
export function Option({ id, label, hint, children }: OptionProps) {
  return (
    <div className={styles.option}>
      <span className={styles.words}>
        <span id={id}>{label}</span>
        <small>{hint}</small>
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
    <div className={styles.option}>
      <span className={styles.words} id={`${id}-label`}>
        {label}
        <small>{hint}</small>
      </span>
      <button
        type="button"
        role="switch"
        className={styles.switch}
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        disabled={disabled}
        onClick={() => void onChange(!on)}
      />
    </div>
  );
}
