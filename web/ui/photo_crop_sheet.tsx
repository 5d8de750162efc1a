// SPDX-License-Identifier: AGPL-3.0-or-later

// The square of a picture that is to be the photo of one's profile. Fetched when somebody chooses one.
import { useState } from "react";

import type { Cut } from "../view-models/media_port";
import { say } from "../view-models/say";
import { CropArea } from "./crop_area";
import { FullDialog } from "./full_dialog";
import styles from "./crop_sheet.module.css";
import buttons from "./parts/button.module.css";

interface PhotoCropSheetProps {
  address: string;
  name: string;
  busy: boolean;
  onDone: (cut: Cut | undefined) => void;
  onClose: () => void;
}

export default function PhotoCropSheet({ address, name, busy, onDone, onClose }: PhotoCropSheetProps) {
  const [cut, setCut] = useState<Cut>();
  return (
    <FullDialog label={say("photo.crop")} className={styles.sheet} part="photo-crop" onClose={onClose}>
      <h2 className={styles.title}>{say("photo.crop")}</h2>
      <CropArea address={address} name={name} ratio={1} round onChange={setCut} />
      <div className={styles.answers}>
        <button type="button" className={buttons.button} onClick={onClose}>
          {say("common.cancel")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.primary}`}
          disabled={busy || cut === undefined}
          onClick={() => onDone(cut)}
        >
          {say("photo.use")}
        </button>
      </div>
    </FullDialog>
  );
}
