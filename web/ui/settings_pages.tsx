// SPDX-License-Identifier: AGPL-3.0-or-later

// The pages of the settings on oneself, on this device, and on Kith.
import { ABOUT_CHARACTERS_MAX, Connection, NAME_CHARACTERS_MAX, type State } from "../view-models/core";
import { numberText } from "../view-models/intl_text";
import { say, type TextId } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { useAppearance } from "./appearance_context";
import { EditableText } from "./editable_text";
import { OwnPhoto } from "./settings_photo";
import { useViewModel } from "./use_view_model";
import groups from "./parts/group.module.css";
import styles from "./settings.module.css";

const CONNECTION: Record<number, TextId> = {
  [Connection.kOffline]: "settings.off",
  [Connection.kConnecting]: "settings.connecting",
  [Connection.kOnline]: "settings.connected",
  [Connection.kWaiting]: "settings.waiting",
  [Connection.kEnded]: "settings.ended",
  [Connection.kUnknownDevice]: "settings.unknownDevice",
  [Connection.kOtherServer]: "settings.otherServer",
  [Connection.kIdentityConflict]: "settings.conflict",
  [Connection.kCatchingUp]: "settings.catchingUp",
};

export function ProfilePage({ model }: { model: SettingsViewModel }) {
  const { profile } = useViewModel(model);
  if (profile === undefined) return null;
  return (
    <>
      <OwnPhoto model={model} />
      <section className={groups.group}>
        <h3>{say("common.name")}</h3>
        <EditableText
          label={say("common.name")}
          change={say("settings.changeName")}
          value={profile.name}
          placeholder=""
          maxLength={NAME_CHARACTERS_MAX}
          onSave={model.setName}
        />
      </section>
      <section className={groups.group}>
        <h3>{say("common.about")}</h3>
        <EditableText
          label={say("common.about")}
          change={say("settings.changeAbout")}
          value={profile.about}
          placeholder={say("settings.aboutPlaceholder")}
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
      <section className={groups.group}>
        <h3>{say("settings.thisDevice")}</h3>
        <dl className={styles.facts}>
          <dt>{say("settings.connection")}</dt>
          <dd>{say(CONNECTION[state?.connection ?? Connection.kOffline] ?? "settings.off")}</dd>
          <dt>{say("settings.server")}</dt>
          <dd>{state?.server}</dd>
          {profile !== "" && (
            <>
              <dt>{say("settings.profile")}</dt>
              <dd>{profile}</dd>
            </>
          )}
          <dt>{say("settings.messagesNotSentYet")}</dt>
          <dd>{numberText(state?.unsentMessages ?? 0)}</dd>
        </dl>
      </section>
      <details className={groups.group}>
        <summary>{say("settings.advanced")}</summary>
        <dl className={styles.facts}>
          <dt>{say("settings.device")}</dt>
          <dd>{state?.deviceId}</dd>
          <dt>{say("settings.account")}</dt>
          <dd className={styles.code}>{state?.accountId}</dd>
        </dl>
      </details>
      <Shortcuts />
    </>
  );
}

function Shortcuts() {
  const { entersSend } = useAppearance();
  const enter = <kbd>{say("settings.enter")}</kbd>;
  return (
    <section className={groups.group}>
      <h3>{say("settings.keyboard")}</h3>
      <div className={styles.shortcuts}>
        <span>{say("settings.keysSearch")}</span>
        <span>
          <kbd>{say("settings.ctrl")}</kbd> <kbd>K</kbd>
        </span>
        <span>{say("settings.keysConversation")}</span>
        <span>
          <kbd>{say("settings.alt")}</kbd> <kbd>↑</kbd> <kbd>↓</kbd>
        </span>
        <span>{say("settings.keysSend")}</span>
        <span>
          {entersSend ? (
            <>
              {enter}; <kbd>{say("settings.shift")}</kbd> {enter}
            </>
          ) : (
            <>
              <kbd>{say("settings.ctrl")}</kbd> {enter}; {enter}
            </>
          )}
        </span>
        <span>{say("settings.keysFormat")}</span>
        <span>
          <kbd>{say("settings.ctrl")}</kbd> <kbd>B</kbd>; <kbd>{say("settings.ctrl")}</kbd> <kbd>I</kbd>;{" "}
          <kbd>{say("settings.ctrl")}</kbd> <kbd>{say("settings.shift")}</kbd> <kbd>X</kbd>;{" "}
          <kbd>{say("settings.ctrl")}</kbd> <kbd>{say("settings.shift")}</kbd> <kbd>M</kbd>
        </span>
        <span>{say("settings.keysEdit")}</span>
        <span>
          <kbd>↑</kbd>
        </span>
        <span>{say("settings.keysMessage")}</span>
        <span>
          <kbd>{say("settings.shift")}</kbd> <kbd>↑</kbd>; <kbd>R</kbd>; <kbd>C</kbd>;{" "}
          <kbd>{say("settings.delete")}</kbd>
        </span>
        <span>{say("undo.undo")}</span>
        <span>
          <kbd>{say("settings.ctrl")}</kbd> <kbd>Z</kbd>
        </span>
        <span>{say("common.close")}</span>
        <span>
          <kbd>{say("settings.esc")}</kbd>
        </span>
      </div>
    </section>
  );
}

/** Whoever uses Kith over a network is offered its source (AGPL, section 13): the server knows where that is. */
export function AboutPage() {
  return (
    <section className={groups.group}>
      <h3>{say("settings.kith")}</h3>
      <p className={groups.explain}>{say("settings.licenceText")}</p>
      <p>
        <a href="/source" target="_blank" rel="noopener noreferrer">
          {say("settings.sourceCode")}
        </a>
      </p>
      <p>
        <a href="/licence.txt" target="_blank" rel="noopener noreferrer">
          {say("settings.licence")}
        </a>
      </p>
      <p>
        <a href="/notices.txt" target="_blank" rel="noopener noreferrer">
          {say("settings.notices")}
        </a>
      </p>
    </section>
  );
}
