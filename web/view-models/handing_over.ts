// SPDX-License-Identifier: AGPL-3.0-or-later

// Files of messages that leave the app, under a name for people.
import { mediaOf, type Media, type Message } from "./core";
import { savedName } from "./file_name";
import type { MediaPort } from "./media_port";
import { millis } from "./time_text";

export interface HandingOver {
  /** Gives the file of a message to the browser's downloads. */
  save: (message: Message) => void;
  /** To another program of this device; to the downloads, when that can't be. */
  share: (message: Message) => Promise<void>;
}

const nameOf = (media: Media, { sentAtUs }: Message): string => savedName(media, millis(sentAtUs));

export function handingOver({ handing }: MediaPort): HandingOver {
  const save = (message: Message): void => {
    const media = mediaOf(message);
    if (media !== undefined) handing.save(message.id, nameOf(media, message));
  };
  const share = async (message: Message): Promise<void> => {
    const media = mediaOf(message);
    if (media === undefined) return;
    try {
      await handing.share(message.id, nameOf(media, message), media.mimeType);
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return; // they thought better of it
      console.debug(`kith: a file can't be shared: ${String(error)}`);
      save(message);
    }
  };
  return { save, share };
}
