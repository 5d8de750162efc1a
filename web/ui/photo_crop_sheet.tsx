// SPDX-License-Identifier: AGPL-3.0-or-later

// The square of a picture that is to be the photo of somebody, or of a group. Fetched when somebody chooses one.
import { useState } from "react";

import type { Cut } from "../view-models/media_port";
import { say } from "../view-models/say";
import { CropArea } from "./crop_area";
import { Sheet } from "./sheet";

interface PhotoCropSheetProps {
  address: string;
  name: string;
  /** It is that of a group. */
  group: boolean;
  busy: boolean;
  onDone: (cut: Cut | undefined) => void;
  onClose: () => void;
}

export default function PhotoCropSheet({ address, name, group, busy, onDone, onClose }: PhotoCropSheetProps) {
  const [cut, setCut] = useState<Cut>();
  return (
    <Sheet
      title={say("photo.crop")}
      part="photo-crop"
      answer={say("photo.use")}
      mayAnswer={!busy && cut !== undefined}
      onAnswer={() => onDone(cut)}
      onClose={onClose}
    >
      <CropArea address={address} name={name} ratio={1} shape={group ? "soft" : "round"} onChange={setCut} />
    </Sheet>
  );
}
