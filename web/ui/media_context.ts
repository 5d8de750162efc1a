// SPDX-License-Identifier: AGPL-3.0-or-later

// What components that show files need of the app around them.
import { createContext, useContext, useEffect, useState } from "react";

import { noMedia, type MediaPort, type Shown } from "../view-models/media_port";
import type { PlayerViewModel } from "../view-models/player";
import type { SendingFilesViewModel } from "../view-models/sending_files";

export interface MediaTools {
  media: MediaPort;
  player: PlayerViewModel | undefined;
  sending: SendingFilesViewModel | undefined;
}

export const MediaContext = createContext<MediaTools>({ media: noMedia, player: undefined, sending: undefined });
export const useMediaTools = (): MediaTools => useContext(MediaContext);

/** The picture of a message, when it is `wanted`; undefined until it is there. */
export function usePicture(messageId: string, wanted: boolean): Shown | undefined {
  const { media } = useMediaTools();
  const { pictures } = media;
  const [shown, setShown] = useState<{ id: string; shown: Shown }>();
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void pictures.hold(messageId).then((picture) => !gone && setShown({ id: messageId, shown: picture }));
    return () => {
      gone = true;
      pictures.release(messageId);
    };
  }, [pictures, messageId, wanted]);
  return wanted && shown?.id === messageId ? shown.shown : undefined;
}
