// SPDX-License-Identifier: AGPL-3.0-or-later

import styles from "./settings.module.css";
import { Icon, type IconName } from "./icons";

interface FirstStepsProps {
  onNewChat: () => void;
  onInvite: () => void;
}

/** In the place of conversations, as long as there is none. */
export function FirstSteps({ onNewChat, onInvite }: FirstStepsProps) {
  const steps: readonly { icon: IconName; title: string; hint: string; act: () => void }[] = [
    { icon: "file", title: "Bring your contacts", hint: "From a file; they stay on this device", act: onNewChat },
    { icon: "compose", title: "Write to a number", hint: "You need it with its country code", act: onNewChat },
    { icon: "personAdd", title: "Invite somebody", hint: "A few words to send by other means", act: onInvite },
  ];
  return (
    <section aria-label="First steps">
      <p className="list-empty">Nobody here yet. Three ways to change that:</p>
      <ul className="rows">
        {steps.map(({ icon, title, hint, act }) => (
          <li key={title}>
            <button type="button" className={styles.topic} data-row onClick={act}>
              <Icon name={icon} />
              <span className={styles.words}>
                {title}
                <small>{hint}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
