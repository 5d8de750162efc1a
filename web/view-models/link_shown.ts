// SPDX-License-Identifier: AGPL-3.0-or-later

// What of a message's links is shown beside its text. Nothing that stands in it is fetched.
import type { LinkPreview, Message } from "./core";
import { shownLinks } from "./formatting";
import { youTubeOf, type YouTubeVideo } from "./youtube";

export interface ShownLink {
  href: string;
  /** What its sender's device says of it; undefined for a video that it says nothing of. */
  preview: LinkPreview | undefined;
  video: YouTubeVideo | undefined;
}

const MAYBE_VIDEO = /youtu/i;

/** The address of a preview, when it is one that the text has as a link, and leads to a page. */
function hrefOf({ url }: LinkPreview, text: string): string {
  const same = (href: string) => {
    try {
      return new URL(url).href === href;
    } catch {
      return false;
    }
  };
  return shownLinks(text).find(({ href }) => /^https?:/.test(href) && same(href))?.href ?? "";
}

/** undefined when there is nothing beside the text: most messages. */
export function shownLinkOf({ body }: Message): ShownLink | undefined {
  if (body.case !== "text") return undefined;
  const { text, preview } = body.value;
  if (preview !== undefined && preview.title !== "") {
    const href = hrefOf(preview, text);
    if (href !== "") return { href, preview, video: youTubeOf(href) };
  }
  if (!MAYBE_VIDEO.test(text)) return undefined;
  for (const { href } of shownLinks(text)) {
    const video = youTubeOf(href);
    if (video !== undefined) return { href, preview: undefined, video };
  }
  return undefined;
}
