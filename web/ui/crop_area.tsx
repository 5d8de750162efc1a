// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type ReactNode } from "react";
import Cropper from "react-easy-crop";
import "react-easy-crop/react-easy-crop.css";

import type { Cut } from "../view-models/media_port";
import { say } from "../view-models/say";
import { Spinner } from "./spinner";
import styles from "./crop_area.module.css";
import sheets from "./parts/sheet.module.css";

const ZOOM_MAX = 8;

interface CropAreaProps {
  /** Of the picture; "" until it is there. */
  address: string;
  name: string;
  /** Of what is cut out: width by height. */
  ratio: number;
  /** That of avatars: a circle, or a soft square; undefined: it is shown as it is cut. */
  shape?: "round" | "soft";
  /** Is told that of the picture. */
  onLoaded?: (ratio: number) => void;
  onChange: (cut: Cut) => void;
  /** Stands between the picture and its zoom. */
  children?: ReactNode;
}

/** A picture of which a part is chosen, by pointer, two fingers and keys. */
export function CropArea({ address, name, ratio, shape, onLoaded, onChange, children }: CropAreaProps) {
  const [place, setPlace] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  return (
    <>
      <div className={sheets.area}>
        {address === "" ? (
          <Spinner label={say("attach.looking", { name })} />
        ) : (
          <Cropper
            image={address}
            crop={place}
            zoom={zoom}
            maxZoom={ZOOM_MAX}
            aspect={ratio}
            cropShape={shape === "round" ? "round" : "rect"}
            classes={shape === "soft" ? { cropAreaClassName: styles.soft } : {}}
            showGrid={shape === undefined}
            disableAutomaticStylesInjection
            cropperProps={{ "aria-label": say("crop.part") }}
            mediaProps={{ alt: "" }}
            onCropChange={setPlace}
            onZoomChange={setZoom}
            onMediaLoaded={({ naturalWidth, naturalHeight }) => onLoaded?.(naturalWidth / naturalHeight)}
            onCropComplete={({ x, y, width, height }) =>
              onChange({ x: x / 100, y: y / 100, width: width / 100, height: height / 100 })
            }
          />
        )}
      </div>
      {children}
      <label className={styles.zoom}>
        {say("crop.zoom")}
        <input
          type="range"
          min={1}
          max={ZOOM_MAX}
          step={0.05}
          value={zoom}
          onChange={(event) => setZoom(Number(event.target.value))}
        />
      </label>
    </>
  );
}
