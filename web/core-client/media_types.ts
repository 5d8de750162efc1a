// SPDX-License-Identifier: AGPL-3.0-or-later

// The content types under which a message's file may be answered at an address of this origin: what a browser plays or
// shows and never runs. Whatever else its sender says, it is bytes to be saved.

export const MEDIA_TYPES: readonly string[] = [
  "audio/aac",
  "audio/flac",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "video/3gpp",
  "video/mp4",
  "video/ogg",
  "video/quicktime",
  "video/webm",
  "video/x-matroska",
];

export const BYTES_TYPE = "application/octet-stream";

/** The type to answer with; parameters ("; codecs=…") are dropped. */
export function safeType(type: string): string {
  const essence = type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return MEDIA_TYPES.includes(essence) ? essence : BYTES_TYPE;
}

/** From the service worker to every page, with a port: whoever made this address answers (ToReader). */
export interface PageAsked {
  kind: "open-media";
  page: string;
  message: string;
}

/** The addresses of messages' files: what a page makes, and a service worker reads. */
export interface MediaAddress extends PageAsked {
  type: string;
  /** "": it is not for saving. */
  name: string;
}

export function mediaAddress(message: string, page: string, { type, download }: { type: string; download?: string }) {
  const parameters = new URLSearchParams({ page, type: safeType(type) });
  if (download !== undefined) parameters.set("name", download);
  return `/media/${encodeURIComponent(message)}?${parameters}`;
}
