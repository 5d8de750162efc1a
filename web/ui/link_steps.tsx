// SPDX-License-Identifier: AGPL-3.0-or-later

import { say, type TextId } from "../view-models/say";
import { Words } from "./words";
import styles from "./linking.module.css";

interface LinkStepsProps {
  /** Which device to take. */
  open?: TextId;
  /** The way through its app. */
  choose?: TextId;
  /** Before what a camera is held. */
  last: TextId;
}

/** What to do on the other device: unless it is said otherwise, on the one of the account, which reads the code. */
export function LinkSteps({ open = "linkSteps.open", choose = "linkSteps.choose", last }: LinkStepsProps) {
  return (
    <ol className={styles.steps}>
      <li>
        <span>{say(open)}</span>
      </li>
      <li>
        <span>
          <Words id={choose} />
        </span>
      </li>
      <li>
        <span>{say(last)}</span>
      </li>
    </ol>
  );
}
