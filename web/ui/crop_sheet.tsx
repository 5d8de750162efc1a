// SPDX-License-Identifier: AGPL-3.0-or-later

// A part of a picture is chosen. Fetched when somebody wants that.
import { useState } from "react";

import type { Attached, AttachmentsViewModel } from "../view-models/attachments";
import type { Cut } from "../view-models/media_port";
import { say, type TextId } from "../view-models/say";
import { CropArea } from "./crop_area";
import { Sheet } from "./sheet";
import { usePreview } from "./use_preview";
import styles from "./crop_sheet.module.css";

interface CropSheetProps {
  item: Attached;
  model: AttachmentsViewModel;
  onClose: () => void;
}

/** Width by height; 0 is that of the picture. */
const SHAPES: readonly { ratio: number; label: TextId }[] = [
  { ratio: 0, label: "crop.asIs" },
  { ratio: 1, label: "crop.square" },
  { ratio: 4 / 3, label: "crop.landscape" },
  { ratio: 3 / 4, label: "crop.portrait" },
  { ratio: 16 / 9, label: "crop.wide" },
];

export function CropSheet({ item, model, onClose }: CropSheetProps) {
  const address = usePreview(model.wholePreview, item.id, model.forgetPreview);
  const [own, setOwn] = useState(4 / 3);
  const [ratio, setRatio] = useState(0);
  const [cut, setCut] = useState<Cut>();
  const done = () => {
    void model.edit(item.id, { ...item.edits, cut: cut === undefined || isWhole(cut) ? undefined : cut });
    onClose();
  };
  return (
    <Sheet title={say("attach.crop")} part="crop" answer={say("crop.done")} onAnswer={done} onClose={onClose}>
      <CropArea
        address={address}
        name={item.name}
        ratio={ratio === 0 ? own : ratio}
        onLoaded={setOwn}
        onChange={setCut}
      >
        <Shapes ratio={ratio} onChange={setRatio} />
      </CropArea>
    </Sheet>
  );
}

const isWhole = ({ width, height }: Cut): boolean => width > 0.995 && height > 0.995;

function Shapes({ ratio, onChange }: { ratio: number; onChange: (ratio: number) => void }) {
  return (
    <div className={styles.shapes} role="group" aria-label={say("crop.shape")}>
      {SHAPES.map(({ ratio: shape, label }) => (
        <button
          key={label}
          type="button"
          className={`${styles.shape} ${shape === ratio ? styles.chosen : ""}`}
          aria-pressed={shape === ratio}
          onClick={() => onChange(shape)}
        >
          {say(label)}
        </button>
      ))}
    </div>
  );
}
