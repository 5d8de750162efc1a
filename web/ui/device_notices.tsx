// SPDX-License-Identifier: AGPL-3.0-or-later

// What happened to the devices of one's account that a person should know: above the conversations until the list of
// devices was looked at, and there.
import { IDLE_DEVICE_DAYS, DeviceNoticeKind, type DeviceNotice, type State } from "../view-models/core";
import { dayParts, millis } from "../view-models/time_text";
import { say, type TextId } from "../view-models/say";
import { Icon } from "./part_icons";
import { useNow } from "./use_now";
import { Words } from "./words";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";

const TEXTS: Partial<Record<DeviceNoticeKind, TextId>> = {
  [DeviceNoticeKind.kAdded]: "deviceNotice.added",
  [DeviceNoticeKind.kIdle]: "deviceNotice.idle",
  [DeviceNoticeKind.kEnded]: "deviceNotice.ended",
};

/** A line for each; what a later version tells is left out. */
export function DeviceNotices({ notices }: { notices: readonly DeviceNotice[] }) {
  const now = useNow();
  return notices.map(({ kind, deviceId, name, timeUs }) => {
    const text = TEXTS[kind];
    if (text === undefined) return null;
    const values = { name, days: IDLE_DEVICE_DAYS, ...dayParts(millis(timeUs), now) };
    return (
      <p key={`${kind}-${deviceId}-${timeUs}`}>
        <Words id={text} values={values} />
      </p>
    );
  });
}

/** Of several notices the newest. */
export function DeviceNoticeBanner({ state, onLook }: { state: State | undefined; onLook: () => void }) {
  const newest = state?.deviceNotices.at(-1);
  if (newest === undefined) return null;
  return (
    <div className={`${styles.banner} ${styles.question}`} role="status">
      <Icon name="info" />
      <span className={styles.words}>
        <DeviceNotices notices={[newest]} />
      </span>
      <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onLook}>
        {say("deviceNotice.look")}
      </button>
    </div>
  );
}
