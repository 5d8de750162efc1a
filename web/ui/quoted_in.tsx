// SPDX-License-Identifier: AGPL-3.0-or-later

// Who wrote what is quoted, and where: of a reply in private the group that it was written in.
import { onDemand } from "./on_demand";
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

const Picture = onDemand(() => import("./quoted_picture").then(({ QuotedPicture: picture }) => picture), {
  files: true,
  waiting: () => <span className={quotes.picture} />,
  missing: () => null, // what it is of is said beside it
});

/** At the end of the quote; nothing when what is quoted has no picture. */
export function QuotedPicture({ thumbnail }: { thumbnail: Uint8Array | undefined }) {
  return thumbnail !== undefined && thumbnail.length > 0 && <Picture thumbnail={thumbnail} />;
}
