// SPDX-License-Identifier: AGPL-3.0-or-later

// Who wrote what is quoted, and where: of a reply in private the group that it was written in.
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
