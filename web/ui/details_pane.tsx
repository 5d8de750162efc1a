// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef, type ReactNode } from "react";

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { isEscape } from "./keys";
import buttons from "./parts/button.module.css";
import panes from "./parts/pane.module.css";

interface DetailsPaneProps {
  /** What the pane is called, whichever page it shows. */
  label: string;
  /** Of the page. */
  title: string;
  /** "" is the first one, from which the way back closes the pane. */
  page?: string;
  onBack: () => void;
  children: ReactNode;
}

/** A pane beside the conversation, about whom it is with: Escape goes back. */
export function DetailsPane({ label, title, page = "", onBack, children }: DetailsPaneProps) {
  const pane = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef<string>(undefined);
  useEffect(() => {
    // On the way back the focus returns to what had opened the page; on the way there a field may have taken it.
    const goesBack = page === "" && before.current !== undefined;
    before.current = page;
    if (!goesBack && pane.current?.contains(document.activeElement) === false) button.current?.focus();
  }, [page]);
  return (
    <aside
      ref={pane}
      className={panes.pane}
      data-pane="details"
      aria-label={label}
      onKeyDown={(event) => {
        if (!isEscape(event)) return;
        event.stopPropagation();
        onBack();
      }}
    >
      <header className={panes.header}>
        <button
          key={page}
          ref={button}
          type="button"
          className={buttons.iconButton}
          aria-label={say(page === "" ? "common.close" : "common.back")}
          onClick={onBack}
        >
          <Icon name={page === "" ? "close" : "back"} />
        </button>
        <h2>{title}</h2>
      </header>
      {children}
    </aside>
  );
}
