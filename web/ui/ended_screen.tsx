// SPDX-License-Identifier: AGPL-3.0-or-later

// What is seen on a device that the server does not take for one of its own.
import { Connection } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Logo } from "./icons";
import styles from "./screens.module.css";
import buttons from "./parts/button.module.css";
import { Spinner } from "./spinner";

interface EndedScreenProps {
  handle: string;
  /** Why the server doesn't take this device: one of the states that `AppViewModel` shows this screen for. */
  refusal: Connection;
  /** The server is being asked again. */
  asking: boolean;
  onRegister: () => void;
  onRetry: () => void;
  onNewProfile: () => void;
}

const heading = (connection: Connection): string => {
  switch (connection) {
    case Connection.kIdentityConflict:
      return say("screens.conflict");
    case Connection.kUnknownDevice:
      return say("screens.unknownDevice");
    case Connection.kOtherServer:
      return say("screens.otherServer");
    default:
      return say("screens.ended");
  }
};

const explanation = (connection: Connection, handle: string): string => {
  switch (connection) {
    case Connection.kIdentityConflict:
      return say("screens.conflictHint", { handle });
    case Connection.kUnknownDevice:
      return say("screens.unknownDeviceHint", { handle });
    case Connection.kOtherServer:
      return say("screens.otherServerHint", { handle });
    default:
      return say("screens.endedHint", { handle });
  }
};

/** The server doesn't take this device for one of its own: usually the number was registered on another one. */
export function EndedScreen({ handle, refusal, asking, onRegister, onRetry, onNewProfile }: EndedScreenProps) {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.card}>
        <Logo className={styles.logo} />
        <h1>{heading(refusal)}</h1>
        <p className={styles.lead}>
          {explanation(refusal, handle === "" ? say("screens.thisAccount") : formatPhone(handle))}
        </p>
        <div className={styles.actions}>
          <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} onClick={onRegister}>
            {say("screens.register")}
          </button>
          <button type="button" className={`${buttons.button} ${buttons.wide}`} onClick={onRetry}>
            {asking && <Spinner />}
            <span aria-live="polite">{say(asking ? "screens.asking" : "screens.askTheServerAgain")}</span>
          </button>
          <button type="button" className={`${buttons.button} ${buttons.wide}`} onClick={onNewProfile}>
            {say("screens.startEmpty")}
          </button>
        </div>
        <p className={styles.foot}>{say("screens.messagesStay")}</p>
      </div>
    </main>
  );
}
