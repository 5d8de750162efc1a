// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the text while a voice message is recorded, and while it is heard before it is sent. Fetched when
// somebody first records one.
import { useEffect, useRef } from "react";

import { durationText } from "../view-models/media_text";
import type { VoiceRecorderSnapshot, VoiceRecorderViewModel } from "../view-models/voice_recorder";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { Once } from "./once_switch";
import { useOverlay } from "./keys";
import { useViewModel } from "./use_view_model";
import styles from "./recording_line.module.css";
import buttons from "./parts/button.module.css";

const STAGES = { asking: "voice.asking", recording: "voice.recording", recorded: "voice.recorded" } as const;

export function RecordingLine({ model }: { model: VoiceRecorderViewModel }) {
  const snapshot = useViewModel(model);
  const { stage, locked, ms, secondsLeft, playing, played, once } = snapshot;
  const send = useRef<HTMLButtonElement>(null);
  useOverlay(true, model.cancel);
  useEffect(() => {
    if (locked) send.current?.focus();
  }, [locked]);
  const recorded = stage === "recorded";
  return (
    <div className={styles.recording} role="group" aria-label={say("voice.recording")} data-part="recording">
      <span className={styles.heard} role="status">
        {say(STAGES[stage])}
      </span>
      {locked && (
        <button
          type="button"
          className={buttons.iconButton}
          aria-label={say("voice.delete")}
          title={say("voice.delete")}
          onClick={model.cancel}
        >
          <Icon name="trash" />
        </button>
      )}
      {recorded ? (
        <button
          type="button"
          className={buttons.iconButton}
          aria-label={playing ? say("voice.pause") : say("voice.hear")}
          onClick={() => void model.hear()}
        >
          <Icon name={playing ? "pause" : "play"} />
        </button>
      ) : (
        <span className={styles.dot} aria-hidden="true" />
      )}
      <span className={styles.time} role="timer">
        {durationText(recorded && played > 0 ? ms * played : ms)}
      </span>
      <Levels snapshot={snapshot} />
      {secondsLeft > 0 && (
        <span className={styles.left} role="status">
          {say("voice.secondsLeft", { count: secondsLeft })}
        </span>
      )}
      {!locked && <span className={styles.hint}>{say("voice.slide")}</span>}
      {locked && <Once on={once} onChange={model.setOnce} />}
      {locked && !recorded && <Stop onClick={() => void model.stop()} />}
      {locked && (
        <button
          ref={send}
          type="button"
          className={styles.send}
          aria-label={say("voice.send")}
          title={say("composer.send")}
          onClick={model.send}
        >
          <Icon name="send" />
        </button>
      )}
    </div>
  );
}

function Stop({ onClick }: { onClick: () => void }) {
  const label = say("voice.stop");
  return (
    <button type="button" className={buttons.iconButton} aria-label={label} title={label} onClick={onClick}>
      <Icon name="stop" />
    </button>
  );
}

const HIGH = 14;
const WIDE = 4;

function Levels({ snapshot: { stage, levels, waveform, played } }: { snapshot: VoiceRecorderSnapshot }) {
  const bars = stage === "recorded" && waveform.length > 0 ? [...waveform].map((each) => each / 255) : levels;
  const count = Math.max(60, bars.length);
  const path = (from: number, to: number) =>
    bars
      .map((loud, at) => ({ loud, at: at + (stage === "recorded" ? 0 : count - bars.length) }))
      .filter(({ at }) => at >= from && at < to)
      .map(({ loud, at }) => {
        const half = 1 + (HIGH - 2) * loud;
        return `M${at * WIDE + WIDE / 2} ${(HIGH - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
      })
      .join("");
  const split = stage === "recorded" ? Math.round(played * bars.length) : 0;
  return (
    <svg
      className={styles.levels}
      viewBox={`0 0 ${count * WIDE} ${HIGH * 2}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={styles.rest} d={path(split, count)} />
      <path className={styles.played} d={path(0, split)} />
    </svg>
  );
}
