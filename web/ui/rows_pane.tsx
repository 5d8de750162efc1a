// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef, type ReactNode } from "react";

import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { Icon } from "./part_icons";
import { isEscape } from "./keys";
import buttons from "./parts/button.module.css";
import panes from "./parts/pane.module.css";

/** A pane of rows at the left, in the place of the conversations: the arrows go through it, Escape goes back. */
export function RowsPane({
  title,
  onBack,
  takesFocus = false,
  children,
}: {
  title: string;
  onBack: () => void;
  /** Its button does, where nothing in the pane takes it. */
  takesFocus?: boolean;
  children: ReactNode;
}) {
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) back.current?.focus();
  }, [takesFocus]);
  return (
    <section
      className={panes.pane}
      data-pane="left"
      aria-label={title}
      onKeyDown={(event) => {
        moveFocusByArrows(event, "[data-row]");
        if (!isEscape(event)) return;
        event.stopPropagation();
        onBack();
      }}
    >
      <header className={panes.header}>
        <button
          ref={back}
          type="button"
          className={buttons.iconButton}
          aria-label={say("common.back")}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <h1>{title}</h1>
      </header>
      {children}
    </section>
  );
}
