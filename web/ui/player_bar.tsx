// SPDX-License-Identifier: AGPL-3.0-or-later

import { mediaOf } from "../view-models/core";
import { durationText } from "../view-models/media_text";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import { useViewModel } from "./use_view_model";
import styles from "./player_bar.module.css";
import buttons from "./parts/button.module.css";

interface PlayerBarProps {
  /** The conversation that is open: there the message itself shows how it plays. */
  openId: string;
}

/** What plays while something else is looked at. */
export function PlayerBar({ openId }: PlayerBarProps) {
  const { player } = useMediaTools();
  const { message, playing, position, duration } = useViewModel(player);
  if (message === undefined || message.conversation === openId) return null;
  const length = duration === 0 ? (mediaOf(message)?.durationMs ?? 0) : duration * 1000;
  const times = say("player.times", { place: durationText(position * 1000), length: durationText(length) });
  return (
    <div className={styles.bar} role="region" aria-label={say("player.label")} data-part="player">
      <button
        type="button"
        className={buttons.iconButton}
        aria-label={say(playing ? "player.pause" : "player.play")}
        onClick={() => player.toggle(message)}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <bdi className={styles.who}>{message.outgoing ? say("common.you") : message.sender?.name}</bdi>
      <span className={styles.time}>{times}</span>
      <button type="button" className={buttons.iconButton} aria-label={say("player.stop")} onClick={player.stop}>
        <Icon name="close" />
      </button>
    </div>
  );
}
