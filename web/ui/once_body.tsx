// SPDX-License-Identifier: AGPL-3.0-or-later

// What can be viewed once: nothing of it is shown before somebody asks for that, and nothing is kept after. While it is
// shown it can't be saved from here; that nobody takes a picture of the screen, nobody can promise.
import { useEffect, useEffectEvent, useState } from "react";

import { MediaKind, type Media, type Message } from "../view-models/core";
import { doneOf, standingOf } from "../view-models/media_state";
import { kindName } from "../view-models/media_text";
import { sizeText } from "../view-models/media_plan";
import type { Shown } from "../view-models/media_port";
import { say } from "../view-models/say";
import { FullDialog } from "./full_dialog";
import { Icon } from "./part_icons";
import type { MediaBodyProps } from "./media_body";
import { useMediaTools } from "./media_context";
import { troubleText } from "./picture";
import { ProgressRing } from "./progress_ring";
import { Spinner } from "./spinner";
import { silenceOthers } from "./video_body";
import styles from "./once_body.module.css";
import buttons from "./parts/button.module.css";

export function OnceBody({ message, media, actions }: MediaBodyProps) {
  const [open, setOpen] = useState(false);
  const standing = standingOf(media, message);
  const kind = kindName(media);
  const moving = standing === "sending" || standing === "fetching";
  const mayOpen = !message.outgoing && standing === "here" && !media.opened;
  const act = () => (mayOpen ? setOpen(true) : void actions.fetchMedia(message));
  const enabled = mayOpen || (!message.outgoing && (standing === "there" || standing === "broken"));
  return (
    <div className={styles.once} data-part="once" data-standing={media.opened ? "opened" : standing}>
      {moving ? (
        <ProgressRing
          done={doneOf(media)}
          label={say("media.onItsWay", { kind, way: standing })}
          onCancel={() => void actions.cancelMedia(message)}
        />
      ) : (
        <span className={styles.sign} aria-hidden="true">
          <Icon name="once" />
        </span>
      )}
      <span className={styles.words}>
        {say("once.what", { kind })}
        <small>{hintOf(message, media)}</small>
      </span>
      {enabled && (
        <button type="button" className={styles.open} onClick={act} data-part="open-once">
          {mayOpen ? say("once.open") : say("once.download")}
        </button>
      )}
      {open && <OnceViewer message={message} media={media} onClose={() => setOpen(false)} />}
    </div>
  );
}

function hintOf(message: Message, media: Media): string {
  if (media.opened) return say("once.opened");
  const standing = standingOf(media, message);
  if (standing === "there") return sizeText(Number(media.size));
  const trouble = troubleText(standing, "");
  if (trouble !== "") return standing === "gone" ? say("once.gone") : trouble;
  return message.outgoing ? say("once.notYet") : say("once.hint");
}

interface OnceViewerProps {
  message: Message;
  media: Media;
  onClose: () => void;
}

function OnceViewer({ message, media, onClose }: OnceViewerProps) {
  const { media: port, player } = useMediaTools();
  const [shown, setShown] = useState<Shown>();
  // As it was when it was opened: its message tells nothing of it from then on.
  const [isPicture] = useState(media.kind === MediaKind.kPhoto || media.kind === MediaKind.kAnimation);
  const openOnce = useEffectEvent(() => port.pictures.once(message.id, isPicture ? "" : media.mimeType));
  useEffect(() => {
    let gone = false;
    let url = "";
    const forget = () => url !== "" && URL.revokeObjectURL(url);
    void openOnce().then((found) => {
      if ("url" in found) ({ url } = found);
      if (gone) forget();
      else setShown(found);
    });
    return () => {
      gone = true;
      forget();
    };
  }, []);
  const name = say("once.what", { kind: kindName(media) });
  const onPlay = (element: HTMLMediaElement) => {
    player.pause();
    silenceOthers(element);
  };
  return (
    <FullDialog label={name} className={styles.viewer} part="once-viewer" onClose={onClose}>
      <button
        type="button"
        className={`${buttons.iconButton} ${styles.close}`}
        aria-label={say("common.close")}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
      {shown === undefined && <Spinner label={say("once.opening")} />}
      {shown !== undefined && "trouble" in shown && (
        <p role="alert">{troubleText("here", shown.trouble) || say("media.cantShow")}</p>
      )}
      {shown !== undefined && "url" in shown && isPicture && (
        <img
          className={styles.shown}
          src={shown.url}
          alt={name}
          draggable={false}
          onContextMenu={(event) => event.preventDefault()}
        />
      )}
      {shown !== undefined && "url" in shown && !isPicture && (
        <video
          className={styles.shown}
          src={shown.url}
          aria-label={name}
          controls
          controlsList="nodownload"
          disablePictureInPicture
          autoPlay
          playsInline
          onPlay={(event) => onPlay(event.currentTarget)}
          onContextMenu={(event) => event.preventDefault()}
        />
      )}
    </FullDialog>
  );
}
