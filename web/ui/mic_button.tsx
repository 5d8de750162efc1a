// SPDX-License-Identifier: AGPL-3.0-or-later

// The button that records a voice message: held, it records until it is let go; moved up, it goes on by itself; moved
// back to where the text begins, nothing is sent. A click records without holding.
import { useRef, type PointerEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import type { VoiceRecorderViewModel } from "../view-models/voice_recorder";
import { say } from "../view-models/say";
import { aheadOf } from "./arrow_keys";
import { Icon } from "./icons";
import styles from "./mic_button.module.css";

/** Shorter is a click. */
const HOLD_MS = 350;
const LOCK_PX = 64;
const CANCEL_PX = 96;

interface Hold {
  x: number;
  y: number;
  at: number;
  recorder: Promise<VoiceRecorderViewModel | undefined>;
  over: boolean;
}

export function MicButton({ model, held }: { model: ConversationViewModel; held: boolean }) {
  const hold = useRef<Hold>(undefined);
  const end = (act: (recorder: VoiceRecorderViewModel) => void) => {
    const now = hold.current;
    if (now === undefined || now.over) return;
    now.over = true;
    void now.recorder.then((recorder) => recorder && act(recorder));
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no menu of a long press, and the focus stays
    event.currentTarget.setPointerCapture(event.pointerId);
    const { clientX: x, clientY: y } = event;
    hold.current = { x, y, at: performance.now(), recorder: model.record(), over: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>) => {
    const now = hold.current;
    if (now === undefined || now.over) return;
    const back = -aheadOf(event.currentTarget);
    if (now.y - event.clientY > LOCK_PX) end((recorder) => recorder.lock());
    else if ((event.clientX - now.x) * back > CANCEL_PX) end((recorder) => recorder.cancel());
  };
  const onPointerUp = () => {
    const now = hold.current;
    if (now === undefined) return;
    const isClick = performance.now() - now.at < HOLD_MS;
    end((recorder) => (isClick ? recorder.lock() : recorder.letGo()));
    hold.current = undefined;
  };
  return (
    <button
      type="button"
      className={`${styles.mic} ${held ? styles.held : ""}`}
      aria-label={say("voice.record")}
      title={say("voice.recordHint")}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => end((recorder) => recorder.cancel())}
      onContextMenu={(event) => event.preventDefault()}
      onClick={(event) => {
        // By keys, or by what reads the page: nothing was held.
        if (event.detail === 0) void model.record().then((recorder) => recorder?.lock());
      }}
    >
      <Icon name="mic" />
      {held && (
        <span className={styles.up} aria-hidden="true">
          <Icon name="lock" />
          <Icon name="up" />
        </span>
      )}
    </button>
  );
}
