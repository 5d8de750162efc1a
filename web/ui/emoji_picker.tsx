// SPDX-License-Identifier: AGPL-3.0-or-later

import { lazy, Suspense, useEffect, useEffectEvent, useRef } from "react";

import { say } from "../view-models/say";
import { useOverlay } from "./keys";
import styles from "./emoji_picker.module.css";
import { Spinner } from "./spinner";

const EmojiPanel = lazy(() => import("./emoji_panel").then(({ EmojiPanel: panel }) => ({ default: panel })));

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
      <Suspense fallback={<Spinner label={say("emojiPicker.loading")} />}>
        <EmojiPanel onPick={onPick} />
      </Suspense>
    </div>
  );
}
