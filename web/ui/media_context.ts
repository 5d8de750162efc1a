// SPDX-License-Identifier: AGPL-3.0-or-later

// What components that show files need of the app around them.
import { createContext, useContext } from "react";

import type { MediaTools } from "../view-models/media_tools";

export interface MediaSource {
  /** undefined until `fetchTools` has been called, and has got them. */
  tools: MediaTools | undefined;
  fetchTools: () => Promise<unknown>;
}

export const MediaContext = createContext<MediaSource>({
  tools: undefined,
  fetchTools: () => Promise.reject(new Error("there are no files here")),
});

/** For parts that are fetched with `files` (on_demand.tsx), and what is in them: they are not shown without. */
export function useMediaTools(): MediaTools {
  const { tools } = useContext(MediaContext);
  if (tools === undefined) throw new Error("a part that shows files, without what is done with files");
  return tools;
}
