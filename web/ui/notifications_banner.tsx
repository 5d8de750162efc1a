// SPDX-License-Identifier: AGPL-3.0-or-later

import type { NotificationsViewModel } from "../view-models/notifications";
import { say } from "../view-models/say";
import { useViewModel } from "./use_view_model";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";

/**
 * Asks, once there is somebody who may write, whether to tell of messages; the browser's own question comes only after
 * a yes.
 */
export function NotificationsBanner({ model }: { model: NotificationsViewModel }) {
  useViewModel(model);
  if (!model.mayAsk) return null;
  return (
    <div
      className={`${styles.banner} ${styles.calm} ${styles.question}`}
      role="region"
      aria-label={say("common.notifications")}
    >
      <span className={styles.words}>{say("notifications.question")}</span>
      <span className={styles.answers}>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={() => void model.turnOn()}>
          {say("notifications.turnOn")}
        </button>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={model.notNow}>
          {say("notifications.notNow")}
        </button>
      </span>
    </div>
  );
}
