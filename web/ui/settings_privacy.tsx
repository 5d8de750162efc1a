// SPDX-License-Identifier: AGPL-3.0-or-later

import { Scope, type State } from "../view-models/core";
import { say, type TextId } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { useViewModel } from "./use_view_model";
import { onDemand } from "./on_demand";
import groups from "./parts/group.module.css";
import { hintOf, Option, Switch } from "./switch";

/** Who sees what of oneself. */
export function PrivacyPage({ model, state }: { model: SettingsViewModel; state: State | undefined }) {
  const { settings } = useViewModel(model);
  if (settings === undefined) return null;
  return (
    <section className={groups.group}>
      <h3>{say("settingsPrivacy.privacy")}</h3>
      <Switch
        id="receipts"
        label={say("settingsPrivacy.receipts")}
        hint={say("settingsPrivacy.receiptsHint")}
        on={settings.readReceipts}
        onChange={model.setReadReceipts}
      />
      {state?.linkFetching === true && (
        <Switch
          id="link-previews"
          label={say("links.previews")}
          hint={say("links.previewsHint")}
          on={settings.linkPreviews}
          onChange={model.setLinkPreviews}
        />
      )}
      <ScopeOption
        id="last-seen"
        label={say("settingsPrivacy.lastSeen")}
        hint={say("settingsPrivacy.lastSeenHint")}
        value={settings.lastSeen}
        onChange={model.setLastSeen}
      />
      <ScopeOption
        id="about-scope"
        label={say("common.about")}
        hint={say("settingsPrivacy.aboutHint")}
        value={settings.about}
        onChange={model.setAboutScope}
      />
      <ScopeOption
        id="photo-scope"
        label={say("photo.photo")}
        hint={say("settingsPrivacy.photoHint")}
        value={settings.photo}
        onChange={model.setPhotoScope}
      />
    </section>
  );
}

const Select = onDemand(() => import("./select").then(({ default: select }) => select));
const SCOPES: readonly { value: string; label: TextId }[] = [
  { value: String(Scope.kEveryone), label: "settingsPrivacy.everyone" },
  { value: String(Scope.kContacts), label: "settingsPrivacy.contacts" },
  { value: String(Scope.kNobody), label: "settingsPrivacy.nobody" },
];

interface ScopeOptionProps {
  id: string;
  label: string;
  hint: string;
  value: Scope;
  onChange: (scope: Scope) => Promise<boolean>;
}

function ScopeOption({ id, label, hint, value, onChange }: ScopeOptionProps) {
  return (
    <Option id={`${id}-label`} label={label} hint={hint}>
      <Select
        labelledBy={`${id}-label`}
        describedBy={hintOf(`${id}-label`)}
        value={String(value)}
        options={SCOPES.map(({ value: scope, label: name }) => ({ value: scope, label: say(name) }))}
        onChange={(scope) => void onChange(Number(scope))}
      />
    </Option>
  );
}
