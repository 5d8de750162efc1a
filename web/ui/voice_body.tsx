// SPDX-License-Identifier: AGPL-3.0-or-later

// A voice message, or another recording: it is played, and one can go to any place in it, by pointer and by keys.
import { useRef, type KeyboardEvent, type PointerEvent } from "react";

import { MediaKind, type Media } from "../view-models/core";
import { failureText } from "../view-models/failure_text";
import { fileName } from "../view-models/file_name";
import { canPlay } from "../view-models/media_port";
import { doneOf, isOnDevice, standingOf, type Standing } from "../view-models/media_state";
import { durationText, kindName } from "../view-models/media_text";
import { sizeText } from "../view-models/media_plan";
import type { PlayerSnapshot } from "../view-models/player";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import type { MediaBodyProps } from "./media_body";
import { ProgressRing } from "./progress_ring";
import { troubleText } from "./picture";
import { usePlaying } from "./use_playing";
import styles from "./voice_body.module.css";

export function VoiceBody({ message, media, meta, actions }: MediaBodyProps) {
  const { player } = useMediaTools();
  const playing = usePlaying(message.id);
  const isVoice = media.kind === MediaKind.kVoice;
  const standing = standingOf(media, message);
  const { files } = useMediaTools().media;
  const early = !isVoice && !isOnDevice(standing) && canPlay(files, standing);
  const words = wordsFor(media, standing, playing);
  const durationMs = playing === undefined || playing.duration === 0 ? media.durationMs : playing.duration * 1000;
  const rate = player.snapshot().rate;
  return (
    <div className={styles.voice} data-part={isVoice ? "voice" : "audio"}>
      <div className={styles.line}>
        {isVoice && <Speaker message={message} media={media} />}
        <Main message={message} media={media} actions={actions} playing={playing?.playing === true} early={early} />
        <div className={styles.middle}>
          {!isVoice && (
            <bdi className={styles.name} title={fileName(media.name)}>
              {fileName(media.name)}
            </bdi>
          )}
          <Wave
            media={media}
            position={playing?.position ?? 0}
            durationMs={durationMs}
            disabled={!isOnDevice(standing) && !early}
            onSeek={(part) => player.seek(message, part)}
          />
        </div>
        {early && <Bringing message={message} media={media} actions={actions} />}
        {playing !== undefined && (
          <button
            type="button"
            className={styles.rate}
            aria-label={say("voice.rate", { rate })}
            onClick={player.nextRate}
          >
            {say("voice.rateShort", { rate })}
          </button>
        )}
      </div>
      <div className={styles.below}>
        <span className={styles.time}>
          {words === "" ? timesText(media, playing?.position, durationMs, standing === "there") : words}
        </span>
        {meta}
      </div>
    </div>
  );
}

/** Who speaks; the microphone says whether it was played: by the person here, or by all whom it was sent to. */
function Speaker({ message, media }: Pick<MediaBodyProps, "message" | "media">) {
  const words = media.opened
    ? say("voice.played")
    : say("voice.unplayed", { whose: message.outgoing ? "own" : "other" });
  return (
    <span className={styles.speaker}>
      <Avatar id={message.sender?.accountId ?? ""} title={message.sender?.name ?? ""} size="small" />
      <span
        className={styles.mic}
        role="img"
        aria-label={words}
        title={words}
        data-part="mic"
        data-played={media.opened}
      >
        <Icon name="mic" />
      </span>
    </span>
  );
}

function wordsFor(media: Media, standing: Standing, playing: PlayerSnapshot | undefined): string {
  if (playing?.failed === true) return say(isOnDevice(standing) ? "media.cantPlay" : "media.cantPlayYet");
  if (playing !== undefined && standing === "fetching" && media.trouble !== 0)
    return failureText({ code: media.trouble });
  return troubleText(standing, "");
}

function timesText(media: Media, position: number | undefined, durationMs: number, showSize: boolean): string {
  if (position !== undefined) return durationText(position * 1000);
  const length = durationMs === 0 ? "" : durationText(durationMs);
  if (!showSize && length !== "") return length;
  const size = sizeText(Number(media.size));
  return length === "" ? size : say("voice.lengthAndSize", { length, size });
}

