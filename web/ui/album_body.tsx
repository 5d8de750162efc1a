// SPDX-License-Identifier: AGPL-3.0-or-later

// Several pictures that were sent together, as a grid. Fetched when the first one is shown.
import type { ReactNode } from "react";

import { MediaKind, mediaOf, textOf, type Media, type Message, type Person } from "../view-models/core";
import { say } from "../view-models/say";
import { altOf, VideoLength, VideoSign } from "./media_body";
import { Written, type MessageBodyActions } from "./message_body";
import { Picture } from "./picture";
import styles from "./album_body.module.css";

interface AlbumBodyProps {
  messages: readonly Message[];
  meta: ReactNode;
  actions: MessageBodyActions;
  onPerson: (person: Person) => void;
}

const SHOWN_MAX = 4;
const SHAPES = [undefined, undefined, styles.of2, styles.of3, styles.of4];

export function AlbumBody({ messages, meta, actions, onPerson }: AlbumBodyProps) {
  const shown = messages.slice(0, SHOWN_MAX);
  const more = messages.length - shown.length;
  const captioned = messages.find((each) => textOf(each) !== "");
  return (
    <>
      <ul
        className={`${styles.album} ${SHAPES[shown.length] ?? ""}`}
        data-part="album"
        aria-label={say("media.album", { count: messages.length })}
      >
        {shown.map((message, at) => {
          const media = mediaOf(message);
          if (media === undefined) return null;
          const covered = more > 0 && at === SHOWN_MAX - 1;
          return (
            <li key={message.id} data-album-message={message.id}>
              <Tile message={message} media={media} actions={actions} more={covered ? more : 0} />
            </li>
          );
        })}
      </ul>
      {captioned === undefined ? (
        meta
      ) : (
        <div className={styles.caption}>
          <Written message={captioned} whole={false} meta={meta} onPerson={onPerson} />
        </div>
      )}
    </>
  );
}

interface TileProps {
  message: Message;
  media: Media;
  actions: MessageBodyActions;
  /** So many more that are not in the grid. */
  more: number;
}

function Tile({ message, media, actions, more }: TileProps) {
  const alt = more === 0 ? altOf(message, media) : say("media.albumMore", { count: more });
  const isVideo = media.kind === MediaKind.kVideo;
  return (
    <Picture
      small
      message={message}
      media={media}
      actions={actions}
      alt={alt}
      onOpen={() => void actions.viewMedia(message)}
    >
      {more > 0 ? (
        <span className={styles.more} aria-hidden="true">
          {say("media.more", { count: more })}
        </span>
      ) : (
        isVideo && (
          <>
            <VideoSign small />
            <VideoLength media={media} />
          </>
        )
      )}
    </Picture>
  );
}
