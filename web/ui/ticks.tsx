// SPDX-License-Identifier: AGPL-3.0-or-later

import { Tick } from "../view-models/core";
import { say, type TextId } from "../view-models/say";
import styles from "./ticks.module.css";

const WORDS: Record<number, TextId> = {
  [Tick.kPending]: "ticks.pending",
  [Tick.kSent]: "ticks.sent",
  [Tick.kDelivered]: "ticks.delivered",
  [Tick.kRead]: "ticks.read",
  [Tick.kFailed]: "ticks.failed",
};

/** How far a message of one's own has come. */
export function Ticks({ tick }: { tick: Tick }) {
  const id = WORDS[tick];
  if (id === undefined) return null;
  const words = say(id);
  switch (tick) {
    case Tick.kPending:
      return (
        <svg className={`${styles.ticks} ${styles.pending}`} viewBox="0 0 13 13" role="img" aria-label={words}>
          <circle cx="6.5" cy="6.5" r="5.3" strokeWidth="1.3" />
          <path d="M6.5 3.7v3l1.9 1.2" strokeWidth="1.3" />
        </svg>
      );
    case Tick.kFailed:
      return (
        <svg className={`${styles.ticks} ${styles.failed}`} viewBox="0 0 14 14" role="img" aria-label={words}>
          <circle cx="7" cy="7" r="6" />
          <path d="M7 3.8v3.7M7 10v.01" />
        </svg>
      );
    default:
      return (
        <svg
          className={`${styles.ticks} ${tick === Tick.kRead ? styles.read : ""}`}
          viewBox="0 0 18 13"
          role="img"
          aria-label={words}
        >
          {tick === Tick.kSent ? (
            <path d="M4.5 7l3.3 3.5L14 3.3" />
          ) : (
            <path d="M1 7l3.3 3.5L10.5 3.3M8.3 9.8l.7.7L15.8 3.3" />
          )}
        </svg>
      );
  }
}
