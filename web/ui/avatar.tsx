// SPDX-License-Identifier: AGPL-3.0-or-later

import { colourOf, initialsOf } from "../view-models/initials";
import { Icon } from "./icons";
import styles from "./avatar.module.css";

interface AvatarProps {
  id: string;
  title: string;
  size?: "tiny" | "small" | "large";
  /** A group's is a soft square. */
  group?: boolean;
  className?: string;
}

/** Stands in for a picture. Decoration: the name is always beside it. */
export function Avatar({ id, title, size, group = false, className = "" }: AvatarProps) {
  const initials = initialsOf(title);
  return (
    <span
      className={`${styles.avatar} ${size === undefined ? "" : styles[size]} ${group ? styles.group : ""} ${className}`}
      data-colour={colourOf(id)}
      aria-hidden="true"
    >
      {initials === "" ? <Icon name={group ? "people" : "person"} /> : initials}
    </span>
  );
}
