// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos, videos, recordings and files as this page handles them. What is needed only when somebody sends one is
// fetched then.
import type { MediaFiles, MediaPort, MediaWorkshop, Preferences } from "../view-models/media_port";
import type { LinkWorkshop } from "../view-models/link_port";
import { pageHanding } from "./handing";
import { PagePictures } from "./pictures";
import { pageSound } from "./sound";

const PREFERENCES = "kith.media";

/** What is made once; after a failure the next call tries again. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    if (made !== undefined) return made;
    const making = make();
    made = making;
    making.catch(() => (made = undefined));
    return making;
  };
}

export function pageMedia(files: MediaFiles): MediaPort {
  const load = (): Preferences => {
    try {
      return JSON.parse(localStorage.getItem(PREFERENCES) ?? "{}") as Preferences;
    } catch {
      return {};
    }
  };
  /** The same for all who ask: there is one Worker in which pictures are unpacked. */
  const workshop = once<MediaWorkshop>(() => import("./workshop").then((module) => module.workshop()));
  const links = once<LinkWorkshop>(() => import("./links").then(({ linkWorkshop }) => linkWorkshop(workshop)));
  return {
    files,
    workshop,
    pictures: new PagePictures(files),
    handing: pageHanding(files),
    sound: pageSound,
    links,
    onLoopback: /^(?:localhost|127\.0\.0\.1)$/.test(globalThis.location?.hostname ?? ""),
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
