// SPDX-License-Identifier: AGPL-3.0-or-later

// The registration PIN: typed twice, since nobody can tell it to one who mistyped it.
import { useEffect, useState, type FormEvent } from "react";

import { say } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { useOpener } from "./focus_return";
import { Icon } from "./part_icons";
import { isEscape } from "./keys";
import styles from "./settings.module.css";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";

export function SecurityPage({ model }: { model: SettingsViewModel }) {
  const { settings, busy } = useViewModel(model);
  const [typing, setTyping] = useState(false);
  const opener = useOpener(typing);
  if (settings === undefined) return null;
  const { hasPin } = settings;
  return (
    <section className={groups.group}>
      <h3>{say("common.registrationPin")}</h3>
      <p className={groups.explain}>{hasPin ? say("settingsSecurity.hasPin") : say("settingsSecurity.noPin")}</p>
      <p className={groups.explain}>{say("settingsSecurity.forgotten")}</p>
      {typing ? (
        <PinForm model={model} onDone={() => setTyping(false)} />
      ) : (
        <div className={forms.edit}>
          <div className={forms.buttons}>
            <button
              ref={opener}
              type="button"
              className={`${buttons.button} ${buttons.small}`}
              onClick={() => setTyping(true)}
            >
              {hasPin ? say("settingsSecurity.changeThePin") : say("settingsSecurity.setAPin")}
            </button>
            {hasPin && (
              <button
                type="button"
                className={`${buttons.button} ${buttons.small} ${buttons.danger}`}
                disabled={busy}
                onClick={() => void model.removePin()}
              >
                {say("settingsSecurity.removeIt")}
              </button>
            )}
          </div>
        </div>
      )}
    </section>
  );
}

function PinForm({ model, onDone }: { model: SettingsViewModel; onDone: () => void }) {
  const { busy, pinError } = useViewModel(model);
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [shown, setShown] = useState(false);
  useEffect(() => model.forgetPinError, [model]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.setPin(pin, again).then((done) => done && onDone());
  };
  return (
    <form
      className={forms.edit}
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (!isEscape(event)) return;
        event.stopPropagation();
        onDone();
      }}
    >
      <SecretField
        id="new-pin"
        label={say("settingsSecurity.newPin")}
        first
        value={pin}
        shown={shown}
        onChange={setPin}
        onShow={setShown}
      />
      <SecretField
        id="new-pin-again"
        label={say("settingsSecurity.theSameAgain")}
        value={again}
        shown={shown}
        onChange={setAgain}
      />
      {pinError !== "" && (
        <p className={fields.error} id="pin-error" role="alert">
          {pinError}
        </p>
      )}
      <div className={forms.buttons}>
        <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`} disabled={busy}>
          {say("common.save")}
        </button>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onDone}>
          {say("common.cancel")}
        </button>
      </div>
    </form>
  );
}

interface SecretFieldProps {
  id: string;
  label: string;
  first?: boolean;
  value: string;
  shown: boolean;
  onChange: (value: string) => void;
  /** With the button that shows and hides. */
  onShow?: (shown: boolean) => void;
}

function SecretField({ id, label, first = false, value, shown, onChange, onShow }: SecretFieldProps) {
  return (
    <div className={fields.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.secret}>
        <input
          id={id}
          className={fields.input}
          type={shown ? "text" : "password"}
          autoComplete="new-password"
          autoFocus={first}
          aria-describedby="pin-error"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        {onShow !== undefined && (
          <button
            type="button"
            className={buttons.iconButton}
            aria-label={shown ? say("settingsSecurity.hideThePin") : say("settingsSecurity.showThePin")}
            aria-pressed={shown}
            onClick={() => onShow(!shown)}
          >
            <Icon name={shown ? "eyeOff" : "eye"} />
          </button>
        )}
      </div>
    </div>
  );
}