type BringingProps = Pick<MediaBodyProps, "message" | "media" | "actions">;
interface MainProps extends BringingProps {
  playing: boolean;
  /** It plays while it comes. */
  early: boolean;
}

/** How far it is, or what brings it. */
function Bringing({ message, media, actions }: BringingProps) {
  const { player } = useMediaTools();
  const standing = standingOf(media, message);
  const kind = kindName(media);
  if (standing === "fetching" || standing === "sending")
    return (
      <span className={styles.play}>
        <ProgressRing
          done={doneOf(media)}
          label={say("media.onItsWay", { kind, way: standing })}
          onCancel={() => {
            if (standing === "fetching" && player.snapshot().message?.id === message.id) player.stop();
            void actions.cancelMedia(message);
          }}
        />
      </span>
    );
  return (
    <button
      type="button"
      className={styles.play}
      data-part="fetch"
      disabled={standing === "gone"}
      aria-label={say("media.fetch", { kind, size: sizeText(Number(media.size)) })}
      onClick={() => void actions.fetchMedia(message)}
    >
      <Icon name="download" />
    </button>
  );
}

/** The button before it: what can be done with it now. */
function Main({ message, media, actions, playing, early }: MainProps) {
  const { player } = useMediaTools();
  const standing = standingOf(media, message);
  const kind = kindName(media);
  const isSent = standing === "sending" && media.kind !== MediaKind.kVoice;
  if ((!isOnDevice(standing) && !early) || isSent)
    return <Bringing message={message} media={media} actions={actions} />;
  return (
    <button
      type="button"
      className={styles.play}
      data-part="play"
      aria-label={playing ? say("voice.pause") : say("voice.play", { kind })}
      onClick={() => player.toggle(message)}
    >
      <Icon name={playing ? "pause" : "play"} />
    </button>
  );
}

interface WaveProps {
  media: Media;
  /** Seconds. */
  position: number;
  durationMs: number;
  disabled: boolean;
  /** 0 to 1. */
  onSeek: (part: number) => void;
}

const STEP_MS = 5_000;
const BARS = 64;
const WIDE = 4;
const HIGH = 15;

function Wave({ media, position, durationMs, disabled, onSeek }: WaveProps) {
  const bar = useRef<HTMLDivElement>(null);
  const part = durationMs === 0 ? 0 : Math.min(1, (position * 1000) / durationMs);
  const seek = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) onSeek((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: STEP_MS, ArrowLeft: -STEP_MS, Home: -durationMs, End: durationMs }[event.key];
    if (step === undefined || durationMs === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek((position * 1000 + step) / durationMs);
  };
  return (
    <div
      ref={bar}
      className={styles.wave}
      dir="ltr"
      role="slider"
      tabIndex={disabled ? -1 : 0}
      aria-disabled={disabled}
      aria-label={say("voice.place")}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs / 1000)}
      aria-valuenow={Math.round(position)}
      aria-valuetext={say("voice.placeOf", { place: durationText(position * 1000), length: durationText(durationMs) })}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (disabled) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seek(event)}
    >
      <svg viewBox={`0 0 ${BARS * WIDE} ${HIGH * 2}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.rest} d={barsOf(media.waveform, part, 1)} />
        <path className={styles.played} d={barsOf(media.waveform, 0, part)} />
      </svg>
    </div>
  );
}

/** Those from one part of it to another. */
function barsOf(waveform: Uint8Array, from: number, to: number): string {
  return Array.from({ length: BARS }, (_, at) => at)
    .filter((at) => at >= Math.round(from * BARS) && at < Math.round(to * BARS))
    .map((at) => {
      const loudness = waveform[Math.floor((at * waveform.length) / BARS)] ?? 20;
      const half = 1 + ((HIGH - 2) * loudness) / 255;
      return `M${at * WIDE + WIDE / 2} ${(HIGH - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
    })
    .join("");
}
