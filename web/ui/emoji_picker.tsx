// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useEffectEvent, useRef } from "react";

import { say } from "../view-models/say";
import { useOverlay } from "./keys";
import { onDemand } from "./on_demand";
import styles from "./emoji_picker.module.css";
import { Spinner } from "./spinner";

const EmojiPanel = onDemand(() => import("./emoji_panel").then(({ EmojiPanel: panel }) => panel), {
  waiting: () => <Spinner label={say("emojiPicker.loading")} />,
});

/** Over the composer, until somebody presses Escape or beside it. */
export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
  const picker = useRef<HTMLDivElement>(null);
  useOverlay(true, onClose);
  const onPointerDown = useEffectEvent((event: Event) => {
    const target = event.target as HTMLElement;
    if (!picker.current?.contains(target) && target.closest("[data-composer]") === null) onClose();
  });
  useEffect(() => {
    const outside = (event: Event) => onPointerDown(event);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  return (
    <div className={styles.emojiPicker} ref={picker} role="dialog" aria-label={say("common.emoji")}>
      <EmojiPanel onPick={onPick} />
    </div>
  );
}
