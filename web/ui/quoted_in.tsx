// SPDX-License-Identifier: AGPL-3.0-or-later

// Who wrote what is quoted, and where: of a reply in private the group that it was written in.
import { useMediaTools } from "./media_context";
import quotes from "./parts/quote.module.css";

export function QuotedIn({ name, group }: { name: string; group: string }) {
  if (group === "") return name;
  return (
    <span className={quotes.ofGroup} data-part="quoted-group">
      <bdi>{name}</bdi>
      <span>·</span>
      <bdi>{group}</bdi>
    </span>
  );
}

const NONE = new Uint8Array();

/** Of a message that has a picture, at the end of the quote. */
export function QuotedPicture({ thumbnail = NONE }: { thumbnail: Uint8Array | undefined }) {
  const { media } = useMediaTools();
  const url = media.pictures.small({ thumbnail, thumbhash: NONE });
  return url !== "" && <img className={quotes.picture} src={url} alt="" draggable={false} />;
}
