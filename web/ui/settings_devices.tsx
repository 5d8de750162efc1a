// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of one's account.
import { useEffect, useId, useRef, useState, type FormEvent } from "react";

import type { Device, State } from "../view-models/core";
import type { DevicesViewModel } from "../view-models/devices";
import { say } from "../view-models/say";
import { dayParts, millis } from "../view-models/time_text";
import { DeviceNotices } from "./device_notices";
import { Confirm } from "./dialog";
import { isFocusLost, useOpener } from "./focus_return";
import { Icon, type IconName } from "./part_icons";
import { isEscape } from "./keys";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import { MissingPopup, onDemand } from "./on_demand";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";
import hidden from "./parts/hidden.module.css";
import words from "./parts/words.module.css";
import styles from "./settings_devices.module.css";

const PopupMenu = onDemand(() => import("./popup_menu").then(({ PopupMenu: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** Of who was there when the server was asked: it says the hour only of those that were not. */
const THERE_MS = 60_000;

/** By what the device said that it is; one of before had only a name. */
const iconOf = ({ platform, name }: Device): IconName => {
  const kind = platform === "" ? name : platform;
  if (/Terminal/i.test(kind)) return "terminal";
  return /Android|iPhone|iPad/i.test(kind) ? "mobile" : "laptop";
};

interface DevicesPageProps {
  model: DevicesViewModel;
  state: State | undefined;
  onLink: () => void;
}

/** The account's first device alone links others, renames and removes them. */
export function DevicesPage({ model, state, onLink }: DevicesPageProps) {
  const { devices, askedUs, told, busy } = useViewModel(model);
  const [asked, setAsked] = useState<Device | "others">();
  const isFirst = state?.firstDevice === true;
  const notices = state?.deviceNotices;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    void model.load();
    return () => {
      model.forgetSaid();
      model.forgetTold();
    };
  }, [model]);
  /** Those that were in the list, with what had the focus, may be gone. */
  const afterwards = () => requestAnimationFrame(() => isFocusLost() && list.current?.focus());
  useEffect(() => {
    if (notices !== undefined && notices.length > 0) void model.see(notices);
  }, [model, notices]);
  if (devices === undefined) return null;
  return (
    <>
      {told.length > 0 && (
        <section className={groups.group} role="status">
          <DeviceNotices notices={told} />
        </section>
      )}
      <ul ref={list} className={`${groups.group} ${groups.ofRows}`} tabIndex={-1} aria-label={say("devices.yours")}>
        {devices.map((device) => (
          <Row key={device.id} model={model} device={device} askedUs={askedUs} isFirst={isFirst} onRemove={setAsked} />
        ))}
      </ul>
      <p className={groups.note}>{isFirst ? say("devices.note") : atTheFirst(devices)}</p>
      {isFirst && (
        <div className={groups.actions}>
          <button
            id="topic-link"
            type="button"
            className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
            onClick={onLink}
          >
            <Icon name="qr" />
            {say("devices.link")}
          </button>
          {devices.length > 1 && (
            <button
              type="button"
              className={`${buttons.button} ${buttons.danger} ${buttons.wide}`}
              disabled={busy}
              onClick={() => setAsked("others")}
            >
              {say("devices.removeOthers")}
            </button>
          )}
        </div>
      )}
      {asked !== undefined && (
        <Question
          asked={asked}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            void (asked === "others" ? model.removeOthers() : model.remove(asked)).then(afterwards);
          }}
        />
      )}
    </>
  );
}

export const atTheFirst = (devices: readonly Device[] | undefined): string => {
  const first = devices?.find((each) => each.first)?.name ?? "";
  return first === "" ? say("devices.atTheFirst") : say("devices.atTheFirstNamed", { name: first });
};

interface QuestionProps {
  asked: Device | "others";
  onCancel: () => void;
  onConfirm: () => void;
}

function Question({ asked, onCancel, onConfirm }: QuestionProps) {
  const others = asked === "others";
  return (
    <Confirm
      title={others ? say("devices.removeOthersQuestion") : say("devices.removeQuestion", { name: asked.name })}
      confirm={say(others ? "devices.removeAll" : "devices.remove")}
      danger
      onCancel={onCancel}
      onConfirm={onConfirm}
    >
      {say(others ? "devices.removeOthersConsequence" : "devices.removeConsequence")}
    </Confirm>
  );
}

