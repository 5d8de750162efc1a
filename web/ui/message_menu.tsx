// SPDX-License-Identifier: AGPL-3.0-or-later

import { Menu, MenuItem, useMenuStore } from "@ariakit/react/menu";
import { useEffect, useEffectEvent, useLayoutEffect } from "react";

import { textOf, type Message } from "../view-models/core";
import { say } from "../view-models/say";
import { rememberFocus } from "./focus_return";
import { Icon } from "./icons";
import { useOverlay } from "./keys";
import styles from "./menu.module.css";

export interface MenuPlace {
  message: Message;
  x: number;
  y: number;
}

interface MessageMenuProps {
  place: MenuPlace;
  onReply: (message: Message) => void;
  onCopy: (message: Message) => void;
  onClose: () => void;
}

/** What can be done with a message. A click beside it, scrolling and Escape close it. */
export default function MessageMenu({ place, onReply, onCopy, onClose }: MessageMenuProps) {
  const menu = useMenuStore({
    open: true,
    setOpen: (open) => {
      if (!open) onClose();
    },
  });
  useLayoutEffect(() => {
    const back = rememberFocus();
    return () => void requestAnimationFrame(back);
  }, []);
  useOverlay(true, onClose);
  const onWheel = useEffectEvent(onClose);
  useEffect(() => {
    const away = () => onWheel();
    document.addEventListener("wheel", away, { passive: true });
    return () => document.removeEventListener("wheel", away);
  }, []);

  const choose = (action: (message: Message) => void) => () => {
    onClose();
    action(place.message);
  };
  return (
    <Menu
      store={menu}
      portal
      preserveTabOrder={false}
      className={styles.menu}
      aria-label={say("messageMenu.message")}
      getAnchorRect={() => ({ x: place.x, y: place.y, width: 0, height: 0 })}
      autoFocusOnShow
      onKeyDown={(event) => event.stopPropagation()}
    >
      <MenuItem className={styles.item} onClick={choose(onReply)}>
        <Icon name="reply" />
        {say("common.reply")}
      </MenuItem>
      {textOf(place.message) !== "" && (
        <MenuItem className={styles.item} onClick={choose(onCopy)}>
          <Icon name="copy" />
          {say("messageMenu.copyText")}
        </MenuItem>
      )}
    </Menu>
  );
}
