// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import { say } from "../view-models/say";
import { FullDialog } from "./full_dialog";
import buttons from "./parts/button.module.css";
import sheets from "./parts/sheet.module.css";

interface SheetProps {
  title: string;
  /** Marks it for tests. */
  part: string;
  /** What the answer says that is not to cancel. */
  answer: string;
  mayAnswer?: boolean;
  onAnswer: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Something is chosen before it goes on: a title, what it is about, and two answers. */
export function Sheet({ title, part, answer, mayAnswer = true, onAnswer, onClose, children }: SheetProps) {
  return (
    <FullDialog label={title} className={`${sheets.sheet} ${sheets.question}`} part={part} onClose={onClose}>
      <h2 className={sheets.title}>{title}</h2>
      {children}
      <div className={sheets.answers}>
        <button type="button" className={buttons.button} onClick={onClose}>
          {say("common.cancel")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.primary}`}
          disabled={!mayAnswer}
          onClick={onAnswer}
        >
          {answer}
        </button>
      </div>
    </FullDialog>
  );
}
