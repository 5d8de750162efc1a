// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of one's account.
import { useEffect, useState } from "react";

import type { Device } from "../view-models/core";
import type { DevicesViewModel } from "../view-models/devices";
import { say } from "../view-models/say";
import { listTimeText, millis } from "../view-models/time_text";
import { Confirm } from "./dialog";
import { Icon, type IconName } from "./icons";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import groups from "./parts/group.module.css";
import styles from "./settings_devices.module.css";

/** By the name that the device gave itself. */
const iconOf = (name: string): IconName => {
  if (/Terminal/i.test(name)) return "terminal";
  return /Android|iPhone|iPad/i.test(name) ? "mobile" : "laptop";
};

interface DevicesPageProps {
  model: DevicesViewModel;
  /** This is the account's first device: it alone links others, and removes them. */
  isFirst: boolean;
  onLink: () => void;
}

export function DevicesPage({ model, isFirst, onLink }: DevicesPageProps) {
  const { devices, busy } = useViewModel(model);
  const [removing, setRemoving] = useState<Device>();
  useEffect(() => {
    void model.load();
    return model.forgetNotice;
  }, [model]);
  if (devices === undefined) return null;
  return (
    <>
      <ul className={`${groups.group} ${styles.devices}`} aria-label={say("devices.yours")}>
        {devices.map((device) => (
          <Row
            key={device.id}
            device={device}
            busy={busy}
            onRemove={isFirst && !device.thisDevice ? () => setRemoving(device) : undefined}
          />
        ))}
      </ul>
      <p className={styles.note}>{say(isFirst ? "devices.note" : "devices.atTheFirst")}</p>
      {isFirst && (
        <div className={styles.actions}>
          <button
            id="link-a-device"
            type="button"
            className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
            onClick={onLink}
          >
            <Icon name="qr" />
            {say("devices.link")}
          </button>
        </div>
      )}
      {removing !== undefined && (
        <Confirm
          title={say("devices.removeQuestion", { name: removing.name })}
          confirm={say("devices.remove")}
          danger
          onCancel={() => setRemoving(undefined)}
          onConfirm={() => {
            setRemoving(undefined);
            void model.remove(removing);
          }}
        >
          {say("devices.removeConsequence")}
        </Confirm>
      )}
    </>
  );
}

interface RowProps {
  device: Device;
  busy: boolean;
  /** Undefined: it can't be removed from here. */
  onRemove: (() => void) | undefined;
}

function Row({ device: { name, thisDevice, first, addedUs }, busy, onRemove }: RowProps) {
  const now = useNow();
  const added = addedUs === 0n ? "" : say("devices.added", { when: listTimeText(millis(addedUs), now) });
  const hint = thisDevice ? say("devices.thisDevice") : first ? say("devices.first") : added;
  return (
    <li className={styles.device}>
      <Icon name={iconOf(name)} />
      <span className={styles.words}>
        <span dir="auto">{name}</span>
        {hint !== "" && <small>{hint}</small>}
      </span>
      {thisDevice && <span className={styles.here}>{say("devices.here")}</span>}
      {onRemove !== undefined && (
        <button
          type="button"
          className={`${buttons.button} ${buttons.small}`}
          aria-label={say("devices.removeOne", { name })}
          disabled={busy}
          onClick={onRemove}
        >
          {say("devices.remove")}
        </button>
      )}
    </li>
  );
}
