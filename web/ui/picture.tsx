// SPDX-License-Identifier: AGPL-3.0-or-later

// The picture of a message, or of the beginning of its video: first the small one that the message itself has, then,
// when its file is on this device, what is in that.
import { useState, type ReactNode } from "react";

import { MediaKind, type Media, type Message } from "../view-models/core";
import { canCome, doneOf, isOnDevice, standingOf, type Standing } from "../view-models/media_state";
import { kindName } from "../view-models/media_text";
import { sizeText } from "../view-models/media_plan";
import type { Shown } from "../view-models/media_port";
import { failureText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import { ProgressRing } from "./progress_ring";
import { usePicture } from "./use_picture";
import styles from "./picture.module.css";

/** What can be done with the file of a message. */
export interface FileActions {
  fetchMedia: (message: Message) => unknown;
  cancelMedia: (message: Message) => unknown;
  saveMedia: (message: Message) => unknown;
}

interface PictureProps {
  message: Message;
  media: Media;
  actions: FileActions;
  /** Named when it is the only thing that says what it is. */
  alt: string;
  /** Nothing lies over it but a sign: there is no room for words. */
  small?: boolean;
  /** Nothing of it is cut off. */
  whole?: boolean;
  /** It can be looked at before it is here. */
  early?: boolean;
  /** Over it, when it can be looked at. */
  children?: ReactNode;
  /** Somebody wants to see it large. */
  onOpen?: () => void;
}

type Trouble = Extract<Shown, { trouble: string }>["trouble"];

export function Picture({
  message,
  media,
  actions,
  alt,
  small = false,
  whole = false,
  early = false,
  children,
  onOpen,
}: PictureProps) {
  const { media: port } = useMediaTools();
  const standing = standingOf(media, message);
  const isPicture = media.kind !== MediaKind.kVideo;
  const shown = usePicture(message.id, isPicture && isOnDevice(standing));
  const [undrawn, setUndrawn] = useState(false);
  const preview = port.pictures.small(media);
  const url = shown !== undefined && "url" in shown && !undrawn ? shown.url : "";
  const trouble: Trouble | "" = undrawn ? "notPicture" : shown !== undefined && "trouble" in shown ? shown.trouble : "";
  const seen = (isOnDevice(standing) || (early && canCome(standing))) && trouble === "";
  const opens = onOpen !== undefined && seen;
  return (
    <span
      className={`${styles.picture} ${whole ? styles.whole : ""}`}
      data-part="picture"
      data-standing={trouble === "" ? standing : trouble}
    >
      {preview !== "" && (
        <img className={`${styles.drawn} ${isPicture ? styles.preview : ""}`} src={preview} alt="" draggable={false} />
      )}
      {url !== "" && (
        <img
          className={styles.drawn}
          src={url}
          alt={opens ? "" : alt}
          draggable={false}
          onError={() => setUndrawn(true)}
        />
      )}
      {opens && <button type="button" className={styles.open} aria-label={alt} onClick={onOpen} data-part="open" />}
      {seen && children}
      <Over
        message={message}
        media={media}
        standing={standing}
        trouble={trouble}
        small={small}
        aside={seen}
        actions={actions}
      />
    </span>
  );
}

interface OverProps {
  message: Message;
  media: Media;
  standing: Standing;
  trouble: Trouble | "";
  small: boolean;
  /** The middle is for what can be done with it already. */
  aside: boolean;
  actions: FileActions;
}

function Over({ message, media, standing, trouble, small, aside, actions }: OverProps) {
  const kind = kindName(media);
  if (standing === "sending" || standing === "fetching")
    return (
      <OnItsWay
        media={media}
        standing={standing}
        small={small}
        aside={aside && standing === "fetching"}
        onCancel={() => void actions.cancelMedia(message)}
      />
    );
  if (standing === "there")
    return (
      <span className={aside ? styles.aside : styles.middle}>
        <button
          type="button"
          className={styles.fetch}
          data-part="fetch"
          aria-label={say("media.fetch", { kind, size: sizeText(Number(media.size)) })}
          onClick={() => void actions.fetchMedia(message)}
        >
          <Icon name="download" />
          {!small && sizeText(Number(media.size))}
        </button>
      </span>
    );
  const words = troubleText(standing, trouble);
  if (words === "") return null;
  return (
    <span className={`${styles.middle} ${styles.trouble}`} role="status">
      <Icon name="image" />
      <span className={small ? styles.unseen : ""}>{words}</span>
      {trouble !== "" && trouble !== "broken" && !small && (
        <button type="button" className={styles.save} onClick={() => void actions.saveMedia(message)}>
          {say("media.saveAsFile")}
        </button>
      )}
      {(standing === "broken" || trouble === "broken") && !small && (
        <button type="button" className={styles.save} onClick={() => void actions.fetchMedia(message)}>
          {say("media.fetchAgain")}
        </button>
      )}
    </span>
  );
}

interface OnItsWayProps {
  media: Media;
  standing: "sending" | "fetching";
  small?: boolean;
  /** In a corner, and not in the middle. */
  aside: boolean;
  onCancel: () => void;
}

/** How far a file is, and what it waits for; it can be given up. */
export function OnItsWay({ media, standing, small = false, aside, onCancel }: OnItsWayProps) {
  return (
    <span className={aside ? styles.aside : styles.middle}>
      <ProgressRing
        over
        done={doneOf(media)}
        label={say("media.onItsWay", { kind: kindName(media), way: standing })}
        onCancel={onCancel}
      />
      {media.trouble !== 0 && !small && (
        <span className={styles.why} role="status">
          {failureText({ code: media.trouble })}
        </span>
      )}
    </span>
  );
}

/** Why a file can't be looked at; "" when it can, or will be. */
export function troubleText(standing: Standing, trouble: Trouble | ""): string {
  if (standing === "gone") return say("media.gone");
  if (standing === "broken" || trouble === "broken") return say("media.broken");
  switch (trouble) {
    case "notPicture":
      return say("media.notPicture");
    case "large":
      return say("media.tooLargeToShow");
    case "failed":
      return say("media.cantShow");
    default:
      return "";
  }
}
