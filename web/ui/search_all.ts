// SPDX-License-Identifier: AGPL-3.0-or-later

import { flushSync } from "react-dom";

import { isMedia, LIST_OR_DETAILS, NARROW } from "./use_media";

interface Searched {
  closeConversation(): void;
  closeDetails(): void;
  openSearch(): void;
}

/**
 * The search of all conversations, where the list can be seen: what stands in its place is closed. The field has the
 * focus before the next key comes: what is typed at once belongs to the search.
 */
export function searchAll(app: Searched): void {
  flushSync(() => {
    if (isMedia(NARROW)) app.closeConversation();
    else if (isMedia(LIST_OR_DETAILS)) app.closeDetails();
    app.openSearch();
  });
}
