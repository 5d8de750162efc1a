// SPDX-License-Identifier: AGPL-3.0-or-later

// Linking one more device: its code is read by the camera or pasted, then both numbers are compared.
import { useEffect, useRef, useState, type FormEvent } from "react";

import { HistoryScope } from "../view-models/core";
import type { DevicesViewModel, NewDevice } from "../view-models/devices";
import { codeGroups } from "../view-models/link_this";
import { say, type TextId } from "../view-models/say";
import { Camera } from "./camera";
import { isFocusLost } from "./focus_return";
import { LinkSteps } from "./link_steps";
import { atTheFirst } from "./settings_devices";
import { Spinner } from "./spinner";
import { hintOf, Option } from "./switch";
import { useViewModel } from "./use_view_model";
import { onDemand } from "./on_demand";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";
import styles from "./linking.module.css";

interface LinkPageProps {
  model: DevicesViewModel;
  /** The account's first device: no other one links. */
  isFirst: boolean;
  onDone: () => void;
}

export default function LinkPage({ model, isFirst, onDone }: LinkPageProps) {
  const { devices, found } = useViewModel(model);
  useEffect(() => model.leaveLinking, [model]);
  useEffect(() => {
    if (!isFirst) void model.load();
  }, [model, isFirst]);
  if (!isFirst) {
    return (
      <section className={groups.group}>
        <p>{atTheFirst(devices)}</p>
        <LinkSteps last="linkStray.point" />
      </section>
    );
  }
  return found === undefined ? <ReadLink model={model} /> : <Compare model={model} found={found} onDone={onDone} />;
}

function ReadLink({ model }: { model: DevicesViewModel }) {
  const { busy, error, given, interrupted } = useViewModel(model);
  const [typed, setTyped] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.open(typed);
  };
  const beginning = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isFocusLost()) beginning.current?.focus(); // what had it said something of a link that is of no use
  }, [given, error]);
  if (given !== "") return <Given model={model} />;
  return (
    <>
      {interrupted && (
        <p className={`${groups.group} ${fields.notice}`} role="status">
          {say("linkDevice.interrupted")}
        </p>
      )}
      <section ref={beginning} className={groups.group} tabIndex={-1} aria-label={say("devices.link")}>
        <LinkSteps open="linkSteps.openNew" choose="linkSteps.chooseNew" last="linkDevice.point" />
        <Eye model={model} />
      </section>
      <form className={`${groups.group} ${forms.edit}`} noValidate onSubmit={submit}>
        <div className={fields.field}>
          <label htmlFor="link">{say("linkDevice.paste")}</label>
          <input
            id="link"
            className={fields.input}
            dir="ltr"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-invalid={error !== ""}
            aria-describedby="link-hint"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <span id="link-hint" className={fields.hint}>
            {say("linkDevice.pasteHint")}
          </span>
        </div>
        <div className={forms.buttons}>
          <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`} disabled={busy}>
            {say("common.continue")}
          </button>
        </div>
      </form>
    </>
  );
}

/** The page was opened with the link: nothing is looked for. */
function Given({ model }: { model: DevicesViewModel }) {
  const { busy, given } = useViewModel(model);
  return (
    <section className={groups.group}>
      <h3>{say("linkDevice.given")}</h3>
      <p className={groups.explain}>{say("linkDevice.givenHint")}</p>
      <p className={styles.given}>{given}</p>
      <div className={styles.answers}>
        <button type="button" className={buttons.button} disabled={busy} onClick={model.cancel}>
          {say("linkDevice.another")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.primary}`}
          disabled={busy}
          onClick={() => void model.open(given)}
        >
          {busy ? <Spinner label={say("linkDevice.opening")} /> : say("common.continue")}
        </button>
      </div>
    </section>
  );
}

/** Looks until something is read; what could not be used is not read again before somebody wants that. */
function Eye({ model }: { model: DevicesViewModel }) {
  const { busy, error } = useViewModel(model);
  if (busy)
    return (
      <div className={styles.waiting}>
        <Spinner label={say("linkDevice.opening")} />
      </div>
    );
  if (error === "") return <Camera onFound={(text) => void model.open(text)} />;
  return (
    <button type="button" className={buttons.button} onClick={model.cancel}>
      {say("linkDevice.lookAgain")}
    </button>
  );
}

const Select = onDemand(() => import("./select").then(({ default: select }) => select));
const SCOPES: readonly { value: string; label: TextId }[] = [
  { value: String(HistoryScope.kHistoryAll), label: "linkDevice.historyAll" },
  { value: String(HistoryScope.kHistoryYear), label: "linkDevice.historyYear" },
  { value: String(HistoryScope.kHistoryNone), label: "linkDevice.historyNone" },
];

/** Which messages from before the new device gets. */
function HistoryOption({ model }: { model: DevicesViewModel }) {
  const { history } = useViewModel(model);
  return (
    <Option id="history-label" label={say("linkDevice.history")} hint={say("linkDevice.historyHint")}>
      <Select
        labelledBy="history-label"
        describedBy={hintOf("history-label")}
        value={String(history)}
        options={SCOPES.map(({ value, label }) => ({ value, label: say(label) }))}
        onChange={(scope) => model.setHistory(Number(scope))}
      />
    </Option>
  );
}

interface CompareProps {
  model: DevicesViewModel;
  found: NewDevice;
  onDone: () => void;
}

function Compare({ model, found: { name, code }, onDone }: CompareProps) {
  const { confirming } = useViewModel(model);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={groups.group} aria-labelledby="compare">
      <h3 id="compare" ref={heading} tabIndex={-1}>
        {say("linkDevice.question", { name })}
      </h3>
      <p className={styles.number}>{codeGroups(code)}</p>
      <p className={groups.explain}>{say("linkDevice.consequence")}</p>
      <HistoryOption model={model} />
      <div className={styles.answers}>
        <button type="button" className={buttons.button} disabled={confirming} onClick={model.cancel}>
          {say("linkDevice.no")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.primary}`}
          disabled={confirming}
          onClick={() => void model.confirm().then((done) => done && onDone())}
        >
          {confirming ? <Spinner label={say("linkDevice.linking")} /> : say("linkDevice.yes")}
        </button>
      </div>
    </section>
  );
}
