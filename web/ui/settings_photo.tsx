// SPDX-License-Identifier: AGPL-3.0-or-later

// One's own photo: chosen, cut, replaced, removed.
import { useContext, useRef, useState } from "react";

import { say } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { Confirm } from "./dialog";
import { MissingPopup, onDemand } from "./on_demand";
import { OwnAccount } from "./own_account";
import { LargeAvatar } from "./photo_view";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import groups from "./parts/group.module.css";
import styles from "./settings_photo.module.css";

const PhotoCropSheet = onDemand(() => import("./photo_crop_sheet").then(({ default: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const PICTURES = "image/*,.heic,.heif";

export function OwnPhoto({ model }: { model: SettingsViewModel }) {
  const { profile, busy } = useViewModel(model);
  const own = useContext(OwnAccount);
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ file: File; address: string }>();
  const [asking, setAsking] = useState(false);
  const has = profile !== undefined && profile.photo !== "";
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    const address = await model.lookAtPhoto(file);
    if (address !== "") setChosen({ file, address });
  };
  const end = () => {
    if (chosen !== undefined) model.forgetPhoto(chosen.address);
    setChosen(undefined);
  };
  return (
    <section className={`${groups.group} ${styles.photo}`} aria-label={say("photo.photo")}>
      <LargeAvatar id={own} name={profile?.name ?? ""} group={false} className={undefined} />
      <div className={styles.buttons}>
        <button
          type="button"
          className={`${buttons.button} ${buttons.small}`}
          disabled={busy}
          onClick={() => input.current?.click()}
        >
          {say(has ? "photo.change" : "photo.choose")}
        </button>
        {has && (
          <button
            type="button"
            className={`${buttons.button} ${buttons.small} ${buttons.danger}`}
            disabled={busy}
            onClick={() => setAsking(true)}
          >
            {say("photo.remove")}
          </button>
        )}
      </div>
      <p className={groups.explain}>{say("photo.explain")}</p>
      <input
        ref={input}
        type="file"
        accept={PICTURES}
        hidden
        data-choose="photo"
        onChange={(event) => {
          void choose(event.target.files?.[0]);
          event.target.value = ""; // the same one can be chosen again
        }}
      />
      {chosen !== undefined && (
        <PhotoCropSheet
          address={chosen.address}
          name={chosen.file.name}
          busy={busy}
          onDone={(cut) => void model.setPhoto(chosen.file, cut).then(end)}
          onClose={end}
        />
      )}
      {asking && <Question model={model} onEnd={() => setAsking(false)} />}
    </section>
  );
}

function Question({ model, onEnd }: { model: SettingsViewModel; onEnd: () => void }) {
  return (
    <Confirm
      title={say("photo.removeQuestion")}
      confirm={say("photo.remove")}
      danger
      onCancel={onEnd}
      onConfirm={() => void model.removePhoto().then(onEnd)}
    >
      {say("photo.removeConsequence")}
    </Confirm>
  );
}
