// SPDX-License-Identifier: AGPL-3.0-or-later

// The content types under which a message's file may be answered at an address of this origin: what a browser plays or
// shows and never runs. Whatever else its sender says, it is bytes to be saved.
import { safeFileName } from "./file_names";

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

/** From the service worker to pages, with a port: the one that made an address answers there (ToReader). */
export interface PageAsked {
  kind: "open-media";
  /** The page's secret. */
  page: string;
  message: string;
}

/** An address of a message's file, as a page makes it and a service worker reads it. */
export interface MediaAddress {
  page: string;
  message: string;
  /** One of MEDIA_TYPES, or BYTES_TYPE. */
  type: string;
  /** Under which it is to be saved; undefined: it is for showing. */
  name: string | undefined;
}

export function mediaAddress({ page, message, type, name }: MediaAddress): string {
  const parameters = new URLSearchParams({ page, type: safeType(type) });
  if (name !== undefined) parameters.set("name", safeFileName(name));
  return `/media/${encodeURIComponent(message)}?${parameters}`;
}

/** Undefined: it is none. */
export function readMediaAddress({ pathname, searchParams }: URL): MediaAddress | undefined {
  const message = /^\/media\/([0-9a-f]{32})$/.exec(pathname)?.[1];
  const page = searchParams.get("page");
  if (message === undefined || page === null) return undefined;
  const name = searchParams.get("name") ?? undefined;
  return { page, message, type: safeType(searchParams.get("type") ?? ""), name };
}
