// SPDX-License-Identifier: AGPL-3.0-or-later

import type { List } from "../view-models/core";
import { say } from "../view-models/say";
import { PopupMenu } from "./popup_menu";

/** Where the menu of a list is open. */
export interface ListMenuPlace {
  list: List;
  at: { x: number; y: number };
}

interface ListMenuProps {
  place: ListMenuPlace;
  onEdit: () => void;
  onDelete: () => void;
  onClose: () => void;
}

/** What can be done with a list that the person has made. */
export default function ListMenu({ place, onEdit, onDelete, onClose }: ListMenuProps) {
  return (
    <PopupMenu
      label={say("arrange.more", { title: place.list.name })}
      at={place.at}
      items={[
        { icon: "edit", label: say("lists.editItem"), act: onEdit },
        { icon: "trash", label: say("lists.deleteItem"), act: onDelete },
      ]}
      onClose={onClose}
    />
  );
}
