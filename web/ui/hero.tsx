// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import { formatPhone } from "../view-models/phone";
import { LargeAvatar } from "./photo_view";
import styles from "./hero.module.css";

interface HeroProps {
  id: string;
  name: string;
  /** Not said again when it is the name. */
  handle: string;
  group?: boolean;
  children?: ReactNode;
}

/** Who somebody is, at the head of a page about them. */
export function Hero({ id, name, handle, group = false, children }: HeroProps) {
  const shown = formatPhone(handle);
  return (
    <div className={styles.hero}>
      <LargeAvatar id={id} name={name} group={group} className={styles.picture} />
      <span className={styles.name} dir="auto">
        {name}
      </span>
      {shown !== "" && shown !== name && <bdi className={styles.handle}>{shown}</bdi>}
      {children}
    </div>
  );
}
