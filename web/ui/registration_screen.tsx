// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState, type ComponentType, type FormEvent } from "react";

import { HANDLE_BYTES_MAX } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import type { RegistrationSnapshot, RegistrationStep, RegistrationViewModel } from "../view-models/registration";
import { say } from "../view-models/say";
import { waitText } from "../view-models/time_text";
import { Icon } from "./part_icons";
import { useViewModel } from "./use_view_model";
import { WelcomeArt } from "./welcome_art";
import styles from "./screens.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import { Spinner } from "./spinner";

const STEPS: readonly RegistrationStep[] = ["handle", "code", "name"];
/** The PIN, which few have, belongs to the code. */
const placeOf = (step: RegistrationStep): number => STEPS.indexOf(step === "pin" ? "code" : step);

export function RegistrationScreen({
  model,
  server,
  profile,
}: {
  model: RegistrationViewModel;
  server: string;
  profile: string;
}) {
  const snapshot = useViewModel(model);
  const { step, busy, error } = snapshot;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.next();
  };
  return (
    <main className={styles.screen}>
      <WelcomeArt />
      <div className={styles.card}>
        <div className={styles.steps}>
          {STEPS.map((each, at) => (
            <span key={each} className={at <= placeOf(step) ? styles.done : ""} />
          ))}
          {say("registration.stepOf", { step: placeOf(step) + 1, count: STEPS.length })}
        </div>
        <form onSubmit={submit} noValidate key={step} aria-busy={busy}>
          <Step model={model} snapshot={snapshot} server={server} />
          {error !== "" && (
            <p className={fields.error} id="registration-error" role="alert">
              {error}
            </p>
          )}
          <div className={styles.actions}>
            <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} disabled={busy}>
              {busy ? (
                <Spinner label={say("registration.pleaseWait")} />
              ) : step === "name" ? (
                say("registration.done")
              ) : (
                say("common.continue")
              )}
            </button>
            {(step === "code" || step === "pin" || (step === "handle" && model.canLeave)) && (
              <button type="button" className={buttons.linkButton} onClick={model.back} disabled={busy}>
                {say("common.back")}
              </button>
            )}
          </div>
        </form>
        <p className={styles.foot}>
          {say("registration.server", { server })}
          {profile !== "" && ` · ${say("registration.profile", { profile })}`}
        </p>
      </div>
    </main>
  );
}

interface StepProps {
  model: RegistrationViewModel;
  snapshot: RegistrationSnapshot;
  server: string;
}

const SCREENS: Record<RegistrationStep, ComponentType<StepProps>> = {
  handle: HandleStep,
  code: CodeStep,
  name: NameStep,
  pin: PinStep,
};

function Step(props: StepProps) {
  const Screen = SCREENS[props.snapshot.step];
  return <Screen {...props} />;
}

/** For the field of a step: its error is the form's. */
const invalid = (snapshot: RegistrationSnapshot) => ({
  "aria-invalid": snapshot.error !== "",
  "aria-describedby": "registration-error",
});

/** The field of each kind, and the way from it to the other. */
const HANDLE_FIELDS = {
  phone: {
    label: () => say("common.phoneNumber"),
    hint: () => say("registration.phoneHint"),
    input: {
      className: `${fields.input} ${fields.phone}`,
      type: "tel",
      inputMode: "tel",
      autoComplete: "tel",
      placeholder: "+49 170 0000001",
    },
    other: "email",
    useOther: () => say("registration.useEmail"),
  },
  email: {
    label: () => say("registration.email"),
    hint: () => say("registration.emailHint"),
    input: {
      className: fields.input,
      type: "email",
      inputMode: "email",
      autoComplete: "email",
      placeholder: "ana@example.org",
    },
    other: "phone",
    useOther: () => say("registration.usePhone"),
  },
} as const;

