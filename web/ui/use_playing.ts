// SPDX-License-Identifier: AGPL-3.0-or-later

import { useSyncExternalStore } from "react";

import type { PlayerSnapshot } from "../view-models/player";
import { useMediaTools } from "./media_context";

/** What plays, when it is this message; undefined when it is not: others that play don't make this render. */
export function usePlaying(messageId: string): PlayerSnapshot | undefined {
  const { player } = useMediaTools();
  return useSyncExternalStore(player.subscribe, () => {
    const snapshot = player.snapshot();
    return snapshot.message?.id === messageId ? snapshot : undefined;
  });
}
