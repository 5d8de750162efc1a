// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos, videos, recordings and files as this page handles them. What is needed only when somebody sends one is
// fetched then.
import { madeOnce } from "../core-client/made_once";
import type { MediaFiles, MediaPort, MediaWorkshop, Preferences } from "../view-models/media_port";
import type { LinkWorkshop } from "../view-models/link_port";
import { pageHanding } from "./handing";
import { PagePictures } from "./pictures";
import { pageSound } from "./sound";

const PREFERENCES = "kith.media";

export function pageMedia(files: MediaFiles): MediaPort {
  const load = (): Preferences => {
    try {
      return JSON.parse(localStorage.getItem(PREFERENCES) ?? "{}") as Preferences;
    } catch {
      return {};
    }
  };
  /** The same for all who ask: there is one Worker in which pictures are unpacked. */
  const workshop = madeOnce<MediaWorkshop>(() => import("./workshop").then((module) => module.workshop()));
  const links = madeOnce<LinkWorkshop>(() => import("./links").then(({ linkWorkshop }) => linkWorkshop(workshop)));
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
