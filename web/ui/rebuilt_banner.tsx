// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState } from "react";

import type { State } from "../view-models/core";
import { Icon } from "./icons";
import styles from "./banner.module.css";

/** Says, until it is closed, that the database was damaged and what became of it. */
export function RebuiltBanner({ state }: { state: State | undefined }) {
  const [closed, setClosed] = useState(false);
  const rebuilt = state?.rebuilt;
  if (rebuilt === undefined || closed) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="info" />
      <span>
        <b>Repaired.</b> The messages in this browser were damaged. {String(rebuilt.messagesKept)} were kept
        {rebuilt.messagesMissing > 0n && `, at most ${rebuilt.messagesMissing} are missing`}.
        {rebuilt.keysLost > 0n && ` Compare safety numbers again: the keys of ${rebuilt.keysLost} people were lost.`}
      </span>
      <button type="button" className="icon-button" aria-label="Close" title="Close" onClick={() => setClosed(true)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
