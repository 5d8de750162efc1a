// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

import type { Shown } from "../view-models/media_port";
import { useMediaTools } from "./media_context";

/** The picture of a message, when it is `wanted`; undefined until it is there. */
export function usePicture(messageId: string, wanted: boolean): Shown | undefined {
  const { pictures } = useMediaTools().media;
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
