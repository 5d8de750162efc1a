// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import styles from "./progress_ring.module.css";

interface ProgressRingProps {
  /** 0 to 1. */
  done: number;
  label: string;
  onCancel: () => void;
  /** It lies on a picture. */
  over?: boolean;
}

const RADIUS = 19;
const AROUND = 2 * Math.PI * RADIUS;

/** How far something is; it is a button, which gives it up. */
export function ProgressRing({ done, label, onCancel, over = false }: ProgressRingProps) {
  const percent = Math.round(done * 100);
  return (
    <button
      type="button"
      className={`${styles.ring} ${over ? styles.over : ""}`}
      aria-label={say("media.cancel", { label, percent })}
      title={say("common.cancel")}
      data-part="progress"
      onClick={(event) => {
        event.stopPropagation();
        onCancel();
      }}
    >
      <svg viewBox="0 0 44 44" aria-hidden="true" className={done === 0 ? styles.beginning : ""}>
        <circle cx="22" cy="22" r={RADIUS} className={styles.rest} />
        <circle
          cx="22"
          cy="22"
          r={RADIUS}
          className={styles.done}
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - Math.max(0.06, done))}
        />
      </svg>
      <Icon name="close" />
    </button>
  );
}
