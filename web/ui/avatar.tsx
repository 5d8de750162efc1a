// SPDX-License-Identifier: AGPL-3.0-or-later

import { colourOf, initialsOf } from "../view-models/initials";
import { Icon } from "./icons";

/** Stands in for a picture. Decoration: the name is always beside it. */
export function Avatar({ id, title, size = "" }: { id: string; title: string; size?: "" | "small" | "large" }) {
  const initials = initialsOf(title);
  return (
    <span className={`avatar ${size}`} data-colour={colourOf(id)} aria-hidden="true">
      {initials === "" ? <Icon name="person" /> : initials}
    </span>
  );
}
