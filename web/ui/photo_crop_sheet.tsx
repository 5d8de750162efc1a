// SPDX-License-Identifier: AGPL-3.0-or-later

// The square of a picture that is to be the photo of one's profile. Fetched when somebody chooses one.
import { useState } from "react";

import type { Cut } from "../view-models/media_port";
import { say } from "../view-models/say";
import { CropArea } from "./crop_area";
import { Sheet } from "./sheet";

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
    <Sheet
      title={say("photo.crop")}
      part="photo-crop"
      answer={say("photo.use")}
      mayAnswer={!busy && cut !== undefined}
      onAnswer={() => onDone(cut)}
      onClose={onClose}
    >
      <CropArea address={address} name={name} ratio={1} round onChange={setCut} />
    </Sheet>
  );
}
