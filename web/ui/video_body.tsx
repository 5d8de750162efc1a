// SPDX-License-Identifier: AGPL-3.0-or-later

// A video that somebody wants to see, in the place of its first picture.
import { useCallback, useEffect, useRef, useState } from "react";

import type { Media, Message } from "../view-models/core";
import { playingUrl } from "../view-models/media_port";
import { isOnDevice, standingOf } from "../view-models/media_state";
import { say } from "../view-models/say";
import { useMediaTools } from "./media_context";
import { OnItsWay } from "./picture";
import styles from "./video_body.module.css";

interface PlayingVideoProps {
  message: Message;
  media: Media;
  label: string;
  onSave: () => void;
  /** What is still to come is wanted no more. */
  onCancel: () => void;
}

/** It, and, while it comes, how far it is. */
export function PlayingVideo({ message, media, label, onSave, onCancel }: PlayingVideoProps) {
  const { pictures } = useMediaTools().media;
  const standing = standingOf(media, message);
  return (
    <>
      <Video
        message={message}
        type={media.mimeType}
        poster={pictures.small(media)}
        label={label}
        here={isOnDevice(standing)}
        onSave={onSave}
      />
      {standing === "fetching" && <OnItsWay aside media={media} standing={standing} onCancel={onCancel} />}
    </>
  );
}

interface VideoProps {
  message: Message;
  type: string;
  poster: string;
  label: string;
  /** All of it is on this device. */
  here: boolean;
  onSave: () => void;
}

/**
 * With the browser's own controls, from the device's file, or while that comes: nothing else plays meanwhile. What
 * can't be played while it comes is tried again when it is here.
 */
function Video({ message, type, poster, label, here, onSave }: VideoProps) {
  const { media, player } = useMediaTools();
  const [url, setUrl] = useState("");
  const [failedAt, setFailedAt] = useState<"" | "coming" | "here">("");
  const failed = failedAt === "here" || (failedAt === "coming" && !here);
  const fail = () => setFailedAt(here ? "here" : "coming");
  const video = useRef<HTMLVideoElement>(null);
  const place = useCallback((element: HTMLVideoElement) => {
    video.current = element;
    return () => {
      video.current = null;
      unload(element);
    };
  }, []);
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
        if (!gone) setFailedAt("here");
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
        {say(here ? "media.cantPlay" : "media.cantPlayYet")}
        {here && (
          <button type="button" className={styles.save} onClick={onSave}>
            {say("media.saveAsFile")}
          </button>
        )}
      </span>
    );
  return (
    <video
      ref={place}
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
      onLoadedMetadata={(event) => event.currentTarget.videoWidth === 0 && fail()}
      onError={() => url !== "" && fail()}
    />
  );
}

/** One that is nowhere any more would go on reading until it is collected. */
function unload(element: HTMLVideoElement): void {
  element.removeAttribute("src");
  element.load();
}

const forget = (url: string) => {
  if (url.startsWith("blob:")) URL.revokeObjectURL(url);
};

/** Only one thing plays at a time. */
export function silenceOthers(playing?: HTMLMediaElement): void {
  for (const each of document.querySelectorAll("video")) if (each !== playing && each.srcObject === null) each.pause();
}
