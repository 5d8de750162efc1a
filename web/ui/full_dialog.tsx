// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useEffectEvent, useLayoutEffect, useRef, type ReactNode } from "react";

import { rememberFocus } from "./focus_return";
import { useOverlay } from "./keys";

interface FullDialogProps {
  label: string;
  className: string | undefined;
  onClose: () => void;
  children: ReactNode;
  /** Marks it for tests. */
  part: string;
}

/** Lies over the whole page, which can't be reached meanwhile. Escape closes it; the focus goes back. */
export function FullDialog({ label, className, onClose, children, part }: FullDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useEffectEvent(onClose);
  useOverlay(true, onClose);
  useLayoutEffect(() => {
    const shown = dialog.current;
    const back = rememberFocus();
    shown?.showModal();
    dispatchEvent(new Event("resize")); // what is in it has a size now
    return () => {
      shown?.close();
      requestAnimationFrame(back);
    };
  }, []);
  useEffect(() => {
    const shown = dialog.current;
    const onCancel = (event: Event) => {
      event.preventDefault(); // a phone's way back
      close();
    };
    shown?.addEventListener("cancel", onCancel);
    return () => shown?.removeEventListener("cancel", onCancel);
  }, []);
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-label={label}
      data-part={part}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {children}
    </dialog>
  );
}
