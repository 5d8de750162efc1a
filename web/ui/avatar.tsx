// SPDX-License-Identifier: AGPL-3.0-or-later

import { colourOf, initialsOf } from "../view-models/initials";
import { Icon } from "./icons";
import styles from "./avatar.module.css";

interface AvatarProps {
  id: string;
  title: string;
  size?: "small" | "large";
  className?: string;
}

/** Stands in for a picture. Decoration: the name is always beside it. */
export function Avatar({ id, title, size, className = "" }: AvatarProps) {
  const initials = initialsOf(title);
  return (
    <span
      className={`${styles.avatar} ${size === undefined ? "" : styles[size]} ${className}`}
      data-colour={colourOf(id)}
      aria-hidden="true"
    >
      {initials === "" ? <Icon name="person" /> : initials}
    </span>
  );
}
