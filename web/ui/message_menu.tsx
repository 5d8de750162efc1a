// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";

import { textOf, type Message } from "../view-models/core";
import { moveFocusByArrows } from "./arrow_keys";
import { rememberFocus } from "./focus_return";
import { useOverlay } from "./keys";
import { Icon } from "./icons";
import styles from "./message_menu.module.css";

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

/** What can be done with a message. A click beside it and Escape close it. */
export function MessageMenu({ place, onReply, onCopy, onClose }: MessageMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState({ left: place.x, top: place.y });

  useLayoutEffect(() => {
    const back = rememberFocus();
    return () => void requestAnimationFrame(back);
  }, []);
  useLayoutEffect(() => {
    const { width, height } = menu.current?.getBoundingClientRect() ?? { width: 0, height: 0 };
    setPosition({
      left: Math.max(8, Math.min(place.x, innerWidth - width - 8)),
      top: Math.max(8, Math.min(place.y, innerHeight - height - 8)),
    });
    menu.current?.querySelector("button")?.focus();
  }, [place]);

  useOverlay(true, onClose);

  const onOutside = useEffectEvent((event: Event) => {
    if (!(event.target instanceof Node) || !menu.current?.contains(event.target)) onClose();
  });
  useEffect(() => {
    const outside = (event: Event) => onOutside(event);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("wheel", outside, { passive: true });
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("wheel", outside);
    };
  }, []);

  const choose = (action: (message: Message) => void) => () => {
    onClose();
    action(place.message);
  };
  return (
    <div
      className={styles.menu}
      role="menu"
      ref={menu}
      style={position}
      onKeyDown={(event) => {
        moveFocusByArrows(event, "button");
        event.stopPropagation();
        if (event.key === "Tab") {
          event.preventDefault();
          onClose();
        }
      }}
    >
      <button type="button" role="menuitem" onClick={choose(onReply)}>
        <Icon name="reply" />
        Reply
      </button>
      {textOf(place.message) !== "" && (
        <button type="button" role="menuitem" onClick={choose(onCopy)}>
          <Icon name="copy" />
          Copy text
        </button>
      )}
    </div>
  );
}
