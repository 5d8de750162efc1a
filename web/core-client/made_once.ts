// SPDX-License-Identifier: AGPL-3.0-or-later

/** Makes something with the first call, for all that follow; where that failed the next one tries again. */
export function madeOnce<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    if (made !== undefined) return made;
    const begun = make();
    made = begun;
    begun.catch(() => (made = undefined));
    return begun;
  };
}
