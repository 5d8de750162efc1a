// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef, useState } from "react";

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { qrReader } from "./qr_reader";
import { Spinner } from "./spinner";
import styles from "./camera.module.css";

/** Between two looks: a person holds a camera still for longer. */
const LOOK_MS = 200;

type Trouble = "refused" | "none" | "failed";

/** What getUserMedia was rejected with. */
const troubleOf = (error: unknown): Trouble => {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    default:
      return "failed";
  }
};

const WORDS = {
  refused: "camera.refused",
  none: "camera.none",
  failed: "camera.failed",
} as const;

/** Looks through the camera until a QR code is seen; the camera is off again when this goes. */
export function Camera({ onFound }: { onFound: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onFound);
  const [state, setState] = useState<"asking" | "looking" | Trouble>("asking");
  useEffect(() => {
    found.current = onFound;
  });
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const look = async () => {
      const shown = video.current;
      if (shown === null) return;
      // "no camera here" for pages that are not served safely too
      if (navigator.mediaDevices === undefined) throw new DOMException("", "NotFoundError");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (gone) return stop();
      shown.srcObject = stream;
      await shown.play();
      const read = await qrReader();
      setState("looking");
      const again = async () => {
        const text = await read(shown).catch(() => undefined);
        if (gone) return;
        if (text === undefined || text === "") timer = setTimeout(() => void again(), LOOK_MS);
        else found.current(text);
      };
      await again();
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    look().catch((error: unknown) => {
      console.debug(`kith: no camera: ${String(error)}`);
      stop();
      if (!gone) setState(troubleOf(error));
    });
    return () => {
      gone = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  if (state !== "asking" && state !== "looking")
    return (
      <p className={styles.trouble} role="status">
        <Icon name="camera" />
        {say(WORDS[state])}
      </p>
    );
  return (
    <div className={styles.camera}>
      <video ref={video} muted playsInline aria-label={say("camera.picture")} />
      {state === "asking" ? (
        <Spinner label={say("camera.asking")} />
      ) : (
        <span className={styles.frame} aria-hidden="true" />
      )}
    </div>
  );
}
