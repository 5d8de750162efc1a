// SPDX-License-Identifier: AGPL-3.0-or-later

// One's own photo.
import { useContext } from "react";

import { say } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { OwnAccount } from "./own_account";
import { PhotoButtons } from "./photo_buttons";
import { LargeAvatar } from "./photo_view";
import { useViewModel } from "./use_view_model";
import groups from "./parts/group.module.css";
import styles from "./settings_photo.module.css";

export function OwnPhoto({ model }: { model: SettingsViewModel }) {
  const { profile, busy } = useViewModel(model);
  const own = useContext(OwnAccount);
  const has = profile !== undefined && profile.photo !== "";
  return (
    <section className={`${groups.group} ${styles.photo}`} aria-label={say("photo.photo")}>
      <LargeAvatar id={own} name={profile?.name ?? ""} group={false} className={undefined} />
      <PhotoButtons
        photo={model.photo}
        group={false}
        has={has}
        busy={busy}
        question={say("photo.removeQuestion")}
        consequence={say("photo.removeConsequence")}
      />
      <p className={groups.explain}>{say("photo.explain")}</p>
    </section>
  );
}
