// SPDX-License-Identifier: AGPL-3.0-or-later

// A video: what its first picture is, and, when somebody wants it, the video in its place.
import { useEffect, useRef, useState } from "react";

import type { Message } from "../view-models/core";
import { playingUrl } from "../view-models/media_port";
import { say } from "../view-models/say";
import { useMediaTools } from "./media_context";
import styles from "./video_body.module.css";

interface VideoProps {
  message: Message;
  type: string;
  poster: string;
  label: string;
  onSave: () => void;
}

/** With the browser's own controls, from the device's file: nothing else plays meanwhile. */
export function Video({ message, type, poster, label, onSave }: VideoProps) {
  const { media, player } = useMediaTools();
  const [url, setUrl] = useState("");
  const [failed, setFailed] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const { files } = media;
  useEffect(() => {
    let gone = false;
    let made = "";
    playingUrl(files, message.id, type).then(
      (found) => {
        made = found;
        if (gone) forget(found);
        else setUrl(found);
      },
      (error: unknown) => {
        console.debug(`kith: a video can't be read: ${String(error)}`);
        if (!gone) setFailed(true);
      },
    );
    return () => {
      gone = true;
      forget(made);
    };
  }, [files, message.id, type]);
  useEffect(() => {
    if (url !== "") video.current?.focus();
  }, [url]);
  if (failed)
    return (
      <span className={styles.trouble} role="status">
        {say("media.cantPlay")}
        <button type="button" className={styles.save} onClick={onSave}>
          {say("media.saveAsFile")}
        </button>
      </span>
    );
  return (
    <video
      ref={video}
      className={styles.video}
      src={url === "" ? undefined : url}
      poster={poster === "" ? undefined : poster}
      aria-label={label}
      controls
      autoPlay
      playsInline
      disableRemotePlayback
      onPlay={(event) => {
        player.pause();
        silenceOthers(event.currentTarget);
      }}
      onLoadedMetadata={(event) => event.currentTarget.videoWidth === 0 && setFailed(true)}
      onError={() => url !== "" && setFailed(true)}
    />
  );
}

const forget = (url: string) => {
  if (url.startsWith("blob:")) URL.revokeObjectURL(url);
};

/** Only one thing plays at a time. */
export function silenceOthers(playing?: HTMLMediaElement): void {
  for (const each of document.querySelectorAll("video")) if (each !== playing && each.srcObject === null) each.pause();
}
