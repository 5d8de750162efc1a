// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: one's own profile, privacy, PIN, and facts about this device.
import { useState, type FormEvent } from "react";

import type { AppSnapshot, AppViewModel } from "../view-models/app";
import { Connection, Scope, type Settings } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { ABOUT_CHARACTERS_MAX, NAME_CHARACTERS_MAX, type SettingsViewModel } from "../view-models/settings";
import { Avatar } from "./avatar";
import { EditableText } from "./editable_text";
import { Icon } from "./icons";
import { useViewModel } from "./use_view_model";

const CONNECTION: Record<number, string> = {
  [Connection.kOffline]: "off",
  [Connection.kConnecting]: "connecting",
  [Connection.kOnline]: "connected",
  [Connection.kWaiting]: "none; tries again by itself",
  [Connection.kEnded]: "ended",
  [Connection.kCatchingUp]: "getting messages",
};

export function SettingsPane({
  app,
  snapshot,
  profile,
}: {
  app: AppViewModel;
  snapshot: AppSnapshot;
  profile: string;
}) {
  const model = app.settings;
  const { profile: own, settings, error, notice, busy } = useViewModel(model);
  const { state } = snapshot;
  return (
    <section
      className="pane left"
      aria-label="Settings"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        app.showLeft("list");
      }}
    >
      <header className="pane-header">
        <button type="button" className="icon-button" aria-label="Back" autoFocus onClick={() => app.showLeft("list")}>
          <Icon name="back" />
        </button>
        <h1>Settings</h1>
      </header>
      <div className="pane-body" aria-busy={busy}>
        <div className="hero">
          <Avatar id={state?.accountId ?? ""} title={own?.name ?? state?.name ?? ""} size="large" />
          <span className="name" dir="auto">
            {own?.name ?? state?.name}
          </span>
          <span className="phone">{formatPhone(state?.phone ?? "")}</span>
        </div>
        {error !== "" && (
          <p className="group error-text" role="alert">
            {error}
          </p>
        )}
        {notice !== "" && (
          <p className="group notice-text" role="status">
            {notice}
          </p>
        )}
        {own !== undefined && (
          <>
            <section className="group">
              <h3>Name</h3>
              <EditableText
                label="Name"
                value={own.name}
                placeholder=""
                maxLength={NAME_CHARACTERS_MAX}
                onSave={model.setName}
              />
            </section>
            <section className="group">
              <h3>About</h3>
              <EditableText
                label="About"
                value={own.about}
                placeholder="A few words about you"
                maxLength={ABOUT_CHARACTERS_MAX}
                multiline
                onSave={model.setAbout}
              />
            </section>
          </>
        )}
        {settings !== undefined && (
          <>
            <Privacy model={model} settings={settings} />
            <Pin model={model} hasPin={settings.hasPin} busy={busy} />
          </>
        )}
        <section className="group">
          <h3>This device</h3>
          <dl className="facts">
            <dt>Connection</dt>
            <dd>{CONNECTION[state?.connection ?? 0] ?? ""}</dd>
            <dt>Server</dt>
            <dd>{state?.server}</dd>
            {profile !== "" && (
              <>
                <dt>Profile</dt>
                <dd>{profile}</dd>
              </>
            )}
            <dt>Messages not sent yet</dt>
            <dd>{state?.unsentMessages ?? 0}</dd>
            <dt>Device</dt>
            <dd>{state?.deviceId}</dd>
            <dt>Account</dt>
            <dd className="code">{state?.accountId}</dd>
          </dl>
        </section>
        <section className="group">
          <h3>Keyboard</h3>
          <div className="shortcuts">
            <span>Search, or write to a number</span>
            <span>
              <kbd>Ctrl</kbd> <kbd>K</kbd>
            </span>
            <span>Conversation above, below</span>
            <span>
              <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd>
            </span>
            <span>Send; new line</span>
            <span>
              <kbd>Enter</kbd>; <kbd>Shift</kbd> <kbd>Enter</kbd>
            </span>
            <span>Choose a message; reply; copy</span>
            <span>
              <kbd>↑</kbd>; <kbd>R</kbd>; <kbd>C</kbd>
            </span>
            <span>Close</span>
            <span>
              <kbd>Esc</kbd>
            </span>
          </div>
        </section>
      </div>
    </section>
  );
}

function Privacy({ model, settings }: { model: SettingsViewModel; settings: Settings }) {
  return (
    <section className="group">
      <h3>Privacy</h3>
      <div className="option">
        <span className="words" id="receipts-label">
          Read receipts<small>Without them you don't see others' either.</small>
        </span>
        <button
          type="button"
          role="switch"
          className="switch"
          aria-checked={settings.readReceipts}
          aria-labelledby="receipts-label"
          onClick={() => void model.setReadReceipts(!settings.readReceipts)}
        />
      </div>
      <ScopeOption
        id="last-seen"
        label="Last seen and online"
        hint="Whoever can't see yours, you can't see theirs."
        value={settings.lastSeen}
        onChange={model.setLastSeen}
      />
      <ScopeOption
        id="about-scope"
        label="About"
        hint="Who can read your few words."
        value={settings.about}
        onChange={model.setAboutScope}
      />
    </section>
  );
}

interface ScopeOptionProps {
  id: string;
  label: string;
  hint: string;
  value: Scope;
  onChange: (scope: Scope) => Promise<boolean>;
}

function ScopeOption({ id, label, hint, value, onChange }: ScopeOptionProps) {
  return (
    <div className="option">
      <label className="words" htmlFor={id}>
        {label}
        <small>{hint}</small>
      </label>
      <select id={id} className="input" value={value} onChange={(event) => void onChange(Number(event.target.value))}>
        <option value={Scope.kEveryone}>Everyone</option>
        <option value={Scope.kContacts}>My contacts</option>
        <option value={Scope.kNobody}>Nobody</option>
      </select>
    </div>
  );
}

function Pin({ model, hasPin, busy }: { model: SettingsViewModel; hasPin: boolean; busy: boolean }) {
  const [pin, setPin] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.setPin(pin ?? "").then((done) => done && setPin(undefined));
  };
  return (
    <section className="group">
      <h3>Registration PIN</h3>
      <p className="explain">
        {hasPin
          ? "Your number can be registered elsewhere only with your PIN."
          : "With a PIN, nobody can register your number elsewhere with just the code."}
      </p>
      {pin === undefined ? (
        <div className="edit">
          <div className="buttons">
            <button type="button" className="button small" onClick={() => setPin("")}>
              {hasPin ? "Change the PIN" : "Set a PIN"}
            </button>
            {hasPin && (
              <button
                type="button"
                className="button small danger"
                disabled={busy}
                onClick={() => void model.setPin("")}
              >
                Remove it
              </button>
            )}
          </div>
        </div>
      ) : (
        <form className="edit" onSubmit={submit}>
          <label className="visually-hidden" htmlFor="new-pin">
            New PIN
          </label>
          <input
            id="new-pin"
            className="input"
            type="password"
            autoComplete="new-password"
            autoFocus
            minLength={4}
            maxLength={64}
            value={pin}
            placeholder="At least 4 characters"
            onChange={(event) => setPin(event.target.value)}
          />
          <div className="buttons">
            <button type="submit" className="button primary small" disabled={busy || pin === ""}>
              Save
            </button>
            <button type="button" className="button small" onClick={() => setPin(undefined)}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
