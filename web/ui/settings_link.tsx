// SPDX-License-Identifier: AGPL-3.0-or-later

// Linking one more device: its code is read by the camera or pasted, then both numbers are compared.
import { useEffect, useRef, useState, type FormEvent } from "react";

import type { DevicesViewModel, NewDevice } from "../view-models/devices";
import { codeGroups } from "../view-models/link_this";
import { say } from "../view-models/say";
import { Camera } from "./camera";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import { Words } from "./words";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";
import styles from "./linking.module.css";

interface LinkPageProps {
  model: DevicesViewModel;
  onDone: () => void;
}

export default function LinkPage({ model, onDone }: LinkPageProps) {
  const { found } = useViewModel(model);
  useEffect(() => model.cancel, [model]);
  return found === undefined ? <ReadLink model={model} /> : <Compare model={model} found={found} onDone={onDone} />;
}

function ReadLink({ model }: { model: DevicesViewModel }) {
  const [typed, setTyped] = useState("");
  const { busy } = useViewModel(model);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.open(typed);
  };
  return (
    <>
      <section className={groups.group}>
        <ol className={styles.steps}>
          <li>
            <span>{say("linkDevice.open")}</span>
          </li>
          <li>
            <span>
              <Words id="linkDevice.choose" />
            </span>
          </li>
          <li>
            <span>{say("linkDevice.point")}</span>
          </li>
        </ol>
        <Eye model={model} />
      </section>
      <form className={`${groups.group} ${forms.edit}`} noValidate onSubmit={submit}>
        <div className={fields.field}>
          <label htmlFor="link">{say("linkDevice.paste")}</label>
          <input
            id="link"
            className={fields.input}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <span className={fields.hint}>{say("linkDevice.pasteHint")}</span>
        </div>
        <div className={forms.buttons}>
          <button type="submit" className={`${buttons.button} ${buttons.primary}`} disabled={busy}>
            {say("registration.continue")}
          </button>
        </div>
      </form>
    </>
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

interface CompareProps extends LinkPageProps {
  found: NewDevice;
}

function Compare({ model, found: { name, code }, onDone }: CompareProps) {
  const { busy } = useViewModel(model);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={groups.group} aria-labelledby="compare">
      <h3 id="compare" ref={heading} tabIndex={-1}>
        {say("linkDevice.question", { name })}
      </h3>
      <p className={styles.number}>{codeGroups(code)}</p>
      <p className={groups.explain}>{say("linkDevice.consequence")}</p>
      <div className={styles.answers}>
        <button type="button" className={buttons.button} disabled={busy} onClick={model.cancel}>
          {say("linkDevice.no")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.primary}`}
          disabled={busy}
          onClick={() => void model.confirm().then((done) => done && onDone())}
        >
          {busy ? <Spinner label={say("linkDevice.linking")} /> : say("linkDevice.yes")}
        </button>
      </div>
    </section>
  );
}
