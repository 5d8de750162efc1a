// SPDX-License-Identifier: AGPL-3.0-or-later

// Screens without conversations: while the app opens, and when there is none to be had.
import type { ReactNode } from "react";

import { formatPhone } from "../view-models/phone";
import { Logo } from "./icons";
import styles from "./screens.module.css";

export function StartingScreen() {
  return (
    <main className={`${styles.screen} ${styles.plain}`}>
      <div className={styles.starting} role="status">
        <Logo />
        <span>Opening Kith …</span>
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
            Try again
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
        <h1>{conflict ? "Somebody else has this number" : "Registered on another device"}</h1>
        <p className={styles.lead}>
          {conflict
            ? `The server gives out another identity for ${formatPhone(phone)}: the number was taken over, or the server is not telling the truth. This device has stopped talking to it.`
            : `The server says that ${formatPhone(phone)} is used on another device, so this one gets no messages any more. If that wasn't you, register the number here again and set a registration PIN.`}
        </p>
        <div className={styles.actions}>
          <button type="button" className="button primary wide" onClick={onRegister}>
            Register this number here again
          </button>
          <button type="button" className="button wide" onClick={onRetry}>
            Ask the server again
          </button>
          <button type="button" className="button wide" onClick={onNewProfile}>
            Start empty, with another number
          </button>
        </div>
        <p className={styles.foot}>The messages on this device stay, and are there again after registering.</p>
      </div>
    </main>
  );
}
