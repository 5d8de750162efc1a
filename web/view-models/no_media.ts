// SPDX-License-Identifier: AGPL-3.0-or-later

// Apart from what it stands in for (media_port.ts): the page's first script has that, and never this.
import type { MediaPort } from "./media_port";

const refuse = () => Promise.reject(new Error("there are no files here"));

/** Where there are no files: nothing can be sent or shown. */
export const noMedia: MediaPort = {
  files: {
    seal: refuse,
    readMedia: refuse,
    readPhoto: refuse,
    mediaUrl: () => "",
    streamsMedia: () => false,
    saveMedia: refuse,
    mediaBlobUrl: refuse,
  },
  workshop: refuse,
  pictures: {
    hold: () => Promise.resolve({ trouble: "failed" }),
    release: () => undefined,
    once: () => Promise.resolve({ trouble: "failed" }),
    small: () => "",
  },
  handing: { save: () => undefined, canShare: false, share: refuse },
  sound: () => ({
    play: refuse,
    pause: () => undefined,
    seek: () => undefined,
    setRate: () => undefined,
    stop: () => undefined,
    position: 0,
    duration: 0,
    onChange: () => undefined,
  }),
  microphone: refuse,
  links: refuse,
  onLoopback: false,
  load: () => ({}),
  save: () => undefined,
};
