// SPDX-License-Identifier: AGPL-3.0-or-later

import { Connection, FailureCode, type State } from "../view-models/core";
import { say } from "../view-models/say";
import { Icon } from "./icons";
import { Words } from "./words";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";
import { Spinner } from "./spinner";

/** The server may be there: it is left while this device can't take what it gives. */
function WhyNone({ state: { storageFailure, unsentMessages } }: { state: State }) {
  switch (storageFailure) {
    case FailureCode.kUnspecified:
      return <Words id="connection.none" values={{ unsent: unsentMessages }} />;
    case FailureCode.kDiskFull:
      return <Words id="connection.diskFull" />;
    default:
      return <Words id="connection.storage" />;
  }
}

/** Says when there is no connection, and what that means. */
export function ConnectionBanner({ state, onTry }: { state: State | undefined; onTry: () => void }) {
  if (state === undefined) return null;
  switch (state.connection) {
    case Connection.kConnecting:
      return (
        <div className={`${styles.banner} ${styles.calm}`} role="status">
          <Spinner className={styles.spinner} />
          {say("connection.connecting")}
        </div>
      );
    case Connection.kCatchingUp:
      return (
        <div className={`${styles.banner} ${styles.calm}`} role="status">
          <Spinner className={styles.spinner} />
          {say("connection.catchingUp")}
        </div>
      );
    case Connection.kWaiting:
    case Connection.kOffline:
      return (
        <div className={styles.banner} role="status">
          <Icon name="cloudOff" />
          <span className={styles.words}>
            <WhyNone state={state} />
          </span>
          <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onTry}>
            {say("connection.tryNow")}
          </button>
        </div>
      );
    default:
      return null;
  }
}
