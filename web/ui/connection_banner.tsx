// SPDX-License-Identifier: AGPL-3.0-or-later

import { Connection, type State } from "../view-models/core";
import { Icon } from "./icons";
import styles from "./banner.module.css";

function waitingText(unsent: number): string {
  if (unsent === 0) return "You can read and write; messages are sent when it is back.";
  return unsent === 1 ? "1 message is sent when it is back." : `${unsent} messages are sent when it is back.`;
}

/** Says when there is no connection, and what that means. */
export function ConnectionBanner({ state }: { state: State | undefined }) {
  if (state === undefined) return null;
  switch (state.connection) {
    case Connection.kConnecting:
      return (
        <div className={`${styles.banner} ${styles.calm}`} role="status">
          <span className="spinner" />
          Connecting …
        </div>
      );
    case Connection.kCatchingUp:
      return (
        <div className={`${styles.banner} ${styles.calm}`} role="status">
          <span className="spinner" />
          Getting your messages …
        </div>
      );
    case Connection.kWaiting:
    case Connection.kOffline:
      return (
        <div className={styles.banner} role="status">
          <Icon name="cloudOff" />
          <span>
            <b>No connection.</b> {waitingText(state.unsentMessages)}
          </span>
        </div>
      );
    default:
      return null;
  }
}
