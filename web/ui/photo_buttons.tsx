// SPDX-License-Identifier: AGPL-3.0-or-later

// A photo is chosen, cut, replaced, removed: one's own, or a group's.
import { useRef, useState } from "react";

import type { PhotoChoice } from "../view-models/photo_choice";
import { say } from "../view-models/say";
import { Confirm } from "./dialog";
import { MissingPopup, onDemand } from "./on_demand";
import buttons from "./parts/button.module.css";
import styles from "./photo_buttons.module.css";

const PhotoCropSheet = onDemand(() => import("./photo_crop_sheet").then(({ default: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const PICTURES = "image/*,.heic,.heif";

interface PhotoButtonsProps {
  photo: PhotoChoice;
  /** It is a group's. */
  group: boolean;
  has: boolean;
  busy: boolean;
  /** Asked, and said, before it is removed. */
  question: string;
  consequence: string;
}

export function PhotoButtons({ photo, group, has, busy, question, consequence }: PhotoButtonsProps) {
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ file: File; address: string }>();
  const [asking, setAsking] = useState(false);
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    const address = await photo.look(file);
    if (address !== "") setChosen({ file, address });
  };
  const end = () => {
    if (chosen !== undefined) photo.forget(chosen.address);
    setChosen(undefined);
  };
  return (
    <>
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
          group={group}
          busy={busy}
          onDone={(cut) => void photo.set(chosen.file, cut).then(end)}
          onClose={end}
        />
      )}
      {asking && (
        <Confirm
          title={question}
          confirm={say("photo.remove")}
          danger
          onCancel={() => setAsking(false)}
          onConfirm={() => void photo.remove().then(() => setAsking(false))}
        >
          {consequence}
        </Confirm>
      )}
    </>
  );
}
