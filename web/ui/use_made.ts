// SPDX-License-Identifier: AGPL-3.0-or-later

import { useMemo, useSyncExternalStore } from "react";

interface Disposable {
  dispose(): void;
}

/** Has a model as long as somebody listens. */
function storeOf<Model extends Disposable>(make: () => Model) {
  let model: Model | undefined;
  return {
    snapshot: () => model,
    subscribe(listener: () => void) {
      model = make();
      listener();
      return () => {
        model?.dispose();
        model = undefined;
      };
    },
  };
}

/** A view-model that is made for a component, and gone with it, or when `make` is another; undefined before. */
export function useMade<Model extends Disposable>(make: () => Model): Model | undefined {
  const store = useMemo(() => storeOf(make), [make]);
  return useSyncExternalStore(store.subscribe, store.snapshot);
}
