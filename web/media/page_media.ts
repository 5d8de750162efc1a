// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos, videos, recordings and files as this page handles them. What is needed only when somebody sends one is
// fetched then.
import type { MediaFiles, MediaPort, MediaWorkshop } from "../view-models/media_port";
import { pageHanding } from "./handing";
import { PagePictures } from "./pictures";
import { pageSound } from "./sound";

const PREFERENCES = "kith.media";

export function pageMedia(files: MediaFiles): MediaPort {
  const load = (): { rate?: number; high?: boolean } => {
    try {
      return JSON.parse(localStorage.getItem(PREFERENCES) ?? "{}") as { rate?: number; high?: boolean };
    } catch {
      return {};
    }
  };
  let opened: Promise<MediaWorkshop> | undefined;
  return {
    files,
    /** The same for all who ask: there is one Worker in which pictures are unpacked. */
    workshop() {
      if (opened !== undefined) return opened;
      const opening = import("./workshop").then(({ workshop }) => workshop());
      opened = opening;
      opening.catch(() => (opened = undefined)); // the next call tries again
      return opening;
    },
    pictures: new PagePictures(files),
    handing: pageHanding(files),
    sound: pageSound,
    microphone: () => import("./microphone").then(({ microphone }) => microphone),
    load,
    save(preferences) {
      try {
        localStorage.setItem(PREFERENCES, JSON.stringify({ ...load(), ...preferences }));
      } catch {
        // Not kept: the browser allows no storage.
      }
    },
  };
}
