// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that leave the app: to the browser's downloads, or to another program.
import { fileName } from "../view-models/file_name";
import type { Handing, MediaFiles } from "../view-models/media_port";

/** What a message says of its file's type is nothing to go by: it is saved as bytes. */
const BYTES = "application/octet-stream";
const NAMELESS = "kith";

const canShare = (): boolean => {
  if (typeof navigator.canShare !== "function") return false;
  return navigator.canShare({ files: [new File([], "photo.jpg", { type: "image/jpeg" })] });
};

export function pageHanding(files: MediaFiles): Handing {
  return {
    save: (messageId, name) => files.saveMedia(messageId, { type: BYTES, name: fileName(name) || NAMELESS }),
    get canShare() {
      return canShare();
    },
    async share(messageId, name, type) {
      const bytes = await files.readMedia(messageId);
      await navigator.share({ files: [new File([bytes], fileName(name) || NAMELESS, { type })] });
    },
  };
}
