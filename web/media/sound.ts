// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Sound } from "../view-models/media_port";

type What = "moved" | "ended" | "failed" | "paused";

/** A recording that plays out of sight. */
export function pageSound(): Sound {
  const audio = new Audio();
  audio.preload = "auto";
  let loaded = "";
  return {
    async play(url, from, rate) {
      if (loaded !== url) {
        audio.src = loaded = url;
        audio.currentTime = from;
      } else if (audio.ended || Math.abs(audio.currentTime - from) > 0.5) {
        audio.currentTime = from;
      }
      audio.defaultPlaybackRate = rate;
      audio.playbackRate = rate;
      await audio.play();
    },
    pause: () => audio.pause(),
    seek: (seconds) => void (audio.currentTime = seconds),
    setRate(rate) {
      audio.defaultPlaybackRate = rate;
      audio.playbackRate = rate;
    },
    stop() {
      audio.pause();
      audio.removeAttribute("src");
      loaded = "";
      audio.load();
    },
    get position() {
      return audio.currentTime;
    },
    get duration() {
      return Number.isFinite(audio.duration) ? audio.duration : 0;
    },
    onChange(listener) {
      const tell = (event: string, what: What) =>
        audio.addEventListener(event, () => {
          if (loaded !== "") listener(what);
        });
      tell("timeupdate", "moved");
      tell("durationchange", "moved");
      tell("ended", "ended");
      tell("error", "failed");
      audio.addEventListener("pause", () => loaded !== "" && !audio.ended && listener("paused"));
    },
  };
}
