// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import type { IconName } from "./part_icons";
import rows from "./parts/rows.module.css";
import { Topic } from "./topic";

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
            <Topic elsewhere icon={icon} title={title} hint={hint} onClick={act} />
          </li>
        ))}
      </ul>
    </section>
  );
}
