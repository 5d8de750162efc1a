// SPDX-License-Identifier: AGPL-3.0-or-later

import { numberText } from "../view-models/intl_text";
import { say } from "../view-models/say";
import styles from "./badge.module.css";

interface BadgeProps {
  unread: number;
  /** Though none is. */
  marked?: boolean;
  /** Beyond this the number is not shown. */
  most: number;
  /** Of what nobody is told of. */
  quiet?: boolean;
  className?: string;
}

/** How many messages are unread, or that there is something to look at; nothing when there is not. */
export function Badge({ unread, marked = false, most, quiet = false, className = "" }: BadgeProps) {
  if (unread === 0 && !marked) return null;
  return (
    <span
      className={`${styles.badge} ${quiet ? styles.quiet : ""} ${className}`}
      aria-label={unread === 0 ? say("common.markedUnread") : say("common.unread", { count: unread })}
    >
      {unread > most ? `${numberText(most)}+` : unread === 0 ? "" : numberText(unread)}
    </span>
  );
}
