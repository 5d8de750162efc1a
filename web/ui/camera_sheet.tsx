// SPDX-License-Identifier: AGPL-3.0-or-later

// A photo or a video is taken, to be sent. Fetched when somebody wants that.
import { useCallback, useEffect, useRef, useState } from "react";

import { say } from "../view-models/say";
import { durationText } from "../view-models/media_text";
import { FullDialog } from "./full_dialog";
import { Icon } from "./part_icons";
import { Spinner } from "./spinner";
import styles from "./camera_sheet.module.css";
import buttons from "./parts/button.module.css";
import sheets from "./parts/sheet.module.css";

interface CameraSheetProps {
  onFile: (file: File) => void;
  onClose: () => void;
}

type Facing = "user" | "environment";
type State = "asking" | "ready" | "refused" | "none" | "failed";

function stateOf(error: unknown): State {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "failed";
}
const WORDS = { refused: "camera.refused", none: "camera.none", failed: "camera.failed" } as const;

async function seen(facingMode: Facing): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new DOMException("", "NotFoundError");
  const video = { facingMode, width: { ideal: 1920 }, height: { ideal: 1080 } };
  return navigator.mediaDevices
    .getUserMedia({ video, audio: true })
    .catch(() => navigator.mediaDevices.getUserMedia({ video })); // without a microphone there are photos
}

const stopAll = (stream: MediaStream | undefined) => stream?.getTracks().forEach((track) => track.stop());
const nameNow = (extension: string) =>
  `Kith ${new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-")}${extension}`;

/** What the camera sees, in an element; its state; and its stream. */
function useCamera(facing: Facing) {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream>();
  const [state, setState] = useState<State>("asking");
  useEffect(() => {
    let gone = false;
    let own: MediaStream | undefined;
    const start = async () => {
      own = await seen(facing);
      if (gone || video.current === null) return stopAll(own);
      video.current.srcObject = own;
      await video.current.play();
      if (gone) return;
      setStream(own);
      setState("ready");
    };
    start().catch((error: unknown) => {
      console.debug(`kith: no camera: ${String(error)}`);
      stopAll(own);
      if (!gone) setState(stateOf(error));
    });
    return () => {
      gone = true;
      stopAll(own);
      setStream(undefined);
    };
  }, [facing]);
  return { video, stream, state };
}

/** A video of what a stream has; `onFile` gets it when it is stopped. */
function useFilming(stream: MediaStream | undefined, onFile: (file: File) => void) {
  const recorder = useRef<MediaRecorder>(undefined);
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    if (seconds === undefined) return;
    const timer = setTimeout(() => setSeconds(seconds + 1), 1000);
    return () => clearTimeout(timer);
  }, [seconds]);
  useEffect(
    () => () => {
      if (recorder.current !== undefined) recorder.current.onstop = null;
    },
    [stream],
  );
  const start = useCallback(() => {
    if (stream === undefined || typeof MediaRecorder !== "function") return;
    const type = ["video/mp4", "video/webm"].find((each) => MediaRecorder.isTypeSupported(each)) ?? "";
    const made = new MediaRecorder(stream, {
      ...(type === "" ? {} : { mimeType: type }),
      videoBitsPerSecond: 2_500_000,
    });
    const parts: Blob[] = [];
    made.ondataavailable = ({ data }) => void parts.push(data);
    made.onstop = () => {
      const plain = made.mimeType.split(";", 1)[0] ?? "video/webm";
      onFile(new File(parts, nameNow(plain === "video/mp4" ? ".mp4" : ".webm"), { type: plain }));
    };
    made.start();
    recorder.current = made;
    setSeconds(0);
  }, [stream, onFile]);
  return { seconds, start, stop: () => recorder.current?.stop() };
}

export function CameraSheet({ onFile, onClose }: CameraSheetProps) {
  const [facing, setFacing] = useState<Facing>("user");
  const { video, stream, state } = useCamera(facing);
  const give = useCallback(
    (file: File) => {
      onFile(file);
      onClose();
    },
    [onFile, onClose],
  );
  const { seconds, start, stop } = useFilming(stream, give);
  const filming = seconds !== undefined;
  const isMirrored = facing === "user";
  const take = async () => {
    const shown = video.current;
    if (shown === null || shown.videoWidth === 0) return;
    const canvas = new OffscreenCanvas(shown.videoWidth, shown.videoHeight);
    canvas.getContext("2d")?.drawImage(shown, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    give(new File([blob], nameNow(".jpg"), { type: "image/jpeg" }));
  };
  const trouble = state === "refused" || state === "none" || state === "failed" ? say(WORDS[state]) : "";
  return (
    <FullDialog
      label={say("attach.camera")}
      className={`${sheets.sheet} ${styles.sheet}`}
      part="camera"
      onClose={onClose}
    >
      <button
        type="button"
        className={`${buttons.iconButton} ${styles.close}`}
        aria-label={say("common.close")}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
      <video
        ref={video}
        className={`${styles.video} ${isMirrored ? styles.mirrored : ""}`}
        aria-label={say("camera.picture")}
        muted
        playsInline
      />
      {state === "asking" && <Spinner label={say("camera.asking")} className={styles.waiting} />}
      {trouble !== "" && (
        <p className={styles.trouble} role="alert">
          <Icon name="camera" />
          {trouble}
        </p>
      )}
      {filming && (
        <span className={styles.time} role="timer">
          {durationText(seconds * 1000)}
        </span>
      )}
      {state === "ready" && (
        <Bar
          filming={filming}
          onFilm={start}
          onStop={stop}
          onTake={() => void take()}
          onFlip={() => setFacing(facing === "user" ? "environment" : "user")}
        />
      )}
    </FullDialog>
  );
}

interface BarProps {
  filming: boolean;
  onFilm: () => void;
  onStop: () => void;
  onTake: () => void;
  onFlip: () => void;
}

function Bar({ filming, onFilm, onStop, onTake, onFlip }: BarProps) {
  if (filming)
    return (
      <div className={styles.bar}>
        <button
          type="button"
          className={`${styles.shutter} ${styles.filming}`}
          aria-label={say("cameraSheet.stop")}
          onClick={onStop}
        >
          <Icon name="stop" />
        </button>
      </div>
    );
  return (
    <div className={styles.bar}>
      <button type="button" className={styles.side} aria-label={say("cameraSheet.film")} onClick={onFilm}>
        <Icon name="video" />
      </button>
      <button type="button" className={styles.shutter} aria-label={say("cameraSheet.take")} onClick={onTake}>
        <Icon name="camera" />
      </button>
      <button type="button" className={styles.side} aria-label={say("cameraSheet.flip")} onClick={onFlip}>
        <Icon name="flip" />
      </button>
    </div>
  );
}
