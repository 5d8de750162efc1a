// SPDX-License-Identifier: AGPL-3.0-or-later

// What is kept beside the page, in this browser or, with the session's storage, in this tab.

/** Of one key: whoever reads it checks what it is. */
export interface Kept {
  /** undefined for nothing, or what can't be read. */
  load(): unknown;
  /** undefined takes it away. */
  save(value: unknown): void;
}

/** `storage`: called each time, since it may be forbidden. */
export function keptAs(key: string, storage: () => Storage = () => localStorage): Kept {
  return {
    load: () => {
      try {
        return JSON.parse(storage().getItem(key) ?? "null") ?? undefined;
      } catch {
        return undefined;
      }
    },
    save: (value) => {
      try {
        if (value === undefined) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify(value));
      } catch {
        // Full or forbidden: then it holds until the page is closed.
      }
    },
  };
}
