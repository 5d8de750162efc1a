// SPDX-License-Identifier: AGPL-3.0-or-later

import type { NotificationsViewModel } from "../view-models/notifications";
import { Switch } from "./settings_privacy";
import { useViewModel } from "./use_view_model";

/** How one is told of messages while looking elsewhere. */
export function NotificationsPage({ model }: { model: NotificationsViewModel }) {
  const { permission, shown, sound, preview } = useViewModel(model);
  return (
    <section className="group">
      <h3>Notifications</h3>
      {permission === "denied" && (
        <p className="explain">
          This browser doesn't let Kith show notifications. Allow them in the settings of this site.
        </p>
      )}
      {permission === "unsupported" && <p className="explain">This browser has no notifications.</p>}
      <Switch
        id="notifications-shown"
        label="Show notifications"
        hint="When a message comes while you look elsewhere."
        on={shown && permission === "granted"}
        onChange={model.setShown}
      />
      <Switch
        id="notifications-preview"
        label="With name and text"
        hint="Else they say only that there is a message."
        on={preview}
        onChange={model.setPreview}
      />
      <Switch
        id="notifications-sound"
        label="Sound"
        hint="A soft one, once for all that come together."
        on={sound}
        onChange={model.setSound}
      />
    </section>
  );
}
