// SPDX-License-Identifier: AGPL-3.0-or-later

import styles from "./spinner.module.css";

/** Something is being waited for: what, says the label, or the text beside it. */
export function Spinner({ label, className = "" }: { label?: string; className?: string }) {
  return (
    <span
      className={`${styles.spinner} ${className}`}
      role={label === undefined ? undefined : "status"}
      aria-label={label}
    />
  );
}
