// SPDX-License-Identifier: AGPL-3.0-or-later

// What the browser makes of a recording: whether it plays, how long, how large. A video of which only the sound plays
// has no error, but no width: browsers tell of no more.

const PATIENCE_MS = 20_000;

export interface Probed {
  /** 0: there is no picture in it, or none that plays here. */
  width: number;
  height: number;
  /** 0: not known. */
  durationMs: number;
}

function happens(element: HTMLMediaElement, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event}`)), PATIENCE_MS);
    const end = (then: () => void) => () => {
      clearTimeout(timer);
      then();
    };
    element.addEventListener(event, end(resolve), { once: true });
    element.addEventListener(
      "error",
      end(() => reject(new Error(element.error?.message ?? "no media"))),
      { once: true },
    );
  });
}

async function within<Answer>(file: Blob, act: (video: HTMLVideoElement) => Promise<Answer>): Promise<Answer> {
  const address = URL.createObjectURL(file);
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  try {
    const loaded = happens(video, "loadeddata");
    video.src = address;
    await loaded;
    return await act(video);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

/** Recordings of browsers don't say how long they are before one has been at their end. */
async function durationOf(video: HTMLVideoElement): Promise<number> {
  if (video.duration === Number.POSITIVE_INFINITY) {
    const moved = happens(video, "timeupdate");
    video.currentTime = Number.MAX_SAFE_INTEGER;
    await moved;
  }
  return Number.isFinite(video.duration) ? Math.round(video.duration * 1000) : 0;
}

/** Rejects when nothing of it plays. */
export const probe = (file: Blob): Promise<Probed> =>
  within(file, async (video) => ({
    width: video.videoWidth,
    height: video.videoHeight,
    durationMs: await durationOf(video),
  }));

/** What is seen at its beginning. */
export const firstPicture = (file: Blob): Promise<ImageBitmap> =>
  within(file, async (video) => {
    const seconds = Number.isFinite(video.duration) ? Math.min(0.1, video.duration / 2) : 0;
    const sought = happens(video, "seeked");
    video.currentTime = seconds;
    await sought;
    return createImageBitmap(video);
  });
