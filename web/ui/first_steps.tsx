// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import styles from "./topic.module.css";
import { Icon, type IconName } from "./icons";
import rows from "./parts/rows.module.css";
import words from "./parts/words.module.css";

interface FirstStepsProps {
  onNewChat: () => void;
  onInvite: () => void;
}

/** In the place of conversations, as long as there is none. */
export function FirstSteps({ onNewChat, onInvite }: FirstStepsProps) {
  const steps: readonly { icon: IconName; title: string; hint: string; act: () => void }[] = [
    { icon: "file", title: say("firstSteps.import"), hint: say("firstSteps.importHint"), act: onNewChat },
    { icon: "compose", title: say("firstSteps.write"), hint: say("firstSteps.writeHint"), act: onNewChat },
    { icon: "personAdd", title: say("firstSteps.invite"), hint: say("firstSteps.inviteHint"), act: onInvite },
  ];
  return (
    <section aria-label={say("firstSteps.firstSteps")}>
      <p className={rows.empty}>{say("firstSteps.none")}</p>
      <ul className={rows.rows}>
        {steps.map(({ icon, title, hint, act }) => (
          <li key={title}>
            <button type="button" className={styles.topic} data-row onClick={act}>
              <Icon name={icon} />
              <span className={words.words}>
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
