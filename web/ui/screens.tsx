// SPDX-License-Identifier: AGPL-3.0-or-later

// Screens without conversations: while the app opens, and when there is none to be had.
import type { ReactNode } from "react";

import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Logo } from "./icons";
import styles from "./screens.module.css";

export function StartingScreen() {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.starting} role="status">
        <Logo />
        <span>{say("screens.openingKith")}</span>
      </div>
    </main>
  );
}

export function FailureScreen({
  title,
  children,
  onRetry,
}: {
  title: string;
  children: ReactNode;
  onRetry?: () => void;
}) {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.card} role="alert">
        <Logo />
        <h1>{title}</h1>
        <p className={styles.lead}>{children}</p>
        {onRetry !== undefined && (
          <button type="button" className="button primary wide" onClick={onRetry}>
            {say("screens.tryAgain")}
          </button>
        )}
      </div>
    </main>
  );
}

interface EndedScreenProps {
  phone: string;
  /** The server gives out another identity for the number. */
  conflict: boolean;
  onRegister: () => void;
  onRetry: () => void;
  onNewProfile: () => void;
}

/** The server doesn't know this device any more: usually the number was registered on another one. */
export function EndedScreen({ phone, conflict, onRegister, onRetry, onNewProfile }: EndedScreenProps) {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.card}>
        <Logo />
        <h1>{conflict ? say("screens.conflict") : say("screens.ended")}</h1>
        <p className={styles.lead}>
          {conflict
            ? say("screens.conflictHint", { phone: formatPhone(phone) })
            : say("screens.endedHint", { phone: formatPhone(phone) })}
        </p>
        <div className={styles.actions}>
          <button type="button" className="button primary wide" onClick={onRegister}>
            {say("screens.register")}
          </button>
          <button type="button" className="button wide" onClick={onRetry}>
            {say("screens.askTheServerAgain")}
          </button>
          <button type="button" className="button wide" onClick={onNewProfile}>
            {say("screens.startEmpty")}
          </button>
        </div>
        <p className={styles.foot}>{say("screens.messagesStay")}</p>
      </div>
    </main>
  );
}
