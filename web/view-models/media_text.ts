// SPDX-License-Identifier: AGPL-3.0-or-later

// The one line that says what a file is, where it is not shown: in the list, in quotes, and in notifications.
import { MediaKind, type Media } from "./core";
import { fileName } from "./file_name";
import { numberText, twoDigitsText } from "./intl_text";
import { say } from "./say";

const KINDS: Partial<Record<MediaKind, string>> = {
  [MediaKind.kPhoto]: "photo",
  [MediaKind.kVideo]: "video",
  [MediaKind.kVoice]: "voice",
  [MediaKind.kAudio]: "audio",
  [MediaKind.kSticker]: "sticker",
  [MediaKind.kAnimation]: "animation",
};

type Told = Pick<Media, "kind" | "name" | "durationMs">;

/** For messages that say something of each kind: their place `kind`; what is of none is a document. */
export const kindName = ({ kind }: Pick<Media, "kind">): string => KINDS[kind] ?? "document";

/** "1:05": of a recording, or of a place in it. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = twoDigitsText(seconds % 60);
  return minutes < 60
    ? `${numberText(minutes)}:${rest}`
    : `${numberText(Math.floor(minutes / 60))}:${twoDigitsText(minutes % 60)}:${rest}`;
}

/** `caption` on one line, or "". */
export function mediaLine(media: Told, caption: string): string {
  const text = caption === "" ? ownWords(media) : caption;
  const kind = kindName(media);
  return text === "" ? say("preview.media", { kind }) : say("preview.mediaWith", { kind, text });
}

/** What the file says of itself, that is worth more than its kind. */
function ownWords(media: Told): string {
  if (media.kind === MediaKind.kVoice) return media.durationMs === 0 ? "" : durationText(media.durationMs);
  return KINDS[media.kind] === undefined || media.kind === MediaKind.kAudio ? fileName(media.name) : "";
}
