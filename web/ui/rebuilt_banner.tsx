// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState } from "react";

import type { State } from "../view-models/core";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { Words } from "./words";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";

/** Says, until it is closed, that the database was damaged and what became of it. */
export function RebuiltBanner({ state }: { state: State | undefined }) {
  const [closed, setClosed] = useState(false);
  const rebuilt = state?.rebuilt;
  if (rebuilt === undefined || closed) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="info" />
      <span className={styles.words}>
        <Words
          id="rebuilt.repaired"
          values={{
            kept: Number(rebuilt.messagesKept),
            missing: Number(rebuilt.messagesMissing),
            keys: Number(rebuilt.keysLost),
          }}
        />
      </span>
      <button
        type="button"
        className={buttons.iconButton}
        aria-label={say("common.close")}
        title={say("common.close")}
        onClick={() => setClosed(true)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
