// SPDX-License-Identifier: AGPL-3.0-or-later

import { useMediaTools } from "./media_context";
import quotes from "./parts/quote.module.css";

const NONE = new Uint8Array();

/** Of a message that has a picture, at the end of the quote. Fetched when the first one is shown. */
export function QuotedPicture({ thumbnail }: { thumbnail: Uint8Array }) {
  const { pictures } = useMediaTools().media;
  const url = pictures.small({ thumbnail, thumbhash: NONE });
  return url !== "" && <img className={quotes.picture} src={url} alt="" draggable={false} />;
}
