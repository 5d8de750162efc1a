// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState, type FormEvent } from "react";

import { formatPhone } from "../view-models/phone";
import type { RegistrationSnapshot, RegistrationStep, RegistrationViewModel } from "../view-models/registration";
import { waitText } from "../view-models/time_text";
import { Icon } from "./icons";
import { useViewModel } from "./use_view_model";
import { WelcomeArt } from "./welcome_art";

const STEPS: readonly RegistrationStep[] = ["phone", "code", "name", "pin"];

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
  const steps = step === "pin" ? 4 : 3;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.next();
  };
  return (
    <main className="screen">
      <WelcomeArt />
      <div className="card">
        <div className="steps">
          {STEPS.slice(0, steps).map((each, at) => (
            <span key={each} className={at <= STEPS.indexOf(step) ? "done" : ""} />
          ))}
          {`${STEPS.indexOf(step) + 1} of ${steps}`}
        </div>
        <form onSubmit={submit} noValidate key={step} aria-busy={busy}>
          <Step model={model} snapshot={snapshot} />
          {error !== "" && (
            <p className="error-text" id="registration-error" role="alert">
              {error}
            </p>
          )}
          <div className="actions">
            <button type="submit" className="button primary wide" disabled={busy}>
              {busy ? (
                <span className="spinner" role="status" aria-label="Please wait" />
              ) : step === "name" || step === "pin" ? (
                "Register"
              ) : (
                "Continue"
              )}
            </button>
            {step !== "phone" && (
              <button type="button" className="link-button" onClick={model.back} disabled={busy}>
                Back
              </button>
            )}
          </div>
        </form>
        <p className="foot">
          {`Server: ${server}`}
          {profile !== "" && ` · Profile: ${profile}`}
        </p>
      </div>
    </main>
  );
}

function Step({ model, snapshot }: { model: RegistrationViewModel; snapshot: RegistrationSnapshot }) {
  const invalid = { "aria-invalid": snapshot.error !== "", "aria-describedby": "registration-error" };
  switch (snapshot.step) {
    case "phone":
      return (
        <>
          <div>
            <h1>Welcome to Kith</h1>
            <p className="lead">Private messages for people who know each other. Your number is how they find you.</p>
          </div>
          <div className="field">
            <label htmlFor="phone">Phone number</label>
            <input
              {...invalid}
              id="phone"
              className="input phone"
              type="tel"
              inputMode="tel"
              autoComplete="tel"
              autoFocus
              maxLength={24}
              placeholder="+49 170 0000001"
              value={snapshot.phone}
              onChange={(event) => model.setPhone(event.target.value)}
            />
            <span className="hint">With + and the country code. It gets a code to prove that it is yours.</span>
          </div>
        </>
      );
    case "code":
      return (
        <>
          <div>
            <h1>Type the code</h1>
            <p className="lead">{`It was sent to ${formatPhone(snapshot.phone)}.`}</p>
          </div>
          {snapshot.codeGiven && (
            <p className="development" role="status">
              <Icon name="code" />
              <span>This is a development server: it shows the code instead of sending it, so it proves nothing.</span>
            </p>
          )}
          <div className="field">
            <label htmlFor="code">{`Code, ${snapshot.digits} digits`}</label>
            <input
              {...invalid}
              id="code"
              className="input code"
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              maxLength={snapshot.digits}
              value={snapshot.code}
              onChange={(event) => model.setCode(event.target.value)}
            />
          </div>
          <Resend model={model} at={snapshot.resendAt} busy={snapshot.busy} />
        </>
      );
    case "name":
      return (
        <>
          <div>
            <h1>What is your name?</h1>
            <p className="lead">People you write to see it. You can change it at any time.</p>
          </div>
          <div className="field">
            <label htmlFor="name">Name</label>
            <input
              {...invalid}
              id="name"
              className="input"
              autoComplete="name"
              autoFocus
              maxLength={64}
              dir="auto"
              placeholder="Ana Ferreira"
              value={snapshot.name}
              onChange={(event) => model.setName(event.target.value)}
            />
          </div>
        </>
      );
    case "pin":
      return (
        <>
          <div>
            <h1>Type your PIN</h1>
            <p className="lead">{`${formatPhone(snapshot.phone)} is protected by the registration PIN that was set for it.`}</p>
          </div>
          <div className="field">
            <label htmlFor="pin">Registration PIN</label>
            <input
              {...invalid}
              id="pin"
              className="input"
              type="password"
              autoComplete="off"
              autoFocus
              maxLength={64}
              value={snapshot.pin}
              onChange={(event) => model.setPin(event.target.value)}
            />
          </div>
        </>
      );
  }
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
    <div className="row">
      <span>No code?</span>
      <button type="button" className="link-button" disabled={busy || wait > 0} onClick={() => void model.resend()}>
        {wait > 0 ? `Send a new one in ${waitText(wait)}` : "Send a new one"}
      </button>
    </div>
  );
}
