// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import buttons from "./parts/button.module.css";

interface IconButtonProps {
  /** What it does, for who does not see the picture. */
  label: string;
  /** Of the place where it is. */
  className?: string | undefined;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** A button that shows a picture alone. */
export function IconButton({ label, className = "", disabled = false, onClick, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`${buttons.iconButton} ${className}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
