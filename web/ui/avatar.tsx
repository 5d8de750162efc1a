// SPDX-License-Identifier: AGPL-3.0-or-later

import { colourOf, initialsOf } from "../view-models/initials";
import { Icon } from "./icons";
import { usePhoto } from "./photos_context";
import styles from "./avatar.module.css";

interface AvatarProps {
  /** As `avatarIdOf`: the account, of a person; the conversation, of a group. */
  id: string;
  title: string;
  size?: "tiny" | "small" | "large";
  /** A group's is a soft square. */
  group?: boolean;
  className?: string;
}

/** The photo of somebody, or what stands in for it. Decoration: the name is always beside it. */
export function Avatar({ id, title, size, group = false, className = "" }: AvatarProps) {
  const initials = initialsOf(title);
  const photo = usePhoto(id);
  return (
    <span
      className={`${styles.avatar} ${size === undefined ? "" : styles[size]} ${group ? styles.group : ""} ${className}`}
      data-colour={colourOf(id)}
      aria-hidden="true"
    >
      {photo !== "" ? (
        <img className={styles.photo} src={photo} alt="" draggable={false} />
      ) : initials === "" ? (
        <Icon name={group ? "people" : "person"} />
      ) : (
        initials
      )}
    </span>
  );
}
