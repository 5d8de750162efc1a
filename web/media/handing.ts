// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that leave the app: to the browser's downloads, or to another program.
import { fileName } from "../view-models/file_name";
import type { Handing, MediaFiles } from "../view-models/media_port";

const BYTES = "application/octet-stream";
/** What is saved is on its way by then. */
const SAVED_MS = 120_000;

/** An address that the service worker answers with what is to be saved: nothing is held in memory. */
function saveByFrame(address: string): void {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = address;
  document.body.append(frame);
  setTimeout(() => frame.remove(), SAVED_MS);
}

function saveByLink(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), SAVED_MS);
}

const canShare = (): boolean => {
  if (typeof navigator.canShare !== "function") return false;
  return navigator.canShare({ files: [new File([], "photo.jpg", { type: "image/jpeg" })] });
};

export function pageHanding(files: MediaFiles): Handing {
  return {
    async save(messageId, name) {
      const download = fileName(name) || "kith";
      if (files.streamsMedia()) return saveByFrame(files.mediaUrl(messageId, { type: BYTES, download }));
      saveByLink(await files.mediaBlobUrl(messageId, { type: BYTES, download }), download);
    },
    get canShare() {
      return canShare();
    },
    async share(messageId, name, type) {
      const bytes = await files.readMedia(messageId);
      await navigator.share({ files: [new File([bytes], fileName(name) || "kith", { type })] });
    },
  };
}
