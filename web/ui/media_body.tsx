// SPDX-License-Identifier: AGPL-3.0-or-later

// What is in the bubble of a message with a file: one component for each kind. Fetched when the first one is shown.
import { useState, type ComponentType } from "react";

import { MediaKind, mediaOf, textOf, type Media, type Message } from "../view-models/core";
import { canPlay } from "../view-models/media_port";
import { standingOf } from "../view-models/media_state";
import { durationText, kindName } from "../view-models/media_text";
import { say } from "../view-models/say";
import { DocumentBody } from "./document_body";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import { frameStyle } from "./media_frame";
import { Written, type BodyProps } from "./message_body";
import { OnceBody } from "./once_body";
import { Picture } from "./picture";
import { PlayingVideo } from "./video_body";
import { VoiceBody } from "./voice_body";
import styles from "./media_body.module.css";

export interface MediaBodyProps extends BodyProps {
  media: Media;
}

/** "Photo from Ana: by the lake". */
export function altOf(message: Message, media: Media): string {
  const kind = kindName(media);
  const who = message.outgoing ? "" : (message.sender?.name ?? "");
  const text = textOf(message);
  return say("media.alt", { kind, own: who === "" ? "yes" : "no", who, captioned: text === "" ? "no" : "yes", text });
}

function PhotoBody({ message, media, actions }: MediaBodyProps) {
  return (
    <div className={styles.frame} style={frameStyle(media)} data-part={kindName(media)}>
      <Picture
        message={message}
        media={media}
        actions={actions}
        alt={altOf(message, media)}
        onOpen={() => void actions.viewMedia(message)}
      />
    </div>
  );
}

function VideoBody({ message, media, actions }: MediaBodyProps) {
  const { media: port } = useMediaTools();
  const [wanted, setWanted] = useState(false);
  const alt = altOf(message, media);
  const plays = canPlay(port.files, standingOf(media, message));
  return (
    <div className={styles.frame} style={frameStyle(media)} data-part="video">
      {wanted && plays ? (
        <PlayingVideo
          message={message}
          media={media}
          label={alt}
          onSave={() => void actions.saveMedia(message)}
          onCancel={() => {
            setWanted(false);
            void actions.cancelMedia(message);
          }}
        />
      ) : (
        <Picture
          message={message}
          media={media}
          actions={actions}
          alt={alt}
          early={plays}
          onOpen={() => setWanted(true)}
        >
          <VideoSign />
        </Picture>
      )}
      {!(wanted && plays) && <VideoLength media={media} />}
    </div>
  );
}

export function VideoSign({ small = false }: { small?: boolean }) {
  return (
    <span className={`${styles.sign} ${small ? styles.small : ""}`} aria-hidden="true">
      <Icon name="play" />
    </span>
  );
}

export function VideoLength({ media }: { media: Media }) {
  return (
    <span className={styles.length} aria-hidden="true">
      <Icon name="video" />
      {media.durationMs > 0 && durationText(media.durationMs)}
    </span>
  );
}

function StickerBody({ message, media, actions }: MediaBodyProps) {
  return (
    <div className={styles.sticker} data-part="sticker">
      <Picture message={message} media={media} actions={actions} alt={altOf(message, media)} small />
    </div>
  );
}

type Kind = Exclude<MediaKind, MediaKind.kUnspecified>;
const KINDS: Record<Kind, ComponentType<MediaBodyProps>> = {
  [MediaKind.kPhoto]: PhotoBody,
  [MediaKind.kVideo]: VideoBody,
  [MediaKind.kVoice]: VoiceBody,
  [MediaKind.kAudio]: VoiceBody,
  [MediaKind.kDocument]: DocumentBody,
  [MediaKind.kSticker]: StickerBody,
  [MediaKind.kAnimation]: PhotoBody,
};
/** They have the time in themselves when there is no text under them. */
const WITH_TIME: readonly MediaKind[] = [MediaKind.kVoice, MediaKind.kAudio];

export function MediaBody(props: BodyProps) {
  const { message, meta } = props;
  const media = mediaOf(message);
  if (media === undefined) return null;
  const Body = media.viewOnce ? OnceBody : (KINDS[media.kind as Kind] ?? DocumentBody);
  const captioned = textOf(message) !== "";
  const timeInside = !captioned && !media.viewOnce && WITH_TIME.includes(media.kind);
  return (
    <>
      <Body {...props} media={media} meta={timeInside ? meta : null} />
      {captioned && (
        <div className={styles.caption}>
          <Written {...props} />
        </div>
      )}
      {!captioned && !timeInside && <div className={styles.time}>{meta}</div>}
    </>
  );
}
