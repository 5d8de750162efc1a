// SPDX-License-Identifier: AGPL-3.0-or-later

import { say, type TextId } from "../view-models/say";
import { Words } from "./words";
import styles from "./linking.module.css";

/** The way to where a device of the account reads the code of another; `last` says before what its camera is held. */
export function LinkSteps({ last }: { last: TextId }) {
  return (
    <ol className={styles.steps}>
      <li>
        <span>{say("linkThis.open")}</span>
      </li>
      <li>
        <span>
          <Words id="linkThis.choose" />
        </span>
      </li>
      <li>
        <span>{say(last)}</span>
      </li>
    </ol>
  );
}
