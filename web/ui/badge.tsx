// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import styles from "./badge.module.css";

interface BadgeProps {
  unread: number;
  /** Beyond this the number is not shown. */
  most: number;
  /** Of what nobody is told of. */
  quiet?: boolean;
  className?: string;
}

/** How many messages are unread; nothing when none is. */
export function Badge({ unread, most, quiet = false, className = "" }: BadgeProps) {
  if (unread === 0) return null;
  return (
    <span
      className={`${styles.badge} ${quiet ? styles.quiet : ""} ${className}`}
      aria-label={say("common.unread", { count: unread })}
    >
      {unread > most ? `${most}+` : unread}
    </span>
  );
}
