// SPDX-License-Identifier: AGPL-3.0-or-later

import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

import { say } from "../view-models/say";
import { useOverlay } from "./keys";
import buttons from "./parts/button.module.css";
import styles from "./dialog.module.css";

interface ConfirmProps {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  /** What is to be chosen, below the words. */
  choice?: ReactNode;
  onConfirm: () => void;
  onCancel: () => void;
}

interface DialogProps {
  title: string;
  /** Its buttons, at the end. */
  answers: ReactNode;
  children: ReactNode;
  onCancel: () => void;
}

/** What lies over the page until it is answered. Escape and a click beside it cancel. */
export function Dialog({ title, answers, children, onCancel }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useOverlay(true, onCancel);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close(); // while it is in the page: the browser gives the focus back to where it was
  }, []);
  return (
    <dialog
      className={styles.dialog}
      ref={dialog}
      aria-labelledby={id}
      onCancel={onCancel}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === dialog.current && onCancel()}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <div className={styles.buttons}>{answers}</div>
    </dialog>
  );
}

/** Asks before something that is hard to take back. */
export function Confirm({ title, children, confirm, danger = false, choice, onConfirm, onCancel }: ConfirmProps) {
  const answers = (
    <>
      <button type="button" className={buttons.button} onClick={onCancel}>
        {say("common.cancel")}
      </button>
      <button
        type="button"
        className={`${buttons.button} ${danger ? `${buttons.danger} ${buttons.final}` : buttons.primary}`}
        onClick={onConfirm}
      >
        {confirm}
      </button>
    </>
  );
  return (
    <Dialog title={title} answers={answers} onCancel={onCancel}>
      <p>{children}</p>
      {choice}
    </Dialog>
  );
}
