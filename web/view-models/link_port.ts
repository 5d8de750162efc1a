// SPDX-License-Identifier: AGPL-3.0-or-later

// What previews of links need of the browser.

/** What a page says of itself, in words of one line each. */
export interface PageFacts {
  /** Never "". */
  title: string;
  /** "" for none. */
  description: string;
  /** Where a picture of it is, in whole; "" for none. */
  picture: string;
}

/** A picture in a message. */
export interface SmallPicture {
  thumbnail: Uint8Array;
  width: number;
  height: number;
}

/** Makes what is shown of a link from what was fetched: a stranger's bytes. */
export interface LinkWorkshop {
  /** `url`: where the page was found, after all redirects. undefined when it says nothing of itself. */
  read(page: Uint8Array, contentType: string, url: string): PageFacts | undefined;
  /** Small enough for a message; undefined when it is no picture, or can't be made so small. */
  shrink(picture: Uint8Array): Promise<SmallPicture | undefined>;
}
