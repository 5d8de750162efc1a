// SPDX-License-Identifier: AGPL-3.0-or-later

// What else can be done with a conversation: the menu in its head.
import { Menu, MenuItem, useMenuStore } from "@ariakit/react/menu";

import { say } from "../view-models/say";
import { Icon } from "./icons";
import { useOverlay } from "./keys";
import styles from "./menu.module.css";

interface ChatMenuProps {
  /** The button that opens it. */
  opener: HTMLElement;
  onSearchHere: () => void;
  onSearchAll: () => void;
  onClose: () => void;
}

/** A click beside it and Escape close it: the focus goes back to its button, but for what takes it. */
export default function ChatMenu({ opener, onSearchHere, onSearchAll, onClose }: ChatMenuProps) {
  const menu = useMenuStore({
    open: true,
    placement: "bottom-end",
    setOpen: (open) => {
      if (!open) onClose();
    },
  });
  useOverlay(true, () => {
    onClose();
    opener.focus();
  });
  const items = [
    { id: "here", icon: "search", label: say("chatSearch.searchThisChat"), act: onSearchHere },
    { id: "all", icon: "chats", label: say("chatMenu.searchAll"), act: onSearchAll },
  ] as const;
  return (
    <Menu
      store={menu}
      portal
      preserveTabOrder={false}
      className={styles.menu}
      aria-label={say("chatMenu.more")}
      getAnchorRect={() => opener.getBoundingClientRect()}
      autoFocusOnShow
      autoFocusOnHide={false}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {items.map(({ id, icon, label, act }) => (
        <MenuItem
          key={id}
          className={styles.item}
          onClick={() => {
            onClose();
            act();
          }}
        >
          <Icon name={icon} />
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
