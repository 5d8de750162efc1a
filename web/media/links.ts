// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes what is shown of a link from what the server fetched. Fetched when the first preview is made.
import type { LinkWorkshop } from "../view-models/link_port";
import type { MediaWorkshop } from "../view-models/media_port";
import { pageFacts } from "./link_page";

/** A page's address has an icon's picture, too: smaller ones say nothing. */
const SIDE_MIN = 32;

export function linkWorkshop(workshop: () => Promise<MediaWorkshop>): LinkWorkshop {
  return {
    read: pageFacts,
    async shrink(picture) {
      const { look, prepareThumbnail } = await workshop();
      const file = new Blob([picture as Uint8Array<ArrayBuffer>]);
      const looked = await look(file, "");
      const isPicture = looked.kind === "picture" || looked.kind === "animation";
      if (!isPicture || looked.trouble !== "" || Math.min(looked.width, looked.height) < SIDE_MIN) return undefined;
      return prepareThumbnail(file, looked);
    },
  };
}
