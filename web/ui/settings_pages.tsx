// SPDX-License-Identifier: AGPL-3.0-or-later

// The pages of the settings on oneself, on this device, and on Kith.
import { ABOUT_CHARACTERS_MAX, Connection, NAME_CHARACTERS_MAX, type State } from "../view-models/core";
import type { SettingsViewModel } from "../view-models/settings";
import { EditableText } from "./editable_text";
import { useViewModel } from "./use_view_model";

const CONNECTION: Record<number, string> = {
  [Connection.kOffline]: "off",
  [Connection.kConnecting]: "connecting",
  [Connection.kOnline]: "connected",
  [Connection.kWaiting]: "none; tries again by itself",
  [Connection.kEnded]: "ended",
  [Connection.kIdentityConflict]: "another identity has this number",
  [Connection.kCatchingUp]: "getting messages",
};

export function ProfilePage({ model }: { model: SettingsViewModel }) {
  const { profile } = useViewModel(model);
  if (profile === undefined) return null;
  return (
    <>
      <section className="group">
        <h3>Name</h3>
        <EditableText
          label="Name"
          value={profile.name}
          placeholder=""
          maxLength={NAME_CHARACTERS_MAX}
          onSave={model.setName}
        />
      </section>
      <section className="group">
        <h3>About</h3>
        <EditableText
          label="About"
          value={profile.about}
          placeholder="A few words about you"
          maxLength={ABOUT_CHARACTERS_MAX}
          multiline
          onSave={model.setAbout}
        />
      </section>
    </>
  );
}

export function DevicePage({ state, profile }: { state: State | undefined; profile: string }) {
  return (
    <>
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
      <Shortcuts />
    </>
  );
}

function Shortcuts() {
  return (
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
  );
}

/** Whoever uses Kith over a network is offered its source (AGPL, section 13). */
export function AboutPage() {
  return (
    <section className="group">
      <h3>Kith</h3>
      <p className="explain">
        Kith is free software: you may use, study, share and change it under the GNU Affero General Public License,
        version 3 or later. Whoever runs a changed Kith for others owes them the changed source.
      </p>
      <p>
        {__KITH_SOURCE__ === "" ? (
          "Whoever runs this server gives you its source code on request."
        ) : (
          <a href={__KITH_SOURCE__} target="_blank" rel="noopener noreferrer">
            Source code
          </a>
        )}
      </p>
      <p>
        <a href="/licence.txt" target="_blank" rel="noopener noreferrer">
          Licence
        </a>
      </p>
    </section>
  );
}