function HandleStep({ model, snapshot }: StepProps) {
  const field = HANDLE_FIELDS[snapshot.kind];
  return (
    <>
      <div>
        <h1>{say("registration.welcome")}</h1>
        <p className={styles.lead}>{say("registration.welcomeHint")}</p>
      </div>
      {model.removed && (
        <p className={styles.development} role="status">
          <Icon name="info" />
          <span>{say("registration.removed")}</span>
        </p>
      )}
      <div className={fields.field} key={snapshot.kind}>
        <label htmlFor={snapshot.kind}>{field.label()}</label>
        <input
          {...invalid(snapshot)}
          {...field.input}
          id={snapshot.kind}
          autoFocus
          maxLength={HANDLE_BYTES_MAX}
          value={snapshot.handle}
          onChange={(event) => model.setHandle(event.target.value)}
        />
        <span className={fields.hint}>{field.hint()}</span>
      </div>
      <div className={styles.row}>
        <button
          type="button"
          className={buttons.linkButton}
          disabled={snapshot.busy}
          onClick={() => model.setKind(field.other)}
        >
          {field.useOther()}
        </button>
        <button type="button" className={buttons.linkButton} disabled={snapshot.busy} onClick={model.haveCode}>
          {say("registration.haveCode")}
        </button>
        <button type="button" className={buttons.linkButton} disabled={snapshot.busy} onClick={model.link}>
          {say("registration.linkThis")}
        </button>
      </div>
    </>
  );
}

function CodeStep({ model, snapshot, server }: StepProps) {
  return (
    <>
      <div>
        <h1>{say("registration.typeTheCode")}</h1>
        <p className={styles.lead}>
          {snapshot.codeGiven
            ? say("registration.codeGiven", { handle: formatPhone(snapshot.handle) })
            : say("registration.codeWithOperator", { server: hostOf(server), handle: formatPhone(snapshot.handle) })}
        </p>
      </div>
      {snapshot.codeGiven && (
        <p className={styles.development} role="status">
          <Icon name="code" />
          <span>{say("registration.development")}</span>
        </p>
      )}
      <div className={fields.field}>
        <label htmlFor="code">{say("registration.codeDigits", { digits: snapshot.digits })}</label>
        <input
          {...invalid(snapshot)}
          id="code"
          className={`${fields.input} ${fields.code}`}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          value={snapshot.code}
          onChange={(event) => model.setCode(event.target.value)}
        />
      </div>
      <Resend model={model} at={snapshot.resendAt} busy={snapshot.busy} />
    </>
  );
}

function NameStep({ model, snapshot }: StepProps) {
  return (
    <>
      <div>
        <h1>{say("registration.whatIsYourName")}</h1>
        <p className={styles.lead}>{say("registration.nameHint")}</p>
      </div>
      <div className={fields.field}>
        <label htmlFor="name">{say("common.name")}</label>
        <input
          {...invalid(snapshot)}
          id="name"
          className={fields.input}
          autoComplete="name"
          autoFocus
          maxLength={64}
          dir="auto"
          placeholder={say("registration.exampleName")}
          value={snapshot.name}
          onChange={(event) => model.setName(event.target.value)}
        />
      </div>
    </>
  );
}

function PinStep({ model, snapshot }: StepProps) {
  return (
    <>
      <div>
        <h1>{say("registration.typeYourPin")}</h1>
        <p className={styles.lead}>{say("registration.pinHint", { handle: formatPhone(snapshot.handle) })}</p>
      </div>
      <div className={fields.field}>
        <label htmlFor="pin">{say("common.registrationPin")}</label>
        <input
          {...invalid(snapshot)}
          id="pin"
          className={fields.input}
          type="password"
          autoComplete="off"
          autoFocus
          maxLength={64}
          value={snapshot.pin}
          onChange={(event) => model.setPin(event.target.value)}
        />
        <span className={fields.hint}>{say("registration.pinForgotten")}</span>
      </div>
    </>
  );
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).host : server;
}

function Resend({ model, at, busy }: { model: RegistrationViewModel; at: number; busy: boolean }) {
  const [now, setNow] = useState(Date.now);
  const wait = at - now;
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setNow(Date.now()), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  return (
    <div className={styles.row}>
      <span>{say("registration.noCode")}</span>
      <button
        type="button"
        className={buttons.linkButton}
        disabled={busy || wait > 0}
        onClick={() => void model.resend()}
      >
        {wait > 0 ? say("registration.newCodeIn", { wait: waitText(wait) }) : say("registration.newCode")}
      </button>
    </div>
  );
}
