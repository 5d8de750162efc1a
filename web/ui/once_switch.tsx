// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import styles from "./once_switch.module.css";
import buttons from "./parts/button.module.css";

/** Whether what is sent can be viewed once. */
export function Once({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className={`${buttons.iconButton} ${on ? styles.on : ""}`}
      aria-label={say("once.switch")}
      title={say("once.switchHint")}
      onClick={() => onChange(!on)}
    >
      <Icon name="once" />
    </button>
  );
}
