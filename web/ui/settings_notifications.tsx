// SPDX-License-Identifier: AGPL-3.0-or-later

import type { NotificationsViewModel } from "../view-models/notifications";
import { say } from "../view-models/say";
import { Switch } from "./switch";
import { useViewModel } from "./use_view_model";
import groups from "./parts/group.module.css";

/** How one is told of messages while looking elsewhere. */
export function NotificationsPage({ model }: { model: NotificationsViewModel }) {
  const { permission, shown, sound, preview } = useViewModel(model);
  return (
    <section className={groups.group}>
      <h3>{say("common.notifications")}</h3>
      {permission === "denied" && <p className={groups.explain}>{say("settingsNotifications.denied")}</p>}
      {permission === "unsupported" && <p className={groups.explain}>{say("settingsNotifications.unsupported")}</p>}
      <Switch
        id="notifications-shown"
        label={say("settingsNotifications.shown")}
        hint={say("settingsNotifications.shownHint")}
        on={shown && permission === "granted"}
        onChange={model.setShown}
      />
      <Switch
        id="notifications-preview"
        label={say("settingsNotifications.preview")}
        hint={say("settingsNotifications.previewHint")}
        on={preview}
        onChange={model.setPreview}
      />
      <Switch
        id="notifications-sound"
        label={say("settingsNotifications.sound")}
        hint={say("settingsNotifications.soundHint")}
        on={sound}
        onChange={model.setSound}
      />
    </section>
  );
}
