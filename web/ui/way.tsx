// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import { Icon, type IconName } from "./part_icons";
import { Spinner } from "./spinner";
import rows from "./parts/rows.module.css";

interface WayProps {
  icon: IconName;
  /** It is being done. */
  busy?: boolean;
  disabled?: boolean;
  /** By which the focus comes back to it. */
  id?: string;
  onClick: () => void;
  children: ReactNode;
}

/** Something that can be done, as a row of a pane. */
export function Way({ icon, busy = false, disabled = busy, id, onClick, children }: WayProps) {
  return (
    <button id={id} type="button" className={rows.action} data-row disabled={disabled} onClick={onClick}>
      <span className={rows.disc}>{busy ? <Spinner /> : <Icon name={icon} />}</span>
      {children}
    </button>
  );
}