interface RowProps {
  model: DevicesViewModel;
  device: Device;
  askedUs: bigint;
  isFirst: boolean;
  onRemove: (device: Device) => void;
}

function Row({ model, device, askedUs, isFirst, onRemove }: RowProps) {
  const { busy } = useViewModel(model);
  const [menuAt, setMenuAt] = useState<HTMLElement>();
  const [renaming, setRenaming] = useState(false);
  const opener = useOpener(renaming);
  const facts = useFacts(device, askedUs);
  const { name, thisDevice, history } = device;
  if (renaming) return <Rename model={model} device={device} onEnd={() => setRenaming(false)} />;
  return (
    <li className={styles.device}>
      <Icon name={iconOf(device)} />
      <span className={words.words}>
        <span dir="auto">{name}</span>
        {facts.map((fact) => (
          <small key={fact}>{fact}</small>
        ))}
        {history !== undefined && !history.complete && (
          <small>{say("devices.history", { done: Number(history.done), total: Number(history.total) })}</small>
        )}
      </span>
      {thisDevice && <span className={styles.here}>{say("devices.here")}</span>}
      {isFirst && (
        <button
          ref={opener}
          type="button"
          className={buttons.iconButton}
          aria-label={say("devices.more", { name })}
          aria-haspopup="menu"
          disabled={busy}
          onClick={(event) => setMenuAt(event.currentTarget)}
        >
          <Icon name="more" />
        </button>
      )}
      {menuAt !== undefined && (
        <PopupMenu
          label={say("devices.more", { name })}
          at={menuAt}
          onClose={() => setMenuAt(undefined)}
          items={[
            { icon: "edit" as const, label: say("devices.rename"), act: () => setRenaming(true) },
            ...(thisDevice
              ? []
              : [{ icon: "block" as const, label: say("devices.remove"), act: () => onRemove(device) }]),
          ]}
        />
      )}
    </li>
  );
}

/** What there is to know of a device, a line each. */
function useFacts({ name, platform, thisDevice, first, addedUs, lastActiveUs }: Device, askedUs: bigint): string[] {
  const now = useNow();
  const facts = [];
  if (first) facts.push(say("devices.first"));
  if (platform !== "" && platform !== name) facts.push(platform);
  const kind = facts.length === 0 ? [] : [facts.join(" · ")];
  if (!thisDevice && lastActiveUs !== 0n) {
    const at = millis(lastActiveUs);
    const there = millis(askedUs) - at < THERE_MS && now - at < 5 * THERE_MS;
    kind.push(there ? say("devices.there") : say("devices.lastThere", dayParts(at, now)));
  }
  if (addedUs !== 0n) kind.push(say("devices.added", dayParts(millis(addedUs), now)));
  return kind;
}

function Rename({ model, device, onEnd }: { model: DevicesViewModel; device: Device; onEnd: () => void }) {
  const [name, setName] = useState(device.name);
  const { busy } = useViewModel(model);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.rename(device, name).then((done) => done && onEnd());
  };
  return (
    <li className={styles.device}>
      <form
        className={`${forms.edit} ${styles.rename}`}
        onSubmit={submit}
        onKeyDown={(event) => {
          if (!isEscape(event)) return;
          event.stopPropagation();
          onEnd();
        }}
      >
        <label className={hidden.hidden} htmlFor={id}>
          {say("devices.nameOf", { name: device.name })}
        </label>
        <input
          id={id}
          className={fields.input}
          value={name}
          dir="auto"
          autoFocus
          autoComplete="off"
          onFocus={(event) => event.target.select()}
          onChange={(event) => setName(event.target.value)}
        />
        <div className={forms.buttons}>
          <button
            type="submit"
            className={`${buttons.button} ${buttons.primary} ${buttons.small}`}
            disabled={busy || name.trim() === ""}
          >
            {say("common.save")}
          </button>
          <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onEnd}>
            {say("common.cancel")}
          </button>
        </div>
      </form>
    </li>
  );
}
