// SPDX-License-Identifier: AGPL-3.0-or-later

import { useSyncExternalStore } from "react";

import type { ViewModel } from "../view-models/view_model";

/** The snapshot of a view-model; the component renders again when it changes. */
export function useViewModel<Snapshot>(model: Pick<ViewModel<Snapshot>, "snapshot" | "subscribe">): Snapshot {
  return useSyncExternalStore(model.subscribe, model.snapshot);
}
