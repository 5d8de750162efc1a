// SPDX-License-Identifier: AGPL-3.0-or-later

// The page opened by the link of a group, /join#…: who has that can come in, so neither the address nor the history of
// the tab keeps it. It is in the page's memory only, until there is somebody here whom it could let in.
import { addressOf, HOME } from "../view-models/route";

/** The link, "" for none. The address leads to where it is used from now on. */
export function takeGroupLink(): string {
  const { hash, origin, pathname, search } = location;
  if (pathname !== "/join") return "";
  history.replaceState(null, "", `/${search}${addressOf({ ...HOME, panel: "join" })}`);
  return hash.length > 1 ? `${origin}${pathname}${hash}` : "";
}
