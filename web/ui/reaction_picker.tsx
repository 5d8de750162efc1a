// SPDX-License-Identifier: AGPL-3.0-or-later

import { Popover, usePopoverStore } from "@ariakit/react/popover";
import { useLayoutEffect, useRef, useState } from "react";

import { say } from "../view-models/say";
import { EmojiPanel } from "./emoji_panel";
import { rememberFocus } from "./focus_return";
import { useOverlay } from "./keys";
import { anchorRect, type Anchor } from "./popup_menu";
import styles from "./reaction_picker.module.css";

interface ReactionPickerProps {
  at: Anchor;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** All emoji, to say one to a message: until one is taken, or somebody presses Escape or beside it. */
export function ReactionPicker({ at, onPick, onClose }: ReactionPickerProps) {
  const picker = useRef<HTMLDivElement>(null);
  const [back] = useState(() => rememberFocus());
  const store = usePopoverStore({
    open: true,
    placement: "top",
    setOpen: (open) => {
      if (!open) onClose();
    },
  });
  useOverlay(true, onClose);
  useLayoutEffect(() => {
    // The search has it already, but not on touch screens.
    if (picker.current?.contains(document.activeElement) !== true) picker.current?.focus();
    return () => void requestAnimationFrame(back);
  }, [back]);
  return (
    <Popover
      ref={picker}
      store={store}
      portal
      preserveTabOrder={false} // it would put a mark beside the message, into the list
      overlap
      tabIndex={-1}
      className={styles.picker}
      aria-label={say("common.emoji")}
      getAnchorRect={() => anchorRect(at)}
      autoFocusOnShow={false}
      autoFocusOnHide={false}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <EmojiPanel
        onPick={(emoji) => {
          onClose();
          onPick(emoji);
        }}
      />
    </Popover>
  );
}
