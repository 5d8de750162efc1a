// SPDX-License-Identifier: AGPL-3.0-or-later

// A part of a video is chosen: two handles on a strip of its pictures. Fetched when somebody wants that.
import { useEffect, useRef, useState } from "react";

import type { Attached, AttachmentsViewModel } from "../view-models/attachments";
import { durationText } from "../view-models/media_text";
import { say } from "../view-models/say";
import { moved, wholePart, type Handle, type Part } from "../view-models/trimming";
import { Sheet } from "./sheet";
import styles from "./trim_sheet.module.css";
import sheets from "./parts/sheet.module.css";

interface TrimSheetProps {
  item: Attached;
  model: AttachmentsViewModel;
  onClose: () => void;
}

const PICTURES = 10;
/** How far an arrow key moves a handle. */
const STEP_MS = 100;

/** Where the whole video is, and small pictures of it; "" and none until they are there. */
function useOriginal(id: string, model: AttachmentsViewModel): { address: string; strip: readonly string[] } {
  const [address, setAddress] = useState("");
  const [strip, setStrip] = useState<readonly string[]>([]);
  useEffect(() => {
    let gone = false;
    const made: string[] = [];
    const keep = (urls: string[]): boolean => {
      if (gone) urls.forEach(model.forgetPreview);
      else made.push(...urls);
      return !gone;
    };
    void model.wholePreview(id).then((url) => keep([url]) && setAddress(url));
    void model.stripOf(id, PICTURES).then((urls) => keep(urls) && setStrip(urls));
    return () => {
      gone = true;
      made.forEach(model.forgetPreview);
    };
  }, [model, id]);
  return { address, strip };
}

export function TrimSheet({ item, model, onClose }: TrimSheetProps) {
  const { address, strip } = useOriginal(item.id, model);
  const wholeMs = item.looked?.durationMs ?? 0;
  const most = model.videoMostMs;
  const [part, setPart] = useState<Part>(() => item.work.edits.trim ?? wholePart(wholeMs, most));
  const video = useRef<HTMLVideoElement>(null);
  const move = (handle: Handle, ms: number) => {
    const next = moved(part, handle, ms, wholeMs, most);
    setPart(next);
    if (video.current !== null) video.current.currentTime = next[handle] / 1000;
  };
  const done = () => {
    const isWhole = part.startMs === 0 && part.endMs === wholeMs;
    model.editVideo(item.id, { trim: isWhole ? undefined : part });
    onClose();
  };
  return (
    <Sheet title={say("attach.trim")} part="trim" answer={say("crop.done")} onAnswer={done} onClose={onClose}>
      <div className={sheets.area}>
        {address !== "" && (
          <video ref={video} className={styles.video} src={address} aria-label={item.name} muted playsInline controls />
        )}
      </div>
      <Strip part={part} wholeMs={wholeMs} pictures={strip} onMove={move} />
      <p className={styles.length}>
        {say("trim.length", {
          length: durationText(part.endMs - part.startMs),
          whole: durationText(wholeMs),
          most: durationText(most),
        })}
      </p>
    </Sheet>
  );
}

interface StripProps {
  part: Part;
  wholeMs: number;
  pictures: readonly string[];
  onMove: (handle: Handle, ms: number) => void;
}

function Strip({ part, wholeMs, pictures, onMove }: StripProps) {
  const percent = (ms: number) => `${(100 * ms) / Math.max(1, wholeMs)}%`;
  return (
    <div className={styles.strip} role="group" aria-label={say("attach.trim")}>
      <div className={styles.pictures} aria-hidden="true">
        {pictures.map((url) => (
          <img key={url} src={url} alt="" />
        ))}
      </div>
      <div className={styles.cut} style={{ insetInlineStart: 0, width: percent(part.startMs) }} />
      <div className={styles.cut} style={{ insetInlineEnd: 0, width: percent(wholeMs - part.endMs) }} />
      {(["startMs", "endMs"] as const).map((handle) => (
        <input
          key={handle}
          type="range"
          className={styles.handle}
          aria-label={handle === "startMs" ? say("trim.start") : say("trim.end")}
          aria-valuetext={durationText(part[handle])}
          min={0}
          max={wholeMs}
          step={STEP_MS}
          value={part[handle]}
          onChange={({ target }) => onMove(handle, Number(target.value))}
        />
      ))}
    </div>
  );
}
