// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useEffectEvent } from "react";

import { say } from "../view-models/say";

/** Takes back what was just done: by a click, and by Ctrl or Cmd with Z where there is nothing else to take back. */
export function Undo({ className, onUndo }: { className: string | undefined; onUndo: () => void }) {
  const takeBack = useEffectEvent(onUndo);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target } = event;
      const isTyping = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || (isTyping && target.value !== "")) return;
      event.preventDefault();
      takeBack();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <button type="button" className={className} aria-keyshortcuts="Control+Z" onClick={onUndo}>
      {say("undo.undo")}
    </button>
  );
}
