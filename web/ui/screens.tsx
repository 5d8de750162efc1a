// SPDX-License-Identifier: AGPL-3.0-or-later

// Screens without conversations: while the app opens, and when there is none to be had.
import type { ReactNode } from "react";

import { say } from "../view-models/say";
import { Logo } from "./icons";
import styles from "./screens.module.css";
import buttons from "./parts/button.module.css";

export function StartingScreen() {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.starting} role="status">
        <Logo className={styles.logo} />
        <span>{say("screens.openingKith")}</span>
      </div>
    </main>
  );
}

export function FailureScreen({
  title,
  children,
  retry = say("screens.tryAgain"),
  onRetry,
}: {
  title: string;
  children: ReactNode;
  /** What the button says. */
  retry?: string;
  onRetry?: () => void;
}) {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.card} role="alert">
        <Logo className={styles.logo} />
        <h1>{title}</h1>
        <p className={styles.lead}>{children}</p>
        {onRetry !== undefined && (
          <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} onClick={onRetry}>
            {retry}
          </button>
        )}
      </div>
    </main>
  );
}
