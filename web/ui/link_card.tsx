// SPDX-License-Identifier: AGPL-3.0-or-later

// What the sender's device has found where a link of a message leads; and a video of YouTube, which plays in its place
// when somebody wants it. Nothing is fetched to show it. Where the link leads, its address says, never the page.
import { useEffect, useEffectEvent, useMemo, useState } from "react";

import { PREVIEW_DESCRIPTION_BYTES_MAX, PREVIEW_TITLE_BYTES_MAX, type Message } from "../view-models/core";
import { hostOf, plainWords } from "../view-models/link_facts";
import { shownLinkOf, type ShownLink } from "../view-models/link_shown";
import { say } from "../view-models/say";
import { playerUrl, type YouTubeVideo } from "../view-models/youtube";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import buttons from "./parts/button.module.css";
import { silenceOthers } from "./video_body";
import styles from "./link_card.module.css";

const NONE = new Uint8Array();
/** A picture narrower than this, or about square, stands beside the words. */
const WIDE_PIXELS = 200;
const WIDE_RATIO = 1.3;

export function LinkCard({ message }: { message: Message }) {
  const link = useMemo(() => shownLinkOf(message), [message]);
  return link !== undefined && <Card link={link} />;
}

function Card({ link }: { link: ShownLink }) {
  const { preview, href, video } = link;
  const { pictures } = useMediaTools().media;
  const [playing, setPlaying] = usePlaying();
  const title = plainWords(preview?.title ?? "", PREVIEW_TITLE_BYTES_MAX);
  const description = plainWords(preview?.description ?? "", PREVIEW_DESCRIPTION_BYTES_MAX);
  const { width = 0, height = 0, thumbnail = NONE } = preview ?? {};
  const picture = pictures.small({ thumbnail, thumbhash: NONE });
  const wide = picture !== "" && width >= WIDE_PIXELS && width >= height * WIDE_RATIO;
  const name = title === "" ? say("links.video") : title;
  const words = (
    <Words title={name} description={video === undefined ? description : ""} host={hostOf(href)} href={href} />
  );
  if (video !== undefined && playing)
    return (
      <div className={styles.card} data-part="link-card" data-playing>
        <Player video={video} title={name} />
        <div className={styles.below}>
          {words}
          <button
            type="button"
            className={`${buttons.iconButton} ${styles.stop}`}
            aria-label={say("links.stop")}
            title={say("links.stop")}
            onClick={() => setPlaying(false)}
          >
            <Icon name="close" />
          </button>
        </div>
      </div>
    );
  const shown = picture !== "" && <img className={styles.picture} src={picture} alt="" draggable={false} />;
  return (
    <div className={`${styles.card} ${wide ? "" : styles.beside}`} data-part="link-card">
      {video === undefined ? (
        shown
      ) : (
        <button
          type="button"
          className={`${styles.play} ${picture === "" ? styles.bare : ""}`}
          aria-label={say("links.play", { title: name })}
          title={say("links.playHint")}
          onClick={() => setPlaying(true)}
        >
          {shown}
          <span className={styles.sign}>
            <Icon name="play" />
          </span>
        </button>
      )}
      {words}
    </div>
  );
}

interface WordsProps {
  title: string;
  description: string;
  host: string;
  href: string;
}

function Words({ title, description, host, href }: WordsProps) {
  return (
    <a className={styles.words} href={href} target="_blank" rel="noopener noreferrer">
      <bdi className={styles.title} dir="auto">
        {title}
      </bdi>
      {description !== "" && (
        <bdi className={styles.description} dir="auto">
          {description}
        </bdi>
      )}
      <span className={styles.host} dir="ltr" data-part="link-host">
        {host}
      </span>
    </a>
  );
}

/** Whatever plays elsewhere in the page stops. */
let stopPlaying: () => void = () => undefined;

function usePlaying(): [boolean, (playing: boolean) => void] {
  const { player } = useMediaTools();
  const [playing, setPlaying] = useState(false);
  const onPlaying = useEffectEvent(() => {
    player.pause();
    silenceOthers();
    stopPlaying();
    const stop = () => setPlaying(false);
    stopPlaying = stop;
    return () => {
      if (stopPlaying === stop) stopPlaying = () => undefined;
    };
  });
  useEffect(() => (playing ? onPlaying() : undefined), [playing]);
  return [playing, setPlaying];
}

/** Where browsers know it, the frame has no cookies and no storage but its own, gone with the page. */
const withoutCredentials = (frame: HTMLIFrameElement | null): void => frame?.setAttribute("credentialless", "");

/**
 * YouTube's player, which learns who asks and from which server's app. It may run its scripts and keep what is its own,
 * and no more: open no window, lead the page nowhere.
 */
function Player({ video, title }: { video: YouTubeVideo; title: string }) {
  return (
    <iframe
      ref={withoutCredentials}
      className={styles.player}
      src={playerUrl(video)}
      title={title}
      sandbox="allow-scripts allow-same-origin allow-presentation"
      allow="autoplay; fullscreen; encrypted-media; picture-in-picture"
      allowFullScreen
      referrerPolicy="strict-origin-when-cross-origin"
    />
  );
}
